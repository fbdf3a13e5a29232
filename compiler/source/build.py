"""Build plain data from the events of a text: strings, numbers, booleans, None, lists, and mappings with string keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import intern
from typing import Final, NoReturn

from msgspec import Struct
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.diagnostics.quoted import quoted
from compiler.source.errors import error
from compiler.source.events import Event, SyntaxDiagnosticError, span
from compiler.source.limits import Limits
from compiler.source.scalars import AmbiguousNumberError, plain

MERGE: Final = "<<"
_YAML_1_2: Final = (1, 2)


class _Measured(Struct, frozen=True):
    """A finished node: its data, how many nodes it unfolds to, and how many levels."""

    data: object
    size: int = 1
    height: int = 0


@dataclass
class _Frame:
    """A list or mapping that is being read."""

    data: list[object] | dict[str, object]
    start: Event
    anchor: str | None
    size: int = 1
    height: int = 1
    key: Event | None = None
    name: str = ""
    keys: dict[str, Event] = field(default_factory=dict)
    merged: list[dict[str, object]] = field(default_factory=list)


class Builder:
    """Builds the documents of one file; `findings` holds what is wrong and does not end the reading."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.findings: list[Diagnostic] = []
        self._file = file
        self._limits = limits
        self._frames: list[_Frame] = []
        self._anchors: dict[str, _Measured] = {}
        self._open: set[str] = set()
        self._repeated = 0
        self._document: object = None

    def documents(self, events: Iterator[Event]) -> Iterator[object]:
        """Give the data of each document in turn.

        Raises:
            SyntaxDiagnosticError: the text ends here, or reading on would cost too much.
        """
        for event in events:
            match event:
                case ScalarEvent():
                    self._scalar(event)
                case MappingStartEvent():
                    self._push({}, event)
                case SequenceStartEvent():
                    self._push([], event)
                case MappingEndEvent() | SequenceEndEvent():
                    self._pop()
                case AliasEvent():
                    self._alias(event)
                case DocumentStartEvent():
                    self._begin(event)
                case DocumentEndEvent():
                    yield self._document
                case _:
                    pass  # the ends of the stream

    def _begin(self, event: DocumentStartEvent) -> None:
        self._anchors.clear()
        self._repeated, self._document = 0, None
        if event.version not in (None, _YAML_1_2):
            advice = "remove the `%YAML` line: files here are YAML 1.2"
            self._stop("yaml-syntax", "the file asks to be read as another version of YAML", event, advice)

    def _scalar(self, event: ScalarEvent) -> None:
        self._refuse_tag(event)
        # The same words stand in a configuration again and again.
        written = intern(event.value)
        value: object = written
        if event.implicit[0]:
            try:
                value = plain(written)
            except AmbiguousNumberError:
                advice = "write plain decimal digits for a number, quotes for text"
                self._note("bad-number", f"`{event.value[:40]}` is not the same number to every reader of YAML", event, advice)
        node = _Measured(value)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._place(node, event)

    def _push(self, data: list[object] | dict[str, object], event: MappingStartEvent | SequenceStartEvent) -> None:
        self._refuse_tag(event)
        if len(self._frames) >= self._limits.depth:
            raise too_deep(self._file, self._limits, event)
        if event.anchor:
            self._open.add(event.anchor)
        self._frames.append(_Frame(data, event, event.anchor))

    def _pop(self) -> None:
        frame = self._frames.pop()
        if isinstance(frame.data, dict):
            for merged in frame.merged:
                for name, value in merged.items():
                    frame.data.setdefault(name, value)
        node = _Measured(frame.data, frame.size, frame.height)
        if frame.anchor:
            self._open.discard(frame.anchor)
            self._anchors[frame.anchor] = node
        self._place(node, frame.start)

    def _alias(self, event: AliasEvent) -> None:
        if event.anchor in self._open:
            self._stop("alias-limit", f"the alias `*{event.anchor}` stands inside what it names", event)
        node = self._anchors.get(event.anchor or "")
        if node is None:
            self._stop("yaml-syntax", f"nothing before this is called `&{event.anchor}`", event)
        self._repeated += node.size
        if self._repeated > self._limits.repeated:
            self._stop("alias-limit", f"the aliases repeat more than {self._limits.repeated:,} values", event)
        if len(self._frames) + node.height > self._limits.depth:
            self._stop("nesting-too-deep", f"the alias makes more than {self._limits.depth} levels", event)
        self._place(node, event)

    def _place(self, node: _Measured, event: Event) -> None:
        """Put a finished node where it belongs: the document, a list, a key, or the value of a key."""
        if not self._frames:
            self._document = node.data
            return
        frame = self._frames[-1]
        frame.size += node.size
        frame.height = max(frame.height, node.height + 1)
        if isinstance(frame.data, list):
            frame.data.append(node.data)
        elif frame.key is None:
            self._key(frame, node.data, event)
        else:
            self._value(frame, frame.data, node.data)

    def _key(self, frame: _Frame, value: object, event: Event) -> None:
        frame.key = event
        if isinstance(value, str):
            frame.name = value
        else:
            # A name that no text can have, so that reading goes on; the document is given to nobody.
            frame.name = f"\0{len(frame.keys)}"
            written = event.value if isinstance(event, ScalarEvent) else None
            headline = f"the key `{written}` is not text" if written else "a key is not text"
            self._note("bad-key", headline, event, "write the key in quotes" if written else None)
        first = frame.keys.setdefault(frame.name, event)
        if first is not event:
            self.findings.append(written_twice(self._file, frame.name, event, first))

    def _value(self, frame: _Frame, data: dict[str, object], value: object) -> None:
        key = frame.key
        frame.key = None
        if frame.name == MERGE and isinstance(key, ScalarEvent) and key.implicit[0]:
            sources = value if isinstance(value, list) else [value]
            for source in sources:
                if isinstance(source, dict):
                    frame.merged.append(source)
                else:
                    self._note(
                        "bad-key", "`<<` merges mappings, and this is none", key, "write the key in quotes if it is a name"
                    )
        else:
            data.setdefault(frame.name, value)

    def _refuse_tag(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> None:
        if event.tag is not None:
            self._note("yaml-tag", f"the value carries the tag `{event.tag}`", event, "remove it; quotes make a string")

    def _note(self, code: str, headline: str, event: Event, advice: str | None = None) -> None:
        self.findings.append(error(code, headline, self._file, span(event), advice=advice))

    def _stop(self, code: str, headline: str, event: Event, advice: str | None = None) -> NoReturn:
        raise SyntaxDiagnosticError(error(code, headline, self._file, span(event), advice=advice))


def too_deep(file: str, limits: Limits, event: Event) -> SyntaxDiagnosticError:
    """Give the error of a list or mapping that stands in too many others."""
    headline = f"more than {limits.depth} levels of mappings and lists"
    return SyntaxDiagnosticError(error("nesting-too-deep", headline, file, span(event)))


def written_twice(file: str, key: str, second: Event, first: Event) -> Diagnostic:
    """Say that a mapping has a key twice."""
    notes = (Note("first written here", Place(file, span=span(first))),)
    return error("duplicate-key", f"the key {quoted(key)} is written twice", file, span(second), notes=notes)
