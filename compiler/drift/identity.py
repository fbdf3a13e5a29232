"""What drift changes about who callers are: whom a side takes them for, and what others are told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from compiler.diff.cover import Kind
from compiler.diff.meaning import REFUSED
from compiler.diff.regions import NOBODY, Region, Regions
from compiler.diff.result import Callers, Change, Row
from compiler.drift.answers import Manifests
from compiler.drift.both import Both
from compiler.drift.tokens import Token
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, TIER_HEADER
from compiler.prove.emitted import Emitted
from compiler.prove.formula import Fact

# What is so as it is written, and what is so in the cluster.
_Difference = tuple[str, str]

# Good credentials by the kind of fact that they have in common, and those that have it not.
_GOOD: Final = {"claim": "tokens", "model": "keys"}
_BAD: Final = {"claim": "tokens that are not meant for us", "model": "keys for other models"}


def identity(both: Both, tokens: Sequence[Token], regions: Regions) -> Iterator[Row]:
    """Tell of identities that requests may bring themselves, of credentials for others, and of what others are told."""
    told: dict[_Difference, list[Token]] = {}
    for token in tokens:
        if None not in (*both.views, token.written, token.live):
            for found in (*_credentials(both, token, regions), *_headers(both, token, regions), *_others(both, token, regions)):
                told.setdefault(found, []).append(token)
    yield from _together(both, told, len(tokens))


def _together(both: Both, told: Mapping[_Difference, Sequence[Token]], every: int) -> Iterator[Row]:
    """Give one row for all that differs for the same tokens."""
    grouped: dict[tuple[Token, ...], list[_Difference]] = {}
    for difference, tokens in told.items():
        grouped.setdefault(tuple(tokens), []).append(difference)
    for tokens, differences in grouped.items():
        methods = () if len(tokens) == every else tuple(name for token in tokens for name in token.names)
        callers = Callers((Kind(),), methods=tuple(dict.fromkeys(methods)))
        before, after = ("; ".join(words) for words in zip(*differences, strict=True))
        yield Row((Change.IDENTITY,), (both.model.id,), callers, before, after, None)


def _headers(both: Both, token: Token, regions: Regions) -> Iterator[_Difference]:
    """Tell of headers that only the gateway may set and that requests may bring."""
    written, live = both.manifests(token)
    headers = [header for header in IDENTITY_HEADERS if _admits(live, written, regions, regions.otherwise(headers=(header,)))]
    if headers:
        bad = f"requests that bring {_listed(headers)}"
        yield f"{bad} are refused", f"{bad} may get through"


def _credentials(both: Both, token: Token, regions: Regions) -> Iterator[_Difference]:
    """Tell of good credentials that are refused, and of those for others that are not."""
    written, live = both.manifests(token)
    facts = both.facts(token)
    for kind, good in _GOOD.items():
        ours, theirs = ({fact for fact in side if fact.kind == kind} for side in facts)
        more = theirs - ours
        if more and _admits(written, live, regions, regions.otherwise(lacking=more)):
            yield f"good {good} get through", f"some of these {good} are refused"
        if any(_admits(live, written, regions, regions.otherwise(lacking=lacking)) for lacking in _lacking(ours, theirs)):
            yield f"{_BAD[kind]} are refused", f"{_BAD[kind]} may get through"


def _lacking(ours: set[Fact], theirs: set[Fact]) -> list[set[Fact]]:
    """Give what bad credentials may lack: any one thing that is asked here, all of it, or all but what is asked there."""
    return [part for part in (*({one} for one in sorted(ours)), ours | theirs, ours) if part]


def _others(both: Both, token: Token, regions: Regions) -> Iterator[_Difference]:
    """Tell of what limits and backends are told otherwise, where anybody gets through on both sides."""
    if all({*one.outcomes(None, None, regions, None)} - {REFUSED} for one in both.manifests(token)):
        written, live = map(_told, both.emitted(token))
        different = sorted(name for name in {*written, *live} if written.get(name) != live.get(name))
        if different:
            names = _listed(different)
            yield f"{names} as written", f"{names} otherwise, or not at all"


def _told(found: Emitted | None) -> Mapping[str, object]:
    """Give what limits and backends are told of who calls, apart from what is compared by its meaning."""
    if found is None:
        return {}
    # Who it is tells the counts of callers apart; which groups matter differs with whatever else does.
    exported = {"identity.userid": found.exported("userid")}
    return exported | {name: value for name, value in found.injected.items() if name not in (TIER_HEADER, SUBSCRIPTION_HEADER)}


def _admits(here: Manifests, there: Manifests, regions: Regions, other: Regions) -> bool:
    """Tell whether requests that are not as others get through `here` and not `there`, unlike the others."""
    for asked in (None, *there.entries(there.model)):
        gained = regions.but(_through(here, regions, asked), _through(there, regions, asked))
        bad = regions.but(_through(here, other, asked), _through(there, other, asked))
        if regions.but(bad, gained) != NOBODY:
            return True
    return False


def _through(side: Manifests, regions: Regions, asked: str | None) -> Region:
    return regions.any(region for outcome, region in side.outcomes(None, None, regions, asked).items() if outcome != REFUSED)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
