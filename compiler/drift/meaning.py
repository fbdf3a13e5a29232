"""What drift means: who may call what with which budget by the live manifests, compared with those of `out/`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from compiler.diff.answers import Reader
from compiler.diff.cover import Kind, TooManyKindsError, kinds
from compiler.diff.findings import Finding, Pair
from compiler.diff.meaning import REFUSED
from compiler.diff.regions import NOBODY, Region, Regions
from compiler.diff.result import Answered, Callers, Change, Row, Witness, merged
from compiler.diff.side import Object, Side
from compiler.diff.witness import somebody
from compiler.drift.answers import Manifests
from compiler.drift.normal import normal
from compiler.drift.result import Unknown
from compiler.drift.tokens import Token
from compiler.drift.tokens import facts as facts_in
from compiler.drift.tokens import tokens as tokens_of
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, TIER_HEADER, Model
from compiler.program.methods import credentials_of
from compiler.prove.formula import Fact
from compiler.prove.identities import SELECTED_PROPERTY
from compiler.prove.leaf import UndecidedError
from compiler.prove.values import Text
from compiler.prove.view import Method, View

_OPEN: Final = "refused without a credential, and asked for access"
_READINGS: Final = 2
# What good credentials have in common, by the kind of fact, and those that have it not.
_LACKING: Final = {"claim": "tokens that are not meant for us", "model": "keys for other models"}
_LACKING_GOOD: Final = {"claim": "tokens", "model": "keys"}


def meaning(written: Side, live: Side, tell: Callable[[int, int], None]) -> tuple[tuple[Row, ...], tuple[Unknown, ...]]:
    """Give what differs for callers of any model, and the models of which that is not known."""
    rows: list[Row] = []
    unknown: list[Unknown] = []
    for count, model in enumerate(written.program.models):
        tell(count, len(written.program.models))
        ours, theirs = (side.relevant(model) for side in (written, live))
        if _same(ours, theirs):
            continue
        try:
            rows += _Model(written, live, model).rows()
        except UndecidedError as error:
            unknown.append(Unknown(model.id, str(error)))
    return merged(rows), tuple(unknown)


def _same(ours: Sequence[Object], theirs: Sequence[Object]) -> bool:
    """Tell whether all that decides about a model is as written."""
    first, second = ({one.key: one.data for one in side} for side in (ours, theirs))
    return first.keys() == second.keys() and all(normal(first[key]) == normal(second[key], first[key]) for key in first)


@dataclass
class _Told:
    """A difference, and the tokens for which it is so."""

    finding: Finding
    tokens: list[Token]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for token in self.tokens for name in token.names))

    def says(self, other: Finding, silent: Sequence[Fact], regions: Regions) -> bool:
        """Tell whether this says all that another finding does, on tokens that never speak of some groups."""
        mine = self.finding
        same = (mine.changes, mine.before, mine.after) == (other.changes, other.before, other.after)
        # Who has an entry first has it without asking, as those have who could ask for no other.
        asking = (mine.asked, mine.first) == (other.asked, other.first) or (mine.first and other.asked is None)
        if not (same and asking):
            return False
        seen = regions.without(mine.callers, silent)
        return regions.but(other.callers, regions.any((seen, mine.callers))) == NOBODY

    def everyone(self, silent: Mapping[Token, Sequence[Fact]], regions: Regions) -> bool:
        """Tell whether it is so for every token, or nobody with another one could be such a caller."""
        others = (facts for token, facts in silent.items() if token not in self.tokens)
        return all(regions.without(self.finding.callers, facts) == NOBODY for facts in others)


class _Model:
    def __init__(self, written: Side, live: Side, model: Model) -> None:
        self._sides = (written, live)
        self._model = model
        # One for each model: its formulas then speak of the callers that this model tells apart, and of no others.
        self._reader = Reader()

    def rows(self) -> list[Row]:
        if not _guarded(self._sides[1].relevant(self._model)):
            return [_unguarded(self._model)]
        program = self._sides[0].program
        views = [self._reader.view(program, self._model, side.relevant(self._model)) for side in self._sides]
        if views[0] == views[1]:
            # What differs is beside the model's own policies, which hold alone.
            return []
        strange = self._strange(views[1])
        tokens = tuple(one for one in dict.fromkeys(tokens_of(views[0], views[1])) if one.live not in strange)
        for token in tokens:
            for view, method in zip(views, (token.written, token.live), strict=True):
                if view is not None and method is not None:
                    self._reader.read(self._model, view, method)
        facts = list(self._reader.terms.facts())
        regions = Regions(
            self._reader.terms, *([one.name for one in facts if one.kind == kind] for kind in ("group", "username"))
        )
        silent = {
            token: [fact for fact in regions.facts if fact.kind == "group" and fact not in self._spoken_of(views, token)]
            for token in tokens
        }
        told: list[_Told] = []
        for token, reading in product(tokens, range(_READINGS)):
            for found in self._findings(views, token, reading, regions):
                known = next((one for one in told if one.says(found, silent[token], regions)), None)
                if known is None:
                    told.append(_Told(found, [token]))
                elif token not in known.tokens:
                    known.tokens.append(token)
        rows = [self._row(one.finding, regions, () if one.everyone(silent, regions) else one.names) for one in told]
        return [*map(self._let_in, strange), *rows, *self._identity(views, tokens, regions)]

    def _strange(self, live: View | None) -> list[Method]:
        """Give the methods that accept what no way in is for: what they make of it, nobody has written."""
        known = {one for method in self._sides[0].program.platform.methods for one in credentials_of(method)}
        return [method for method in live.methods if not known & set(method.accepts)] if live is not None else []

    def _let_in(self, method: Method) -> Row:
        callers = Callers((), methods=("; ".join(map(str, method.accepts)),))
        after = f"accepted by `{method.name}`, and whom it lets in is not known"
        return Row((Change.GAINED, Change.IDENTITY), (self._model.id,), callers, "refused with 401", after, None)

    def _identity(self, views: Sequence[View | None], tokens: Sequence[Token], regions: Regions) -> Iterator[Row]:
        """Tell of identities that requests may bring themselves, and of what limits and backends are told otherwise."""
        told: dict[tuple[str, str], list[Token]] = {}
        for token in tokens:
            if None in (*views, token.written, token.live):
                continue
            brought = {header: regions.otherwise(headers=(header,)) for header in IDENTITY_HEADERS}
            headers = [header for header, other in brought.items() if self._lets_in(views, token, regions, other)]
            bad = [f"requests that bring {_listed(headers)}"] if headers else []
            facts = [set(self._facts(view, method)) for view, method in zip(views, (token.written, token.live), strict=True)]
            for kind, words in _LACKING.items():
                ours, theirs = ({one for one in side if one.kind == kind} for side in facts)
                # Without any one of what is asked here, without all of it, and with nothing but what is asked there.
                parts = [*({one} for one in sorted(ours)), ours | theirs, ours]
                lacking = [regions.otherwise(lacking=part) for part in parts if part]
                bad += [words] if any(self._lets_in(views, token, regions, other) for other in lacking) else []
                if theirs - ours and self._lets_in(views, token, regions, regions.otherwise(lacking=theirs - ours), lost=True):
                    told.setdefault(
                        (f"good {_LACKING_GOOD[kind]} get through", f"some of these {_LACKING_GOOD[kind]} are refused"), []
                    ).append(token)
            for one in bad:
                told.setdefault((f"{one} are refused", f"{one} may get through"), []).append(token)
            reached = [{*one.outcomes(None, None, regions, None)} - {REFUSED} for one in self._manifests(views, token, 0)]
            if not all(reached):
                continue
            sides = [self._told_to_others(view, method) for view, method in zip(views, (token.written, token.live), strict=True)]
            different = sorted(name for name in {*sides[0], *sides[1]} if sides[0].get(name) != sides[1].get(name))
            if different:
                names = _listed(different)
                told.setdefault((f"{names} as written", f"{names} otherwise, or not at all"), []).append(token)
        together: dict[tuple[Token, ...], list[tuple[str, str]]] = {}
        for sides_of_it, concerned in told.items():
            together.setdefault(tuple(concerned), []).append(sides_of_it)
        for those, found in together.items():
            methods = () if len(those) == len(tokens) else tuple(name for token in those for name in token.names)
            callers = Callers((Kind(),), methods=tuple(dict.fromkeys(methods)))
            before, after = ("; ".join(words) for words in zip(*found, strict=True))
            yield Row((Change.IDENTITY,), (self._model.id,), callers, before, after, None)

    def _lets_in(
        self, views: Sequence[View | None], token: Token, regions: Regions, other: Regions, *, lost: bool = False
    ) -> bool:
        """Tell whether requests that are not as others get through in the cluster alone (or are `lost` there), unlike these."""
        written, live = reversed(self._manifests(views, token, 0)) if lost else self._manifests(views, token, 0)
        for asked in (None, *written.entries(self._model)):
            gained = regions.but(_through(live, regions, asked), _through(written, regions, asked))
            bad = regions.but(_through(live, other, asked), _through(written, other, asked))
            if regions.but(bad, gained) != NOBODY:
                return True
        return False

    def _told_to_others(self, view: View | None, method: Method | None) -> Mapping[str, object]:
        """Give what limits and backends are told of who calls, apart from what is compared by its meaning."""
        if view is None or method is None:
            return {}
        emitted = self._reader.read(self._model, view, method)[1]
        # Who it is tells the counts of callers apart; which groups matter differs with whatever else does.
        exported = {"identity.userid": emitted.exported("userid")}
        injected = {name: value for name, value in emitted.injected.items() if name not in (TIER_HEADER, SUBSCRIPTION_HEADER)}
        return exported | injected

    def _spoken_of(self, views: Sequence[View | None], token: Token) -> set[Fact]:
        """Give all that the manifests of both sides ask of callers with a token."""
        methods = (token.written, token.live)
        return {fact for view, method in zip(views, methods, strict=True) for fact in self._facts(view, method)}

    def _facts(self, view: View | None, method: Method | None) -> Iterator[Fact]:
        if view is None or method is None:
            return
        _, emitted = self._reader.read(self._model, view, method)
        selected = emitted.exported(SELECTED_PROPERTY)
        formulas = [emitted.allowed, *(limit.matches for limit in (*emitted.limits, *emitted.later))]
        formulas += [guard for guard, _ in selected.choices] if isinstance(selected, Text) else []
        yield from facts_in(self._reader.terms, formulas)

    def _findings(self, views: Sequence[View | None], token: Token, reading: int, regions: Regions) -> Iterator[Finding]:
        sides = self._manifests(views, token, reading)
        method = self._sides[0].program.platform.methods[0]
        yield from Pair(sides[0], sides[1], (self._model, self._model), (method, method), regions).findings()

    def _manifests(self, views: Sequence[View | None], token: Token, reading: int) -> list[Manifests]:
        accepted = (token.written, token.live)
        return [
            Manifests(side, self._model, view, method, self._reader, reading)
            for side, view, method in zip(self._sides, views, accepted, strict=True)
        ]

    def _row(self, found: Finding, regions: Regions, methods: tuple[str, ...]) -> Row:
        try:
            described = kinds(regions, found.callers, found.allowed)
        except TooManyKindsError:
            described = None
        tiers = tuple(sorted((tier.name, tier.members.groups) for tier in self._sides[0].program.tiers))
        callers = Callers(described, found.asked, found.first, methods, tiers)
        user, groups = somebody(regions, found.callers)
        headers = ((SUBSCRIPTION_HEADER, found.asked),) if found.asked is not None else ()
        shown = None
        if found.entries is not None:
            before, after = (Answered(None, 403 if entry is None else 200, entry) for entry in found.entries)
            shown = Witness(self._model.id, user, groups, headers, before, after)
        return Row(found.changes, (self._model.id,), callers, found.before, found.after, shown)


def _through(side: Manifests, regions: Regions, asked: str | None) -> Region:
    return regions.any(region for outcome, region in side.outcomes(None, None, regions, asked).items() if outcome != REFUSED)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _guarded(objects: Sequence[Object]) -> bool:
    """Tell whether any AuthPolicy asks who calls; a route that is gone needs none."""
    return any(one.key[0] == "AuthPolicy" for one in objects)


def _unguarded(model: Model) -> Row:
    changes = (Change.UNMETERED, Change.GAINED)
    return Row(changes, (model.id,), Callers((Kind(),)), _OPEN, "everybody gets through, without any credential", None)
