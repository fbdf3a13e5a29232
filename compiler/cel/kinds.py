"""What an expression of the portable subset can give, and what is known of the roots it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct, field


class Truth(Struct, frozen=True):
    """A boolean."""


class Text(Struct, frozen=True):
    """A string; of one that was filtered for equality it is known `among` which it is."""

    among: frozenset[str] | None = None


class Anything(Struct, frozen=True):
    """An item of an empty list, or what a faulty part would have given: fits wherever it stands."""


class Items(Struct, frozen=True):
    """A list of at least `least` items, all of one kind."""

    item: Kind
    least: int = 0


class Table(Struct, frozen=True):
    """A map from strings to values of one kind, of which `keys` are surely there; `lower`: no key has a capital."""

    value: Kind
    keys: frozenset[str] = frozenset()
    lower: bool = False


class Record(Struct, frozen=True):
    """An object: fields that are surely there, and fields that may be absent; there are no others."""

    certain: Mapping[str, Kind] = field(default_factory=dict)
    possible: Mapping[str, Kind] = field(default_factory=dict)


Kind = Truth | Text | Anything | Items | Table | Record


def join(one: Kind, other: Kind) -> Kind | None:
    """Give what holds for values of both kinds, or None where they have no kind in common."""
    match one, other:
        case Anything(), _:
            return other
        case _, Anything():
            return one
        case Text(some), Text(more):
            return Text(None if some is None or more is None else some | more)
        case Items(first, least), Items(second, fewer):
            item = join(first, second)
            return None if item is None else Items(item, min(least, fewer))
        case Table(first, keys, lower), Table(second, others, low):
            value = join(first, second)
            return None if value is None else Table(value, keys & others, lower or low)
        case _:
            return one if one == other else None


def join_all(kinds: Iterable[Kind]) -> Kind | None:
    """Give what holds for values of all the kinds; of none that is anything."""
    common: Kind | None = Anything()
    for kind in kinds:
        common = None if common is None else join(common, kind)
    return common


_PLURALS: Final = {Truth: " of conditions", Text: " of strings", Items: " of lists", Table: " of maps", Record: " of objects"}


def describe(kind: Kind) -> str:
    """Name a kind in a sentence."""
    match kind:
        case Truth():
            return "a condition"
        case Text():
            return "a string"
        case Items(item):
            return "a list" + _PLURALS.get(type(item), "")
        case Table():
            return "a map"
        case Record():
            return "an object"
        case Anything():
            return "anything"
