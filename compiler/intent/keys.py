"""The canonical order of keys, as the models of the language declare them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, get_args, get_origin

from compiler.intent.model import ConfigFile
from compiler.intent.spec import Spec, declared

# What may stand at a place: keys of these models, or one level of names or indices above such.
_Shape = tuple[Any, ...]


def order_of(documents: Sequence[object]) -> Callable[[Sequence[str | int]], tuple[str, ...] | None]:
    """Give the order of the keys of a file: `key_order` for one of the configuration, and none for any other."""
    sections = declared(ConfigFile).keys()
    ours = all(isinstance(data, dict) and data.keys() <= sections for data in documents)
    return key_order if ours else lambda _: None


def key_order(path: Sequence[str | int]) -> tuple[str, ...] | None:
    """Give the keys of the mapping at a path of a configuration file in their canonical order; None where names are free.

    Sections and the names in them have no order of their own: they stay as their author put them.
    """
    shapes: _Shape = (ConfigFile,)
    for part in path:
        shapes = tuple(_below(shapes, part))
    return _order(tuple(dict.fromkeys(_specs(shapes)))) if path else None


@cache
def _order(specs: tuple[type[Spec], ...]) -> tuple[str, ...] | None:
    return tuple(_merged([_own(spec) for spec in specs])) or None


def _own(spec: type[Spec]) -> list[str]:
    """Give the keys of one model; what it adds comes before what it shares: a tier's level and groups before its budget."""
    fields = sorted(declared(spec).values(), key=lambda field: field.name not in spec.__annotations__)
    return [field.key for field in fields]


def _merged(orders: Sequence[Sequence[str]]) -> Iterator[str]:
    """Give the keys of all in an order that is that of each, unless two have contrary ones: then the first is kept."""
    left = [list(one) for one in orders if one]
    while left:
        heads = [one[0] for one in left]
        head = next((key for key in heads if not any(key in one[1:] for one in left)), heads[0])
        yield head
        left = [rest for one in left if (rest := [key for key in one if key != head])]


def _below(shapes: _Shape, part: str | int) -> Iterator[Any]:
    for shape in shapes:
        for spec in _unwrapped(shape):
            if isinstance(spec, type) and issubclass(spec, Spec):
                yield from (field.annotation for key, field in declared(spec).items() if part == key)
            elif get_origin(spec) is (list if isinstance(part, int) else dict):
                yield get_args(spec)[-1]


def _specs(shapes: _Shape) -> Iterator[type[Spec]]:
    for shape in shapes:
        yield from (found for found in _unwrapped(shape) if isinstance(found, type) and issubclass(found, Spec))


def _unwrapped(shape: Any) -> Iterator[Any]:  # noqa: ANN401 - an annotation
    """Give what an annotation allows, without unions and metadata around it."""
    if isinstance(shape, type) or get_origin(shape) in (list, dict):
        yield shape
        return
    for inner in get_args(shape):
        yield from _unwrapped(inner)
