"""Finds the characters of a text that a fix replaces, or where a declaration goes, and gives the text as it then is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from compiler.diagnostics.model import Diagnostic, Fix, Place, Span
from compiler.source.document import Document, Sources
from compiler.source.load import load_text

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
# What no reader of YAML takes for anything else, in brackets or out of them.
_PLAIN: Final = re.compile(
    r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)(?:[a-z_][\w./@-]*(?::[\w./@-]+)*|[0-9]+[a-z][\w]*)\Z", re.ASCII | re.IGNORECASE
)
_STEP: Final = "  "


@dataclass(frozen=True)
class Edited:
    """A file with one change: where it is (from 1), what stood there (nothing where something is added) and what now does."""

    file: str
    text: str
    line: int
    column: int
    before: str
    after: str


def edited(found: Diagnostic, fix: Fix, sources: Sources) -> Edited | None:
    """Give the file that a fix changes, or None where its text has a shape that is not edited."""
    if found.place is None:
        return None
    if fix.section is not None:
        return _declared(fix.section, fix.new, found.place, sources)
    span, text = sources.span(found.place), sources.text(found.place.file)
    if span is None or text is None or span.line != span.end_line:
        return None
    start, end = _offset(text, span.line, span.column), _offset(text, span.line, span.end_column)
    before = text[start:end]
    # What stands there may be an alias, or a part of a resource that is written otherwise.
    if before[:1] in "&*" or _scalar(before) != fix.old:
        return None
    after = _spelt(fix.new, before)
    return Edited(found.place.file, text[:start] + after + text[end:], span.line, span.column, before, after)


def _declared(section: str, name: str, place: Place, sources: Sources) -> Edited | None:
    """Add an entry at the end of a section, or the section at the end of the file that needs it."""
    native = [document for document in sources.documents if document.origins is None and isinstance(document.data, dict)]
    with_section = [document for document in native if isinstance(document.data, dict) and section in document.data]
    entry = f"{_spelt(name, '')}: {{}}"
    if with_section:
        return _extended(with_section[0], section, entry)
    here = [document for document in sources.documents if document.file == place.file]
    text = sources.text(place.file)
    if len(here) != 1 or here[0] not in native or text is None:
        return None
    added = f"{section}:\n{_STEP}{entry}\n"
    whole = f"{text.rstrip()}\n\n"
    return Edited(place.file, whole + added, whole.count("\n") + 2, len(_STEP) + 1, "", entry)


def _extended(document: Document, section: str, entry: str) -> Edited | None:
    text = document.text
    items = document.data[section] if isinstance(document.data, dict) else None
    key, value = document.span((section,), key=True), document.span((section,))
    if value == key:
        return _after_line(document, key.line, " " * (key.column - 1) + _STEP, entry)
    start, end = _offset(text, value.line, value.column), _offset(text, value.end_line, value.end_column)
    if text[start] == "{" and value.line == value.end_line:
        before = text[start:end]
        after = f"{before[:-1].rstrip()}{', ' if items else ''}{entry}}}"
        return Edited(document.file, text[:start] + after + text[end:], value.line, value.column, before, after)
    if text[start] in "{&*" or not isinstance(items, dict) or not items:
        return None
    keys = [document.span((section, name), key=True) for name in items]
    if len({span.column for span in keys}) != 1:
        return None
    return _after_line(document, _last_line(document, section, list(items)), " " * (keys[0].column - 1), entry)


def _last_line(document: Document, section: str, names: Sequence[str]) -> int:
    """Give the last line of the entries; a text that takes several lines ends before the line where the parser goes on."""
    spans: list[Span] = [document.span((section, name)) for name in names]
    return max(span.end_line - (span.end_column == 1) for span in spans)


def _after_line(document: Document, line: int, indent: str, entry: str) -> Edited:
    lines = _lines(document.text)
    above = lines[line - 1].rstrip("\r\n")
    ending = lines[line - 1][len(above) :] or "\n"
    whole = [*lines[: line - 1], f"{above}{ending}", f"{indent}{entry}{ending}", *lines[line:]]
    return Edited(document.file, "".join(whole), line + 1, len(indent) + 1, "", entry)


def _lines(text: str) -> list[str]:
    return [found for found in _LINE.findall(text) if found]


def _offset(text: str, line: int, column: int) -> int:
    starts = list(accumulate((len(one) for one in _lines(text)), initial=0))
    return starts[line - 1] + column - 1


def _scalar(text: str) -> str | None:
    documents, found = load_text("", text.encode())
    return str(documents[0].data) if documents and not found and not isinstance(documents[0].data, dict | list) else None


def _spelt(name: str, before: str) -> str:
    """Spell a name, in the quotes that stood there if it goes into them as it is."""
    if _PLAIN.match(name):
        quote = before[:1] if before[:1] in ("'", '"') else ""
        return f"{quote}{name}{quote}"
    return json.dumps(name, ensure_ascii=False)
