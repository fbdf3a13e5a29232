"""Reads a YAML text into the tree of what is written, by the events of its parser and the comments between them."""

from __future__ import annotations

import re
from typing import Final, cast

from yaml.error import Mark
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from compiler.source.events import Event, events
from compiler.style.tree import Block, Entry, Flow, Item, Leaf, Page
from compiler.style.trivia import Trivia

# A property and what it belongs to may be apart by comments, which then have no place.
_ANCHORED: Final = re.compile(r"&[^ \t\n,\[\]{}]+[ \t]*(?:[^\s#]|$)")
_KEEPING: Final = re.compile(r"[|>][0-9]?\+")
_INDICATED: Final = re.compile(r"[|>][+-]?([1-9])")
_CLOSING: Final = {"[": "]", "{": "}"}


def pages(file: str, text: str) -> tuple[tuple[Page, ...], tuple[str, ...]]:
    """Give the documents of a well-formed text whose lines end as on Unix, and the comments after the last of them.

    Raises:
        UnkeepableError: the text is laid out in a way that is not known.
    """
    return _Reader(file, text).pages()


class _Reader:
    def __init__(self, file: str, text: str) -> None:
        self._events = [event for event in events(file, text) if not isinstance(event, StreamStartEvent)]
        self._next = 0
        self._trivia = Trivia(text)

    @property
    def _event(self) -> Event:
        return self._events[self._next]

    def _pop(self) -> Event:
        self._next += 1
        return self._events[self._next - 1]

    def pages(self) -> tuple[tuple[Page, ...], tuple[str, ...]]:
        found: list[Page] = []
        self._trivia.fill()
        while not isinstance(self._event, StreamEndEvent):
            found.append(self._page())
        return tuple(found), self._trivia.take()

    def _page(self) -> Page:
        trivia = self._trivia
        start = cast("DocumentStartEvent", self._pop())
        if start.version is not None or trivia.at("%"):
            raise trivia.unkeepable("a directive")
        lead = trivia.take() if start.explicit else ()
        if start.explicit:
            trivia.skip("---")
        root = self._entry((), None, -1, -1)
        tail = trivia.take()
        end = cast("DocumentEndEvent", self._pop())
        if end.explicit:
            trivia.skip("...")
            tail = (*tail, comment) if (comment := trivia.ending()) else tail
            trivia.fill()
        return Page(bool(start.explicit), lead, root, tail)

    def _entry(self, lead: tuple[str, ...], key: Leaf | None, column: int, level: int) -> Entry:
        """Read the value of an entry in a column; `level` is the indentation that a block scalar in it refers to."""
        trivia = self._trivia
        if self._empty():
            self._pop()
            after = trivia.ending()
            trivia.fill()
            return Entry(lead, key, Leaf(""), after=after, below=trivia.take_beyond(column))
        head = trivia.ending()
        trivia.fill()
        event = self._event
        if isinstance(event, MappingStartEvent | SequenceStartEvent) and not event.flow_style:
            anchor = self._anchor(event)
            if anchor:
                second = trivia.ending()
                if head and second:
                    raise trivia.unkeepable("an anchor between comments")
                head = head or second
                trivia.fill()
            return Entry(lead, key, self._block(anchor, column), head)
        inner = trivia.take(first=True)
        value = self._flow_node(level)
        if isinstance(value, Leaf) and value.indent is not None:
            # A comment further right would become a part of the text.
            trivia.fill()
            return Entry(lead, key, value, head, inner)
        after = trivia.ending()
        trivia.fill()
        return Entry(lead, key, value, head, inner, after, trivia.take_beyond(column))

    def _empty(self) -> bool:
        event = self._event
        return isinstance(event, ScalarEvent) and self._start(event) == self._end(event)

    def _start(self, event: Event) -> int:
        return self._trivia.offset(cast("Mark", event.start_mark))

    def _end(self, event: Event) -> int:
        return self._trivia.offset(cast("Mark", event.end_mark))

    def _anchor(self, event: MappingStartEvent | SequenceStartEvent) -> str:
        if not event.anchor:
            return ""
        self._trivia.skip(f"&{event.anchor}")
        return f"&{event.anchor}"

    def _block(self, anchor: str, above: int) -> Block:
        """Read a block collection; `above` is the column of the entry that it is the value of."""
        event, trivia = self._pop(), self._trivia
        column = trivia.column
        entries: list[Entry] = []
        while not isinstance(self._event, MappingEndEvent | SequenceEndEvent):
            lead = trivia.take(first=not entries)
            key: Leaf | None = None
            if isinstance(event, MappingStartEvent):
                key = self._key()
            else:
                trivia.skip("-")
            level = column if isinstance(event, MappingStartEvent) or column > above else above
            entries.append(self._entry(lead, key, column, level))
        self._pop()
        # A list may start in the column of its key; a comment there rather belongs to what follows the list.
        tail = trivia.take_beyond(column if column == above else column - 1)
        return Block(anchor, tuple(entries), tail)

    def _key(self) -> Leaf:
        """Read a key and the `:` behind it."""
        trivia = self._trivia
        if re.match(r"\?[ \t\n]", trivia.text[trivia.place : trivia.place + 2]):
            trivia.skip("?")
            trivia.fill()
        key = self._leaf(-1)
        trivia.fill()
        if trivia.waiting:
            raise trivia.unkeepable("a comment between a key and its `:`")
        if not self._empty() or trivia.at(":"):
            trivia.skip(":")
        return key

    def _flow_node(self, level: int) -> Leaf | Flow:
        return self._flow() if isinstance(self._event, MappingStartEvent | SequenceStartEvent) else self._leaf(level)

    def _leaf(self, level: int) -> Leaf:
        trivia, event = self._trivia, self._pop()
        if not isinstance(event, ScalarEvent | AliasEvent) or self._start(event) != trivia.place:
            raise trivia.unkeepable("a value that does not stand where it was expected")
        text = trivia.text[trivia.place : self._end(event)]
        if isinstance(event, ScalarEvent) and event.anchor and not _ANCHORED.match(text):
            raise trivia.unkeepable("an anchor on a line of its own")
        if isinstance(event, ScalarEvent) and event.style in ("|", ">"):
            return self._block_scalar(text, event, level)
        trivia.place += len(text)
        return Leaf(text, event.value if isinstance(event, ScalarEvent) else text)

    def _block_scalar(self, text: str, event: ScalarEvent, level: int) -> Leaf:
        first, *lines = text.split("\n")
        header = first.removeprefix(f"&{event.anchor}").lstrip(" \t")
        indicated = _INDICATED.match(header)
        if indicated:
            indent = max(level, 0) + int(indicated[1])
        else:
            indent = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), 0)
        # The parser goes on to the next token. Blank lines at the end are content only where the header says so.
        ends = len(lines) - 1 if lines else 0
        while ends and not _KEEPING.match(header) and not lines[ends - 1][indent:] and not lines[ends - 1].strip(" "):
            ends -= 1
        if lines and lines[-1].strip(" "):
            ends = len(lines)
        kept = "\n".join([first, *lines[:ends]])
        self._trivia.place += len(kept)
        if _KEEPING.match(header) and self._trivia.at("\n"):
            self._trivia.place += 1
        return Leaf(kept, event.value, indent)

    def _flow(self) -> Flow:
        trivia = self._trivia
        event = cast("MappingStartEvent | SequenceStartEvent", self._event)
        first = trivia.place
        anchor = self._anchor(event)
        if anchor and trivia.ending():
            raise trivia.unkeepable("a comment behind an anchor")
        trivia.fill()
        self._pop()
        mapping = isinstance(event, MappingStartEvent)
        opening = "{" if mapping else "["
        if mapping and not trivia.at("{"):
            pair = self._pair(())
            self._pop()
            return Flow("", anchor, (pair,), (), broken=False)
        trivia.skip(opening)
        items: list[Item] = []
        while True:
            head = trivia.ending()
            trivia.fill()
            lead = (*([head] if head else []), *(line for line in trivia.take() if line))
            if isinstance(self._event, MappingEndEvent | SequenceEndEvent):
                break
            items.append(self._item(lead, mapping=mapping))
        self._pop()
        trivia.skip(_CLOSING[opening])
        return Flow(opening, anchor, tuple(items), lead, broken="\n" in trivia.text[first : trivia.place])

    def _item(self, lead: tuple[str, ...], *, mapping: bool) -> Item:
        """Read an item and the comma behind it."""
        trivia = self._trivia
        found = self._pair(lead) if mapping else Item(lead, None, self._flow_node(-1))
        after = trivia.ending()
        trivia.fill()
        if trivia.waiting and any(line.text for line in trivia.waiting):
            # Between an item and its comma there is no line; what comes after the last item is told of the bracket.
            if trivia.at(","):
                raise trivia.unkeepable("a comment between an item and its comma")
            return Item(found.lead, found.key, found.value, after)
        trivia.take()
        if trivia.at(","):
            trivia.skip(",")
            second = trivia.ending()
            if after and second:
                raise trivia.unkeepable("a comma between comments")
            after = after or second
        return Item(found.lead, found.key, found.value, after)

    def _pair(self, lead: tuple[str, ...]) -> Item:
        trivia = self._trivia
        if re.match(r"\?[ \t\n]", trivia.text[trivia.place : trivia.place + 2]):
            raise trivia.unkeepable("a `?` inside of brackets")
        key = self._leaf(-1)
        before = trivia.place
        trivia.fill()
        if not trivia.at(":"):
            # Only a key; what follows it is of the item.
            trivia.place = before
            trivia.take()
            self._pop()
            return Item(lead, key, None)
        trivia.skip(":")
        if self._empty():
            self._pop()
            return Item(lead, key, None)
        head = trivia.ending()
        trivia.fill()
        if head or any(line.text for line in trivia.waiting):
            raise trivia.unkeepable("a comment between a key and its value, inside of brackets")
        trivia.take()
        return Item(lead, key, self._flow_node(-1))
