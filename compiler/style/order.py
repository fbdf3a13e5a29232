"""Puts the keys of known mappings into their canonical order, where no comment and no group of lines stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from compiler.diagnostics.model import PathPart
from compiler.style.tree import Block, Entry, Flow, Item, Leaf, Node, nodes

# Gives the keys of the mapping at a path in their order, or None where they have none.
KeyOrder = Callable[[Sequence[PathPart]], Sequence[str] | None]

_Keyed = TypeVar("_Keyed", Entry, Item)


def arranged(node: Node, order: KeyOrder, path: tuple[PathPart, ...] = ()) -> Node:
    """Give a node with all mappings in it in order."""
    match node:
        case Leaf():
            return node
        case Flow():
            items = tuple(_inside(item, index, order, path) for index, item in enumerate(node.items))
            free = not node.tail and not any(item.lead for item in items)
            return replace(node, items=_sorted(items, order(path)) if free else items)
        case Block():
            entries = tuple(_inside(entry, index, order, path) for index, entry in enumerate(node.entries))
            free = not node.tail and not any(entry.lead or entry.below for entry in entries)
            return replace(node, entries=_sorted(entries, order(path)) if free else entries)


def _inside(one: _Keyed, index: int, order: KeyOrder, path: tuple[PathPart, ...]) -> _Keyed:
    if one.value is None:
        return one
    return replace(one, value=arranged(one.value, order, (*path, index if one.key is None else one.key.name)))


def _sorted(entries: tuple[_Keyed, ...], order: Sequence[str] | None) -> tuple[_Keyed, ...]:
    if order is None or any(one.key is None or _linked(one) for one in entries):
        return entries
    ranks = {name: rank for rank, name in enumerate(order)}
    return tuple(sorted(entries, key=lambda one: ranks.get(one.key.name, len(ranks)) if one.key else 0))


def _linked(one: Entry | Item) -> bool:
    """Tell whether something in an entry has to stay before or after what names it, or that it names."""
    if one.key is not None and one.key.name == "<<":
        return True
    inside = nodes(one.value) if one.value is not None else iter(())
    return any((node.text if isinstance(node, Leaf) else node.anchor).startswith(("&", "*")) for node in inside)
