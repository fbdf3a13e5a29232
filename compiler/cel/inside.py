"""Finds the CEL trees inside typed objects, whatever their classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final, get_args

from compiler.cel.tree import Expr

_EXPRESSIONS: Final = get_args(Expr)

# Names of fields, keys and indices, from the object down.
Where = tuple[str | int, ...]


def expressions(value: Any, where: Where = ()) -> Iterator[tuple[Where, Expr]]:  # noqa: ANN401 - any frozen dataclass of data
    """Give every tree below an object of dataclasses, mappings and tuples, with the way to it, in the order of the fields."""
    if isinstance(value, _EXPRESSIONS):
        yield where, value
    elif is_dataclass(value):
        for member in fields(value):
            yield from expressions(getattr(value, member.name), (*where, member.name))
    elif isinstance(value, Mapping):
        for key, content in value.items():
            yield from expressions(content, (*where, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from expressions(item, (*where, index))
