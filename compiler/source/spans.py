"""Find where in a text each key and value stands; asked only of texts that are well-formed, when something is reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from compiler.diagnostics.model import PathPart, Span
from compiler.source.build import MERGE
from compiler.source.events import Event, span


@dataclass
class Spot:
    """A value's place, the place of the key it stands under, and its children by key or index."""

    span: Span
    key: Span | None = None
    children: dict[PathPart, Spot] = field(default_factory=dict)


@dataclass
class _Frame:
    """A list or mapping whose children are being found; `merged` are the mappings behind `<<`."""

    spot: Spot
    anchor: str | None
    mapping: bool
    key: tuple[str, Span] | None = None
    merged: list[Spot] = field(default_factory=list)


def spots(events: Iterator[Event]) -> tuple[Spot, ...]:
    """Give the root of each document of a text that is known to be well-formed."""
    return tuple(_Finder().documents(events))


class _Finder:
    def __init__(self) -> None:
        self._frames: list[_Frame] = []
        self._anchors: dict[str, Spot] = {}
        self._roots: list[Spot] = []

    def documents(self, events: Iterator[Event]) -> list[Spot]:
        for event in events:
            match event:
                case DocumentStartEvent():
                    self._anchors.clear()
                case ScalarEvent():
                    self._finished(Spot(span(event)), event.anchor, event)
                case MappingStartEvent() | SequenceStartEvent():
                    self._frames.append(_Frame(Spot(span(event)), event.anchor, isinstance(event, MappingStartEvent)))
                case MappingEndEvent() | SequenceEndEvent():
                    self._close(event)
                case AliasEvent():
                    target = self._anchors[event.anchor or ""]
                    self._finished(Spot(span(event), children=target.children), None, event)
                case _:
                    pass  # the ends of documents and of the stream
        return self._roots

    def _close(self, event: Event) -> None:
        frame = self._frames.pop()
        spot = frame.spot
        for merged in frame.merged:
            for name, child in merged.children.items():
                spot.children.setdefault(name, child)
        end = span(event)
        if end.line == end.end_line and end.column == end.end_column:
            # A block ends where the next thing begins; what the eye sees ends with its last child.
            last = max(
                (child.span for child in spot.children.values()), key=lambda one: (one.end_line, one.end_column), default=end
            )
            spot.span = Span(spot.span.line, spot.span.column, last.end_line, last.end_column)
        else:
            spot.span = Span(spot.span.line, spot.span.column, end.end_line, end.end_column)
        self._finished(spot, frame.anchor, event)

    def _finished(self, spot: Spot, anchor: str | None, event: Event) -> None:
        if anchor:
            self._anchors[anchor] = spot
        if not self._frames:
            self._roots.append(spot)
            return
        frame = self._frames[-1]
        if not frame.mapping:
            frame.spot.children[len(frame.spot.children)] = spot
        elif frame.key is None:
            frame.key = (_name(event), spot.span)
        else:
            self._value(frame, frame.key, spot)
            frame.key = None

    def _value(self, frame: _Frame, key: tuple[str, Span], spot: Spot) -> None:
        name, where = key
        if name == MERGE:
            frame.merged += spot.children.values() if 0 in spot.children else [spot]
        value = where if spot.span.line == spot.span.end_line and spot.span.column == spot.span.end_column else spot.span
        frame.spot.children[name] = Spot(value, where, spot.children)


def _name(event: Event) -> str:
    return event.value if isinstance(event, ScalarEvent) else ""
