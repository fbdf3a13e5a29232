"""Reads the documents of a dump, and tells a text that was cut off from one that is no YAML, without a word of either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from compiler.diagnostics.model import Diagnostic, Place
from compiler.source.cut import Ending, broken_off, lacks_bytes, truncated, unended
from compiler.source.document import Document
from compiler.source.events import Event, SyntaxDiagnosticError
from compiler.source.limits import Limits
from compiler.source.load import load_text

# A dump of a whole cluster is larger than what a person writes.
LIMITS: Final = Limits(size=256 * 1024 * 1024, depth=200)
NOTHING: Final = "nothing is compared: what is live in the cluster is not known"
# Events of the parser between two words on how far it is.
_OFTEN: Final = 10_000
_LIST: Final = "List"


def read(file: str, content: bytes, tell: Callable[[int], None]) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """Give the documents of a file, and what is wrong with it; `tell` is told now and then how many lines have been read."""

    def heard(events: Iterator[Event]) -> Iterator[Event]:
        try:
            for number, event in enumerate(events):
                if number % _OFTEN == 0 and event.start_mark is not None:
                    tell(event.start_mark.line)
                yield event
        except SyntaxDiagnosticError as stopped:
            if stopped.at_end:
                raise SyntaxDiagnosticError(broken_off(stopped.found, NOTHING)) from None
            raise

    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as problem:
        if lacks_bytes(problem):
            return (), (truncated("the last character is not all there: the dump was cut off", Place(file), NOTHING),)
        text = ""
    documents, unread = load_text(file, content, LIMITS, heard)
    ending = Ending()
    ending.add(text)
    # What stands behind the kind of a list decides nothing.
    if ending.within_a_line and not unread and not is_list(documents[-1].data if documents else None):
        return (), (unended(file, ending, NOTHING),)
    return documents, tuple(map(_harmless, unread))


def is_list(data: object) -> bool:
    """Tell whether this is a list of objects that says so itself, which it does behind its items."""
    kind = data.get("kind") if isinstance(data, dict) else None
    return isinstance(data, dict) and "items" in data and isinstance(kind, str) and kind.endswith(_LIST)


def _harmless(found: Diagnostic) -> Diagnostic:
    """Tell of a text that cannot be read without a word of it: a value may be a secret."""
    headline = "a number is not the same to every reader of YAML" if found.code == "bad-number" else found.headline
    return replace(found, headline=headline, effect=NOTHING)
