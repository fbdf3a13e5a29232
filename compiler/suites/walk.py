"""Goes through the trees of CEL: the parts of a node, and a tree with one of its nodes replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from compiler.cel.tree import Expr


def children(node: Expr) -> Iterator[Expr]:
    """Give the nodes directly below a node, in the order in which they are written."""
    for name in node.__struct_fields__:
        yield from _nodes(getattr(node, name))


def walk(node: Expr) -> Iterator[Expr]:
    """Give a node and every node below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def replaced(tree: Any, old: Expr, new: Expr) -> Any:  # noqa: ANN401 - a node, or any field of one
    """Give a tree in which one node, that very object, is another one."""
    if tree is old:
        return new
    if isinstance(tree, tuple):
        return tuple(replaced(item, old, new) for item in tree)
    if not isinstance(tree, Struct):
        return tree
    return replace(tree, **{name: replaced(getattr(tree, name), old, new) for name in tree.__struct_fields__})


def _nodes(value: Any) -> Iterator[Expr]:  # noqa: ANN401 - any field of a node
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif isinstance(value, Struct):
        found: Any = value
        yield found
