"""Values of expressions over all callers at once: each possible value with the formula of when it is the value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct, field

from compiler.diagnostics.model import Place
from compiler.prove.formula import Formula, Variable


class UnsupportedError(Exception):
    """An expression uses something that is not understood here, so that nothing can be said about it.

    `place` is where the expression stands, once that is known.
    """

    def __init__(self, reason: str, place: Place | None = None) -> None:
        super().__init__(reason)
        self.place = place


class Symbol(Struct, frozen=True):
    """A string that is only known by comparing it: the value of a variable, or the raw user name (without one)."""

    variable: Variable | None = None


class Truth(Struct, frozen=True):
    """A boolean: when it is true. Where it is an error it counts as false here."""

    true: Formula


class Text(Struct, frozen=True):
    """A string: the strings it can be, each with when; no two of them hold together."""

    choices: tuple[tuple[Formula, str | Symbol], ...]


class Item(Struct, frozen=True):
    """An element of a list that is there when its guard holds."""

    guard: Formula
    value: Value


class Names(Struct, frozen=True):
    """The caller's raw groups, the parts between their commas, or the models that a credential opens, in no known order.

    A name is an element when the caller has it and its case holds; `default` is the case of all names that have none.
    """

    kind: Literal["group", "part", "model"]
    cases: Mapping[str, Formula]
    default: Formula


class Alternative(Struct, frozen=True, dict=True):
    """A list that it is when the guard holds. Guards of items include it. `ordered` is false where the order is unknown."""

    guard: Formula
    items: tuple[Item, ...]
    names: tuple[Names, ...] = ()
    ordered: bool = True

    @cached_property
    def places(self) -> Mapping[str | None, tuple[int, ...]]:
        """Give where in `items` each string that is known stands, and under None all else."""
        found: dict[str | None, list[int]] = {}
        for place, item in enumerate(self.items):
            choices = item.value.choices if isinstance(item.value, Text) else ()
            name = choices[0][1] if len(choices) == 1 else None
            found.setdefault(name if isinstance(name, str) else None, []).append(place)
        return {name: tuple(where) for name, where in found.items()}


class Sequence(Struct, frozen=True):
    """A list: exactly one of the alternatives."""

    alternatives: tuple[Alternative, ...]


class Joined(Struct, frozen=True):
    """The string that a list makes with a separator; `plain` where it is a text of its own, and the parts are what is in it."""

    parts: Sequence
    separator: str
    plain: bool = False


class Table(Struct, frozen=True):
    """A map with the keys that are written in it."""

    entries: Mapping[str, Value]


class Field(Struct, frozen=True):
    """A field of an object, and when it is there."""

    present: Formula
    value: Value


class Record(Struct, frozen=True):
    """An object such as `auth.identity`; of fields that are not listed nothing is known, unless it is `closed`."""

    name: str
    fields: Mapping[str, Field]
    closed: bool = False


class Headers(Struct, frozen=True):
    """The request's headers; those `injected` by a policy stand over the client's own."""

    injected: Mapping[str, Text] = field(default_factory=dict)


Value = Truth | Text | Sequence | Joined | Table | Record | Headers
