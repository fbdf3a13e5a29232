"""What a field of the language takes beyond its type: bounds, a form, and checks that refuse with a code of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

_NOTHING: Final[Mapping[str, str | int]] = MappingProxyType({})


class Refused(ValueError):  # noqa: N818 - what happened to the value
    """A value that is not taken: `code` is the diagnostic's, the text its headline."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Field:
    """Bounds of a value, and what a field is called and means where the declaration is its own.

    `ge` and `le` bound a number; `min_length` and `max_length` count characters or items; `pattern` is found in a text, in
    what Python and ECMA 262 read alike; `discriminator` is the key by whose value the mappings of a union are told apart.
    """

    __slots__ = ("alias", "description", "discriminator", "ge", "le", "max_length", "min_length", "pattern")

    def __init__(  # noqa: PLR0913 - one for each thing that can be said
        self,
        *,
        alias: str | None = None,
        description: str | None = None,
        ge: int | None = None,
        le: int | None = None,
        min_length: int | None = None,
        max_length: int | None = None,
        pattern: str | None = None,
        discriminator: str | None = None,
    ) -> None:
        self.alias = alias
        self.description = description
        self.ge = ge
        self.le = le
        self.min_length = min_length
        self.max_length = max_length
        self.pattern = pattern
        self.discriminator = discriminator


class Check:
    """A check of a value that has its type: it raises `Refused`, or the value stays what it is, whatever is given back.

    `schema` is what a JSON Schema can say of it, for editors.
    """

    __slots__ = ("ask", "schema")

    def __init__(self, ask: Callable[[Any], Any], schema: Mapping[str, str | int] = _NOTHING) -> None:
        self.ask = ask
        self.schema = schema


class Before:
    """What is done to a value before its type is looked at; it gives a value, or raises `Refused`."""

    __slots__ = ("ask",)

    def __init__(self, ask: Callable[[Any], Any]) -> None:
        self.ask = ask
