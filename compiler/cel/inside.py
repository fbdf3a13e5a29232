"""Finds the CEL trees inside typed objects, whatever their classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from msgspec import Struct

from compiler.cel.tree import Expr

_EXPRESSIONS: Final = get_args(Expr)

# Names of fields, keys and indices, from the object down.
Where = tuple[str | int, ...]


def expressions(value: Any, where: Where = ()) -> Iterator[tuple[Where, Expr]]:  # noqa: ANN401 - plain data and objects of it
    """Give every tree below an object with fields, a mapping or a tuple, with the way to it, in the order of the fields."""
    if isinstance(value, _EXPRESSIONS):
        yield where, value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from expressions(getattr(value, name), (*where, name))
    elif isinstance(value, Mapping):
        for key, content in value.items():
            yield from expressions(content, (*where, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from expressions(item, (*where, index))
