"""Random small changes of manifests: of one expression, one rate, one counter."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any as Anything
from typing import TypeVar

from plain_views import Manifests

from compiler.cel.parse import parse
from compiler.cel.printer import text
from compiler.cel.tree import All, Any, Bool, Compare, Concat, Expr, ListLit, MapLit, Not, Str, Ternary
from compiler.suites.walk import replaced, walk

_T = TypeVar("_T")


def mutate(found: Manifests, chance: random.Random) -> None:
    """Change one thing, in place; it may make no difference."""
    places = list(_places(found))
    kind, holder, key = chance.choice(places)
    if kind == "limit":
        holder[key] = chance.choice((0, 5, 7, 10**12))
    elif kind == "window":
        holder[key] = chance.choice(("1m", "2m", "1h"))
    elif kind == "list":
        holder[key] = holder[key][:-1]
    else:
        holder[key] = text(_changed(parse(holder[key]), chance))


def _places(value: Anything) -> Iterator[tuple[str, Anything, Anything]]:  # noqa: ANN401 - plain data, or any field of a node
    if isinstance(value, list):
        for item in value:
            yield from _places(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("predicate", "expression"):
                # More often where there is more to change.
                yield from [("cel", value, key)] * (1 + len(item) // 60)
            elif key in ("limit", "window"):
                yield key, value, key
            elif key in ("counters", "when") and item:
                yield "list", value, key
            else:
                yield from _places(item)


def _changed(tree: Expr, chance: random.Random) -> Expr:
    nodes = list(walk(tree))
    known = [one.value for one in nodes if isinstance(one, Str)]
    for node in chance.sample(nodes, len(nodes)):
        other = _other(node, known, chance)
        if other is not None:
            changed: Expr = replaced(tree, node, other)
            return changed
    return tree


def _other(node: Expr, known: list[str], chance: random.Random) -> Expr | None:
    match node:
        case Str(value):
            return Str(chance.choice([*known, "", f"{value}x"]))
        case Bool(value):
            return Bool(value=not value)
        case ListLit(items) if len(items) > 1:
            return ListLit(_shorter(items, chance) if chance.random() < 0.5 else _shuffled(items, chance))
        case Concat(parts) if len(parts) > 1:
            return Concat(_shorter(parts, chance))
        case MapLit(entries) if len(entries) > 1:
            return MapLit(_shorter(entries, chance))
        case Compare("==", left, right):
            return Compare("!=", left, right)
        case Compare("!=", left, right):
            return Compare("==", left, right)
        case Not(operand):
            return operand
        case All(terms):
            return Any(terms) if chance.random() < 0.5 else All(terms[1:])
        case Any(terms):
            return All(terms) if chance.random() < 0.5 else Any(terms[1:])
        case Ternary(condition, then, otherwise):
            return Ternary(condition, otherwise, then) if chance.random() < 0.5 else then
        case _:
            return None


def _shorter(items: tuple[_T, ...], chance: random.Random) -> tuple[_T, ...]:
    gone = chance.randrange(len(items))
    return items[:gone] + items[gone + 1 :]


def _shuffled(items: tuple[_T, ...], chance: random.Random) -> tuple[_T, ...]:
    return tuple(chance.sample(items, len(items)))
