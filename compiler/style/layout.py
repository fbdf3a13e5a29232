"""Formats one text, and refuses to unless the result means the same and has every comment."""

from __future__ import annotations

import json
import re
from typing import Final, cast

from msgspec.structs import replace
from yaml.error import Mark
from yaml.events import AliasEvent, ScalarEvent

from compiler.diagnostics.model import Diagnostic, Place, Severity, Span
from compiler.intent.keys import order_of
from compiler.source.document import Document
from compiler.source.events import events
from compiler.source.folder import decoded
from compiler.source.load import load_text
from compiler.style.order import KeyOrder, arranged
from compiler.style.read import pages
from compiler.style.tree import Page, UnkeepableError
from compiler.style.trivia import Trivia
from compiler.style.write import text as written

UNFORMATTABLE: Final = "unformattable"
_BREAK: Final = re.compile(r"\r\n?")
_COMMENT: Final = re.compile(r"#[^\n]*")


def formatted(file: str, content: bytes) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """Give a file in the canonical layout, or None and what is wrong with it."""
    documents, found = load_text(file, content)
    if found:
        return None, found
    text = _BREAK.sub("\n", decoded(content))
    try:
        read, tail = pages(file, text)
    except UnkeepableError as error:
        return None, (_refused(file, f"its layout has no canonical form: {error}", error.line),)
    order = order_of([document.data for document in documents])
    result = written([_ordered(page, order) for page in read], tail)
    after, wrong = load_text(file, result.encode())
    if wrong or _meaning(after) != _meaning(documents):
        return None, (_refused(file, "in canonical layout it would not say the same", None),)
    if comments(file, result) != comments(file, text):
        return None, (_refused(file, "in canonical layout it would lose a comment", None),)
    return result, ()


def comments(file: str, text: str) -> tuple[str, ...]:
    """Give all comments of a well-formed text, sorted."""
    trivia = Trivia(text)
    pieces: list[str] = []
    place = 0
    for event in events(file, text):
        if isinstance(event, ScalarEvent | AliasEvent):
            start, end = (trivia.offset(cast("Mark", mark)) for mark in (event.start_mark, event.end_mark))
            pieces.append(text[place:start])
            if isinstance(event, ScalarEvent) and event.style in ("|", ">"):
                pieces.append(text[start:end].partition("\n")[0] + "\n")
            place = end
    pieces.append(text[place:])
    return tuple(sorted(found.rstrip() for piece in pieces for found in _COMMENT.findall(piece)))


def _ordered(page: Page, order: KeyOrder) -> Page:
    return replace(page, root=replace(page.root, value=arranged(page.root.value, order)))


def _meaning(documents: tuple[Document, ...]) -> str:
    # As JSON, because to Python 1, 1.0 and True are equal.
    return json.dumps([(document.index, document.data) for document in documents], sort_keys=True)


def _refused(file: str, headline: str, line: int | None) -> Diagnostic:
    return Diagnostic(
        UNFORMATTABLE,
        Severity.ERROR,
        headline,
        Place(file, span=Span(line, 1, line, 1) if line else None),
        "no effect: the file is left as it is, and means what it says",
        help="write it in a plainer way: comments on lines of their own, keys as `key: value`, no directives",
    )
