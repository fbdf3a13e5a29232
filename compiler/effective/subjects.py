"""The subjects that a configuration names, as the plainest callers that they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct

from compiler.intent.intent import Intent
from compiler.program.bearer import holder, method_of
from compiler.program.decide import Caller
from compiler.program.ir import EVERYBODY, Program
from compiler.program.mentioned import mentioned
from compiler.program.methods import Oidc, TierToken, TokenReview, binds, vouches_for_group

# A user whom no configuration can name: names of users are never empty.
NOBODY_IN_PARTICULAR: Final = ""

Kind = Literal["group", "user", "tier", "key"]
_ORDER: Final = {"group": 0, "user": 1, "tier": 2, "key": 3}


class Subject(Struct, frozen=True):
    """A group alone, a user alone, the ServiceAccounts of a tier (`name` is their group), or an API key (`team/alias`)."""

    kind: Kind
    name: str

    @property
    def group(self) -> str | None:
        """Give the group that a caller of this kind is in."""
        return self.name if self.kind in ("group", "tier") else None


def subjects(program: Program, intent: Intent) -> tuple[Subject, ...]:
    """Give every group and user that is declared, every tier's own group and every key that opens: by kind, then by name."""
    found = [Subject("group", name) for name in intent.groups]
    found += [Subject("user", name) for name in intent.users]
    found += [Subject("tier", tier.projected) for tier in program.tiers]
    found += [Subject("key", key.id) for key in (program.keys if method_of(program) else ())]
    return tuple(sorted(found, key=lambda one: (_ORDER[one.kind], one.name)))


def caller(program: Program, of: Iterable[Subject]) -> Caller:
    """Give the caller who is all of the subjects at once, by the first method that can tell so.

    Whoever brings a token of the cluster is in its group for everybody as well.
    """
    together = tuple(of)
    keys = [key for one in together if one.kind == "key" for key in program.keys if key.id == one.name]
    if keys and (by := method_of(program)) is not None:
        return holder(by, keys[0])
    groups = frozenset(one.group for one in together if one.group is not None)
    users = [one.name for one in together if one.kind == "user"]
    userid = users[0] if users else NOBODY_IN_PARTICULAR
    kind = TierToken if any(one.kind == "tier" for one in together) else TokenReview
    methods = [method for method in program.platform.methods if not binds(method)]
    if not methods:
        return Caller(None)
    method = next((one for one in methods if isinstance(one, kind)), methods[0])
    projected = {tier.projected for tier in program.tiers}
    counted = frozenset(group for group in groups if vouches_for_group(method, group, projected))
    return Caller(method.name, userid, counted | {EVERYBODY} if isinstance(method, TokenReview) else counted)


def others(program: Program) -> tuple[str, ...]:
    """Name the ways in whose callers are not in the group for everybody, and that bring groups of their own."""
    return tuple(method.name for method in program.platform.methods if isinstance(method, Oidc))


def everywhere(program: Program) -> bool:
    """Tell whether those told of have a token of the cluster, and some policy asks for the group that has them all."""
    methods = program.platform.methods
    first = next((one for one in methods if isinstance(one, TokenReview)), methods[0])
    groups, _ = mentioned((program,))
    return isinstance(first, TokenReview) and EVERYBODY in groups


def pairs(of: Sequence[Subject]) -> Iterator[tuple[Subject, Subject]]:
    """Give the pairs that one caller can be: two groups, or a group and a user.

    A ServiceAccount's token and a key bring no others, and the group for everybody makes no difference in a pair.
    """
    together = [one for one in of if one.kind in ("group", "user") and one.name != EVERYBODY]
    for index, one in enumerate(together):
        for other in together[index + 1 :]:
            if one.kind == "group":
                yield one, other
