"""A YAML text as it is written: collections, the text of each scalar, and every comment at what it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct


class UnkeepableError(Exception):
    """The text is laid out in a way for which no canonical one is known; the message says which, `line` where (from 1)."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.line = line


class Leaf(Struct, frozen=True):
    """A scalar or an alias as it is written, with its anchor; `name` is what it says.

    `indent` is how far the content of a block scalar is indented, None for every other scalar.
    """

    text: str
    name: str = ""
    indent: int | None = None


class Item(Struct, frozen=True):
    """One item of a flow collection; `key` is None in a list, `value` None where only a key is written."""

    lead: tuple[str, ...]
    key: Leaf | None
    value: Node | None
    after: str = ""


class Flow(Struct, frozen=True):
    """A list or mapping in brackets, or (`opening` empty) the single pair that a list may hold without any.

    `broken` tells whether it takes several lines; `tail` are comments before the closing bracket.
    """

    opening: str
    anchor: str
    items: tuple[Item, ...]
    tail: tuple[str, ...]
    broken: bool


class Entry(Struct, frozen=True):
    """One entry of a block collection, with its comments (and blank lines, as empty text).

    `lead` stands above it, `head` behind its `:` or `-`, `inner` above a value that is no block, `after` behind its value,
    `below` under it and further right. `key` is None in a list.
    """

    lead: tuple[str, ...]
    key: Leaf | None
    value: Node
    head: str = ""
    inner: tuple[str, ...] = ()
    after: str = ""
    below: tuple[str, ...] = ()


class Block(Struct, frozen=True):
    """A list or mapping of lines; `tail` are comments after its last entry."""

    anchor: str
    entries: tuple[Entry, ...]
    tail: tuple[str, ...]


Node = Leaf | Flow | Block


class Page(Struct, frozen=True):
    """One document: what stands above and after it, and its root as an entry; `marked` tells whether it starts with `---`."""

    marked: bool
    lead: tuple[str, ...]
    root: Entry
    tail: tuple[str, ...]


def nodes(node: Node) -> Iterator[Node]:
    """Give a node and everything in it."""
    yield node
    match node:
        case Flow():
            for item in node.items:
                yield from nodes(item.key) if item.key else ()
                yield from nodes(item.value) if item.value else ()
        case Block():
            for entry in node.entries:
                yield from nodes(entry.key) if entry.key else ()
                yield from nodes(entry.value)
        case Leaf():
            pass
