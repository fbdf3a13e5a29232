"""Callers and requests to try beside the proof, for each model: whoever is in one, two or none of the groups that count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.lower.lower import tier_namespace
from compiler.program.ir import SUBSCRIPTION_HEADER, USERNAME_HEADER, Model, Program
from compiler.program.methods import Oidc, TierToken, TokenReview
from compiler.prove.credentials import carried
from compiler.prove.result import Example

SOMEBODY: Final = "somebody"
_UNKNOWN: Final = "no-such-subscription"
# Two groups show which of two entries wins; a model on which more than these have a budget is asked about each of them alone.
_MOST_IN_PAIRS: Final = 24
# Whoever has a token of the cluster is in this group.
_EVERYBODY: Final = frozenset({"system:authenticated"})


class Asked(Struct, frozen=True):
    """One request: who sends it with a token for which audiences, to which model, path and headers.

    Without a token of the cluster `example` says more of the credential.
    """

    model: str
    user: str
    groups: frozenset[str]
    audiences: tuple[str, ...]
    path: str
    kind: str
    headers: tuple[tuple[str, str], ...] = ()
    verb: str = "POST"
    example: Example | None = None

    @property
    def wanted(self) -> str | None:
        """Give the subscription that the request asks for, if it asks for one."""
        return dict(self.headers).get(SUBSCRIPTION_HEADER)

    def __str__(self) -> str:
        named = sorted(self.groups - _EVERYBODY)
        groups = f" in {', '.join(f'`{group}`' for group in named)}" if named else ""
        headers = "".join(f" with `{name}: {value}`" for name, value in self.headers)
        verb = "" if self.verb == "POST" else f" by {self.verb}"
        way = f" by `{self.example.method}`" if self.example is not None else ""
        who = f"`{self.user}`" if self.user else "somebody without a name"
        return f"{who}{groups}{way} asks for `{self.path}`{verb}{headers}"


class _Who(Struct, frozen=True):
    """A caller with a token; `alone` is one about whom more is asked than which entry meters a call."""

    user: str
    groups: frozenset[str]
    audiences: tuple[str, ...]
    alone: bool = True
    by: Oidc | None = None


def questions(program: Program, extra: Sequence[str] = ()) -> Iterator[Asked]:
    """Give the requests to try; `extra` are names of subscriptions that callers may ask for besides those of a model."""
    for model in program.models:
        for who in _callers(program, model):
            yield from _requests(model, who, extra)


def _callers(program: Program, model: Model) -> Iterator[_Who]:
    metered = sorted(
        {group for entry in model.entries for group in entry.subjects.groups}
        | {group for tier in program.tiers for group in tier.groups}
    )
    let_in = sorted({group for grant in model.grants for group in grant.subjects.groups})
    users = sorted(
        {user for grant in model.grants for user in grant.subjects.users}
        | {user for entry in model.entries for user in entry.subjects.users}
    )
    for method in program.platform.methods:
        if isinstance(method, TokenReview):
            yield from _people(metered, let_in, users, method.audiences)
        elif isinstance(method, Oidc):
            people = _people(metered, let_in, users, ())
            yield from (replace(one, groups=one.groups - _EVERYBODY, by=method) for one in people)
        elif isinstance(method, TierToken):
            for tier in program.tiers:
                namespace = tier_namespace(program.platform.gateway.name, tier.name)
                held = _EVERYBODY | {"system:serviceaccounts", f"system:serviceaccounts:{namespace}"}
                yield _Who(f"system:serviceaccount:{namespace}:{SOMEBODY}-1a2b3c4d", held, (method.audience,))


def _people(metered: Sequence[str], let_in: Sequence[str], users: Sequence[str], audiences: tuple[str, ...]) -> Iterator[_Who]:
    """Give callers of each group alone, of two that each bring a budget, and of one that does beside one that lets in."""
    yield _Who(SOMEBODY, _EVERYBODY, audiences)
    yield from (_Who(SOMEBODY, _EVERYBODY | {group}, audiences) for group in sorted({*metered, *let_in}))
    pairs = list(combinations(metered, 2)) if len(metered) <= _MOST_IN_PAIRS else []
    others = [group for group in let_in if group not in metered][:1]
    pairs += [(group, other) for group in metered for other in others]
    yield from (_Who(SOMEBODY, _EVERYBODY | {*pair}, audiences, alone=False) for pair in pairs)
    for user in users:
        yield _Who(user, _EVERYBODY, audiences)
        yield from (_Who(user, _EVERYBODY | {group}, audiences, alone=False) for group in (*metered, *others))


def _requests(model: Model, who: _Who, extra: Sequence[str]) -> Iterator[Asked]:
    def asked(path: str, kind: str, *headers: tuple[str, str]) -> Asked:
        found = Asked(model.id, who.user, who.groups, who.audiences, path, kind, headers)
        if who.by is None:
            return found
        example = Example(model.id, who.by.name, who.user, tuple(sorted(who.groups)), user=True, headers=headers, target=path)
        return replace(found, example=carried(who.by, example, None))

    chat = f"{model.prefix}/v1/chat/completions"
    yield asked(chat, "chat")
    named = sorted({entry.key for entry in model.entries if entry.kind == "subscription"})
    elsewhere = [*[name for name in extra if name not in named][:1], _UNKNOWN] if who.alone else []
    for name in (*named, *elsewhere) if named else ():
        yield asked(chat, "chat", (SUBSCRIPTION_HEADER, name))
    if who.alone:
        yield asked(model.listing_path, "listing")
        yield asked(f"{chat}?x=/v1/models", "query")
        yield asked(chat, "identity", (USERNAME_HEADER, "somebody-else"))
