"""An engine that asks another one only once for the same expression over the same data that the expression looks at.

Suites ask hundreds of callers about a few models, and the same expression stands in many manifests. An answer depends on
nothing but the values at the paths that an expression names, which the tests try with every expression that is emitted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from compiler.cel.parse import ParseError, parse
from compiler.cel.tree import Compare, Expr, Has, Ident, Index, Macro, Select, Str
from compiler.engines.base import Engine, Outcome
from compiler.suites.walk import children

Path = tuple[str, ...]

_EVERYTHING: Final[tuple[Path, ...]] = ((),)


class Remembering:
    """Asks another engine, and remembers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[str, str], Outcome] = {}

    @property
    def name(self) -> str:
        """Name the engine that is asked."""
        return self._engine.name

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Give what the engine says, or said before; never raises."""
        seen = [_at(context, path) for path in paths(expression)]
        key = expression, json.dumps(seen, sort_keys=True, default=repr)
        if key not in self._known:
            self._known[key] = self._engine.evaluate(expression, context)
        return self._known[key]


@cache
def paths(expression: str) -> tuple[Path, ...]:
    """Give the paths whose values an expression depends on, such as `("request", "headers", "x-maas-tier")`.

    The empty path stands for everything: it is all that is known of what our parser does not read.
    """
    try:
        return tuple(sorted(set(_paths(parse(expression), frozenset()))))
    except ParseError:
        return _EVERYTHING


def _paths(node: Expr, bound: frozenset[str]) -> Iterator[Path]:
    chain = _chain(node, bound)
    if chain is not None:
        yield chain
        return
    match node:
        case Has(select):
            yield from _paths(select, bound)
        case Compare("in", Str(key), right) if (held := _chain(right, bound)) is not None:
            yield (*held, key)
        case Macro(_, target, variable, body):
            yield from _paths(target, bound)
            yield from _paths(body, bound | {variable})
        case _:
            for child in children(node):
                yield from _paths(child, bound)


def _chain(node: Expr, bound: frozenset[str]) -> Path | None:
    """Give the path that a node stands for, when it is one and nothing else."""
    match node:
        case Ident(name):
            return None if name in bound else (name,)
        case Select(operand, field):
            held = _chain(operand, bound)
            return None if held is None else (*held, field)
        case Index(operand, Str(key)):
            held = _chain(operand, bound)
            return None if held is None else (*held, key)
        case _:
            return None


def _at(context: Mapping[str, object], path: Path) -> object:
    """Give what is at a path: the value, or how far the path leads and what is there instead."""
    value: object = context
    for depth, name in enumerate(path):
        if not isinstance(value, Mapping):
            return ["no map", depth, value]
        if name not in value:
            return ["missing", depth]
        value = value[name]
    return ["value", value]
