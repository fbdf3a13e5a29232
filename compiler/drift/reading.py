"""Reads the documents of a dump, and tells a text that was cut off from one that is no YAML, without a word of either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from msgspec.structs import replace
from yaml.events import DocumentStartEvent, MappingStartEvent, SequenceStartEvent

from compiler.diagnostics.model import Diagnostic, Place
from compiler.source.cut import Ending, broken_off, joined, kind_first, lacks_bytes, truncated, unended
from compiler.source.document import Document
from compiler.source.events import Event, SyntaxDiagnosticError
from compiler.source.folder import decoded
from compiler.source.limits import Limits
from compiler.source.listing import without_unset
from compiler.source.load import load_text

# A dump of a whole cluster is larger than what a person writes.
LIMITS: Final = Limits(size=256 * 1024 * 1024, depth=200)
NOTHING: Final = "nothing is compared: what is live in the cluster is not known"
# Events of the parser between two words on how far it is.
_OFTEN: Final = 10_000
_LIST: Final = "List"


def read(file: str, content: bytes, tell: Callable[[int], None]) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """Give the documents of a file, and what is wrong with it; `tell` is told now and then how many lines have been read."""
    braced: set[int] = set()

    def heard(events: Iterator[Event]) -> Iterator[Event]:
        try:
            for number, event in enumerate(_noted(events, braced)):
                if number % _OFTEN == 0 and event.start_mark is not None:
                    tell(event.start_mark.line)
                yield event
        except SyntaxDiagnosticError as stopped:
            if stopped.at_end:
                raise SyntaxDiagnosticError(broken_off(stopped.found, NOTHING)) from None
            raise

    try:
        text = decoded(content)
    except UnicodeDecodeError as problem:
        if lacks_bytes(problem):
            return (), (truncated("the last character is not all there: the dump was cut off", Place(file), NOTHING),)
        text = ""
    documents, unread = load_text(file, content, LIMITS, heard)
    ending = Ending()
    ending.add(text)
    unclosed = tuple(one for one in documents if one.index not in braced and not _is_kind_last(one.data))
    if ending.within_a_line and not unread and unclosed[-1:] == documents[-1:]:
        return (), (unended(file, ending, NOTHING),)
    documents = tuple(replace(one, data=_without_unset(one.data)) if one.index in braced else one for one in documents)
    endless = tuple(kind_first(Place(file, document=one.index), NOTHING) for one in unclosed if is_list(one.data))
    return (() if endless else documents), (*endless, *map(_harmless, unread))


def _noted(events: Iterator[Event], braced: set[int]) -> Iterator[Event]:
    """Note the numbers of the documents that stand in brackets, which the plainest YAML never does."""
    number, is_root = -1, False
    for event in events:
        if is_root and isinstance(event, MappingStartEvent | SequenceStartEvent) and event.flow_style:
            braced.add(number)
        is_root = isinstance(event, DocumentStartEvent)
        number += is_root
        yield event


def _is_kind_last(data: object) -> bool:
    """Tell whether this is a list that says what it is behind its items, where nothing that was cut off has a word."""
    return is_list(data) and isinstance(data, dict) and list(data).index("kind") > list(data).index("items")


def _without_unset(data: object) -> object:
    return without_unset(data) if is_list(data) and isinstance(data, dict) else data


def is_list(data: object) -> bool:
    """Tell whether this is a list of objects that says so itself."""
    kind = data.get("kind") if isinstance(data, dict) else None
    return isinstance(data, dict) and "items" in data and isinstance(kind, str) and kind.endswith(_LIST)


def _harmless(found: Diagnostic) -> Diagnostic:
    """Tell of a text that cannot be read without a word of it: a value may be a secret."""
    headline = "a number is not the same to every reader of YAML" if found.code == "bad-number" else found.headline
    return replace(joined(found), headline=headline, effect=NOTHING)
