"""Writes the tree of a text in the canonical layout: two spaces a level, lists set off from their key, one blank line at most.

What stands in brackets takes one line, unless it was broken and is too long, or holds a comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from compiler.style.tree import Block, Entry, Flow, Item, Leaf, Node, Page

WIDTH: Final = 130
_STEP: Final = 2
_BLANK: Final = " \t"
_CLOSING: Final = {"": "", "[": "]", "{": "}"}


def text(pages: Sequence[Page], tail: Sequence[str]) -> str:
    """Give the whole text, with a line break at its end unless it is empty."""
    lines: list[str] = []
    for number, page in enumerate(pages):
        if number or page.marked:
            lines += [*page.lead, *_entry(page.root, "---", 0)]
        else:
            lines += [*page.lead, *_root(page.root)]
        lines += page.tail
    return "".join(f"{line}\n" for line in _spaced([*lines, *tail]))


def _spaced(lines: Sequence[str]) -> Iterator[str]:
    """Leave out blank lines at both ends, and all but one of several; those inside of a scalar are marked by a line break."""
    shown = list(lines)
    while shown and not shown[-1]:
        shown.pop()
    before = ""
    for line in shown:
        if line or before:
            yield line.removesuffix("\n")
        before = line


def _root(root: Entry) -> Iterator[str]:
    if isinstance(root.value, Block) and not root.value.anchor:
        yield from _block(root.value, 0)
        return
    if isinstance(root.value, Block):
        yield _joined(root.value.anchor, root.head)
        yield from _block(root.value, 0)
        return
    yield from ([root.head] if root.head else [])
    yield from root.inner
    yield from _ended(_value(root.value, 0, 0), root.after)
    yield from root.below


def _block(block: Block, indent: int) -> Iterator[str]:
    pad = " " * indent
    for entry in block.entries:
        yield from _comments(entry.lead, indent)
        yield from _entry(entry, f"{pad}{_named(entry.key) if entry.key else '-'}", indent)
    yield from _comments(block.tail, indent)


def _comments(lines: Sequence[str], indent: int) -> Iterator[str]:
    yield from (f"{' ' * indent}{line}" if line else "" for line in lines)


def _named(key: Leaf) -> str:
    # The name of an alias may hold a colon.
    return f"{key.text} :" if key.text.startswith("*") else f"{key.text}:"


def _entry(entry: Entry, start: str, indent: int) -> Iterator[str]:
    """Give the lines of an entry; `start` is its key or dash, `indent` where it stands."""
    marker = start == "---"
    inside = indent if marker else indent + _STEP
    if isinstance(entry.value, Block):
        yield from _of_block(entry, entry.value, start, inside)
    elif entry.head or entry.inner:
        yield _ended([start], entry.head)[0]
        yield from _comments(entry.inner, inside)
        yield from _set_off(entry, inside, inside)
    elif isinstance(entry.value, Flow) and entry.key and not _fits(entry.value, len(start) + 1):
        yield start
        yield from _set_off(entry, inside, len(start) + 1)
    else:
        first, *rest = _value(entry.value, inside, len(start) + 1)
        yield from _ended([f"{start} {first}" if first else start, *rest], entry.after)
    yield from _comments(entry.below, inside)


def _set_off(entry: Entry, inside: int, used: int) -> list[str]:
    """Give a value on lines of its own, below its key."""
    first, *rest = _value(entry.value, inside, used)
    return _ended([f"{' ' * inside}{first}", *rest], entry.after)


def _of_block(entry: Entry, value: Block, start: str, inside: int) -> Iterator[str]:
    lines = list(_block(value, inside))
    compact = start.endswith("-") and not start.endswith("---") and lines and not value.entries[0].lead
    if compact and not value.anchor and not entry.head:
        yield f"{start} {lines[0].removeprefix(' ' * inside)}"
        yield from lines[1:]
        return
    yield _ended([f"{start} {value.anchor}" if value.anchor else start], entry.head)[0]
    yield from lines


def _joined(one: str, comment: str) -> str:
    return f"{one}  {comment}" if comment else one


def _ended(lines: Sequence[str], comment: str) -> list[str]:
    """Put a comment behind the last line."""
    return [*lines[:-1], _joined(lines[-1], comment)]


def _value(node: Node, indent: int, used: int) -> Sequence[str]:
    """Give the lines of a value, the first without its indentation; `indent` is where those below it stand."""
    match node:
        case Leaf():
            return _leaf(node, indent)
        case Flow():
            single = _single(node) if _fits(node, used) else None
            return [single] if single is not None else list(_broken(node, indent))
        case Block():
            raise AssertionError("a block is written by its entry")


def _leaf(leaf: Leaf, indent: int) -> Sequence[str]:
    first, *rest = leaf.text.split("\n")
    pad = " " * indent
    if leaf.indent is not None:
        lines = [f"{pad}{line[leaf.indent :]}" if line[leaf.indent :] else "\n" for line in rest]
        return [first, *lines]
    stripped = [_trimmed(line.lstrip(_BLANK), leaf) for line in rest]
    return [_trimmed(first, leaf), *(f"{pad}{line}" if line else "\n" for line in stripped)]


def _trimmed(line: str, leaf: Leaf) -> str:
    """Leave out blanks at the end of a line, where they say nothing: not behind a backslash in double quotes."""
    plain = line.rstrip(_BLANK)
    return line if leaf.text.endswith('"') and plain.endswith("\\") else plain


def _fits(flow: Flow, used: int) -> bool:
    single = _single(flow)
    return single is not None and (not flow.broken or used + len(single) <= WIDTH)


def _single(node: Node) -> str | None:
    """Give a value on one line, or None where that cannot be."""
    if isinstance(node, Leaf):
        return None if "\n" in node.text else node.text
    if isinstance(node, Block) or node.tail:
        return None
    items: list[str] = []
    for item in node.items:
        value = "" if item.value is None else _single(item.value)
        if item.lead or item.after or value is None or (item.key and "\n" in item.key.text):
            return None
        items.append(f"{_pair(item)}{value}")
    return f"{_anchored(node)}{', '.join(items)}{_CLOSING[node.opening]}"


def _anchored(flow: Flow) -> str:
    return f"{flow.anchor} {flow.opening}" if flow.anchor else flow.opening


def _pair(item: Item) -> str:
    """Give the key of an item, ready for its value."""
    if item.key is None:
        return ""
    return item.key.text if item.value is None else f"{_named(item.key)} "


def _broken(flow: Flow, indent: int) -> Iterator[str]:
    """Give a line for each item; in brackets indentation means nothing but to the eye, and to readers that insist on it."""
    if not flow.opening:
        item = flow.items[0]
        lines = _value(item.value, indent, indent) if item.value else [""]
        yield f"{_anchored(flow)}{_pair(item)}{lines[0]}"
        yield from lines[1:]
        return
    inside = indent + _STEP
    pad = " " * inside
    yield _anchored(flow)
    for number, item in enumerate(flow.items):
        yield from _comments(item.lead, inside)
        start = _pair(item)
        lines = [""] if item.value is None else list(_value(item.value, inside, inside + len(start)))
        lines[0] = f"{pad}{start}{lines[0]}"
        lines[-1] += "," if number < len(flow.items) - 1 else ""
        yield from _ended(lines, item.after)
    yield from _comments(flow.tail, inside)
    yield f"{' ' * indent}{_CLOSING[flow.opening]}"
