"""Read the documents of a text of any length one by one, and the items of a Kubernetes list as documents of their own."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

from msgspec import Struct
from yaml import MarkedYAMLError, YAMLError
from yaml._yaml import CParser  # as in `events`: the parser alone
from yaml.error import Mark
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from compiler.diagnostics.model import Span
from compiler.source.build import Builder, too_deep, written_twice
from compiler.source.cut import Ending, lacks_bytes
from compiler.source.errors import error
from compiler.source.events import Event, SyntaxDiagnosticError, plainly, span
from compiler.source.limits import LIMITS, Limits

_ITEMS: Final = "items"
_KIND: Final = "kind"
_PIECE: Final = 1 << 16
_OPENING: Final = (MappingStartEvent, SequenceStartEvent)
_CLOSING: Final = (MappingEndEvent, SequenceEndEvent)


class Streamed(Struct, frozen=True):
    """One document, or one item of a list: its data, and the line where it starts.

    `listed` counts the items of the document so far, and is None where it has none and no word of any. What remains of a document
    is `closed` if its text shows that no more was to come: it stands `in_brackets`, or has the `kind` of a list behind its items.
    """

    line: int
    data: object
    is_item: bool = False
    listed: int | None = None
    closed: bool = False
    in_brackets: bool = False


def streamed(file: str, stream: BinaryIO, limits: Limits = LIMITS, ending: Ending | None = None) -> Iterator[Streamed]:
    """Give the documents of a text in turn; of a list first its items, and then what else it says.

    No more than one item is in memory at a time, and none may be longer than `limits.size`. `ending` is told what is read.

    Raises:
        SyntaxDiagnosticError: the text is not well-formed from here on, or says something in two ways.
    """
    builder = Builder(file, limits)
    pieces = _Pieces(file, limits)
    for data in builder.documents(pieces.divided(_events(file, _Utf8(file, stream, ending or Ending())))):
        if builder.findings:
            raise SyntaxDiagnosticError(builder.findings[0])
        yield Streamed(pieces.line, data, pieces.is_item, pieces.listed, pieces.closed, pieces.in_brackets)


class _Utf8:
    """Decodes as it is read, so that the parser is never given bytes that mean nothing."""

    def __init__(self, file: str, stream: BinaryIO, ending: Ending) -> None:
        self.ending = ending
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._file = file

    def read(self, size: int = -1, /) -> str:
        text, content = "", b"-"
        # To the parser no text is the end of all.
        while content and not text:
            content = self._stream.read(size)
            try:
                text = self._decoder.decode(content, final=not content)
            except UnicodeDecodeError as problem:
                raise self._undecoded(at_end=lacks_bytes(problem)) from None
        if not content and self._decoder.getstate()[0]:
            # Of a byte order mark that is not all there the decoder says nothing.
            raise self._undecoded(at_end=True)
        self.ending.add(text)
        return text

    def _undecoded(self, *, at_end: bool) -> SyntaxDiagnosticError:
        found = error("not-utf8", "the file is not UTF-8", self._file, advice="save it as UTF-8")
        return SyntaxDiagnosticError(found, at_end=at_end)

    def is_at_end(self, mark: Mark | None) -> bool:
        """Tell whether nothing is behind a mark."""
        while self.ending.holds(mark) and self.read(_PIECE):
            pass
        return self.ending.holds(mark)


def _events(file: str, read: _Utf8) -> Iterator[Event]:
    parser = CParser(read)
    last: Event | None = None
    try:
        while parser.check_event():
            last = cast("Event", parser.get_event())
            yield last
    except YAMLError as problem:
        mark = problem.problem_mark or problem.context_mark if isinstance(problem, MarkedYAMLError) else None
        where = span(last) if last else None
        if mark:
            where = Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
        headline, advice = plainly(problem) if isinstance(problem, MarkedYAMLError) else ("the text is not YAML", None)
        found = error("yaml-syntax", headline, file, where, advice=advice)
        raise SyntaxDiagnosticError(found, at_end=read.is_at_end(mark)) from problem
    finally:
        parser.dispose()


class _Pieces:
    """Divides the events of documents so that each item of a list at the top begins and ends a document."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.line = 1
        self.is_item = False
        self.listed: int | None = None
        self.closed = False
        self.in_brackets = False
        self._file = file
        self._limits = limits
        self._size = 0

    def divided(self, events: Iterator[Event]) -> Iterator[Event]:
        """Give the events of items and of what remains, each between those of a document."""
        for event in events:
            if isinstance(event, DocumentStartEvent):
                yield from self._document(event, events)

    def _document(self, start: Event, events: Iterator[Event]) -> Iterator[Event]:
        """Divide one document; what is not items is kept until its end, and is small."""
        rest: list[Event] = []
        self.listed, self.closed = None, False
        depth, is_key = 0, False
        line = 0
        items: Event | None = None
        for event in events:
            if not line:
                line = span(event).line
                self.in_brackets = self.closed = isinstance(event, _OPENING) and bool(event.flow_style)
            if isinstance(event, DocumentEndEvent):
                self.line, self._size, self.is_item = line, 0, False
                yield from (start, *rest, event)
                return
            named = event.value if depth == 1 and is_key and isinstance(event, ScalarEvent) else None
            if named == _KIND and self.listed is not None:
                self.closed = True
            if named == _ITEMS:
                if items is not None:
                    # The builder never sees the items of one list as those of one key.
                    raise SyntaxDiagnosticError(written_twice(self._file, _ITEMS, event, items))
                items, self.listed = event, 0
                following = next(events)
                if isinstance(following, SequenceStartEvent):
                    yield from self._items(start, events)
                    continue
                self._measure(event)
                rest.append(event)
                event, is_key = following, False  # noqa: PLW2901 - the value of the key is handled as any other event
            self._measure(event)
            rest.append(event)
            if isinstance(event, _CLOSING):
                depth -= 1
            if depth == 1:
                is_key = not is_key
            elif depth == 0:
                is_key = False
            if isinstance(event, _OPENING):
                depth += 1
                # The builder counts too, but sees nothing of this before its end, and each open bracket slows the parser down.
                if depth > self._limits.depth:
                    raise too_deep(self._file, self._limits, event)
                is_key = depth == 1 and isinstance(event, MappingStartEvent)

    def _items(self, start: Event, events: Iterator[Event]) -> Iterator[Event]:
        depth = 0
        self._size = 0
        for event in events:
            if depth == 0:
                if isinstance(event, SequenceEndEvent):
                    self._size = 0
                    return
                self.line, self._size, self.is_item = span(event).line, 0, True
                self.listed = (self.listed or 0) + 1
                yield start
            self._measure(event)
            yield event
            depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
            if depth == 0:
                yield DocumentEndEvent(event.start_mark, event.end_mark)

    def _measure(self, event: Event) -> None:
        """Refuse what is longer than any object in a cluster, before it fills the memory."""
        self._size += 1 + (len(event.value) if isinstance(event, ScalarEvent) else 0)
        if self._size > self._limits.size:
            megabytes = self._limits.size / (1024 * 1024)
            headline = f"one object is larger than {megabytes:g} MiB"
            advice = "no object in a cluster is: list less of them, or split the file"
            raise SyntaxDiagnosticError(error("file-too-large", headline, self._file, span(event), advice=advice))
