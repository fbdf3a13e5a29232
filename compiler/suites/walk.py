"""Goes through the trees of CEL: the parts of a node, and a tree with one of its nodes replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from compiler.cel.tree import Expr


def children(node: Expr) -> Iterator[Expr]:
    """Give the nodes directly below a node, in the order in which they are written."""
    for one in fields(node):
        yield from _nodes(getattr(node, one.name))


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
    if not is_dataclass(tree) or isinstance(tree, type):
        return tree
    return replace(tree, **{one.name: replaced(getattr(tree, one.name), old, new) for one in fields(tree)})


def _nodes(value: Any) -> Iterator[Expr]:  # noqa: ANN401 - any field of a node
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif is_dataclass(value):
        found: Any = value
        yield found
