"""Finds the word of the configuration that covers a caller, inside the item that grants, meters or ranks."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from compiler.diagnostics.model import PathPart, Place
from compiler.intent.intent import Intent, Item
from compiler.intent.model import AccessSpec, SubscriptionSpec, TeamSpec, TierSpec
from compiler.intent.references import user_names
from compiler.program.decide import Caller

Owning = Item[AccessSpec] | Item[SubscriptionSpec] | Item[TeamSpec] | Item[TierSpec]


class Covered(Struct, frozen=True):
    """A caller is covered by `name`, a group or a user of `item`, written at `place`."""

    what: str
    name: str
    item: Owning
    place: Place

    def __str__(self) -> str:
        return f"the {self.what} `{self.name}`"


def item_of(intent: Intent, origin: Place) -> Owning | None:
    """Find the access entry, subscription, team or tier that a place is in."""
    sections: tuple[tuple[Owning, ...], ...] = (
        tuple(intent.access.values()),
        tuple(intent.subscriptions.values()),
        tuple(intent.teams.values()),
        tuple(intent.tiers.values()),
    )
    return next((item for items in sections for item in items if _inside(origin, item.place)), None)


def covering(intent: Intent, origin: Place, caller: Caller) -> Covered | None:
    """Give the first word of the item at `origin` that covers the caller, users before groups."""
    item = item_of(intent, origin)
    if item is None:
        return None
    name_of = user_names(intent)
    for name, path in _users(item, origin):
        if name_of(name) == caller.userid:
            return Covered("user", caller.userid, item, item.place.at(*path))
    for name, path in _groups(item):
        if name in caller.groups:
            return Covered("group", name, item, item.place.at(*path))
    return None


def _inside(place: Place, outer: Place) -> bool:
    return (place.file, place.document, place.path[: len(outer.path)]) == (outer.file, outer.document, outer.path)


def _users(item: Owning, origin: Place) -> Iterator[tuple[str, tuple[PathPart, ...]]]:
    match item.spec:
        case AccessSpec(users=users):
            yield from ((name, ("users", index)) for index, name in enumerate(users))
        case SubscriptionSpec(owner=owner):
            yield from ((name, ("owner", "users", index)) for index, name in enumerate(owner.users))
        case TeamSpec(members=members, grants=grants):
            for index, grant in enumerate(grants):
                # A team's grant to one user covers nobody else, so it is what counts when the place is that grant.
                if grant.user is not None and (origin.path[-2:-1] != ("grants",) or grants[_index(origin)].model == grant.model):
                    yield grant.user, ("grants", index, "user")
            yield from ((member.user, ("members", index, "user")) for index, member in enumerate(members))
        case _:
            pass


def _index(origin: Place) -> int:
    last = origin.path[-1]
    return last if isinstance(last, int) else 0


def _groups(item: Owning) -> Iterator[tuple[str, tuple[PathPart, ...]]]:
    match item.spec:
        case AccessSpec(groups=groups) | TierSpec(groups=groups) | TeamSpec(groups=groups):
            yield from ((name, ("groups", index)) for index, name in enumerate(groups))
        case SubscriptionSpec(owner=owner):
            yield from ((name, ("owner", "groups", index)) for index, name in enumerate(owner.groups))
