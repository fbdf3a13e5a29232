"""Finds the characters of a text that a fix replaces, or where a declaration goes, and gives the text as it then is."""

from __future__ import annotations

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Fix, Place
from compiler.source.document import Document, Sources
from compiler.source.edit import STEP, Added, Editable, is_plain, spelt
from compiler.source.load import load_text
from compiler.source.positions import Positions


class Edited(Struct, frozen=True):
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
    start, end = Positions(text).range(span)
    before = text[start:end]
    # What stands there may be an alias, or a part of a resource that is written otherwise.
    if before[:1] in "&*" or _scalar(before) != fix.old:
        return None
    after = _spelt_as(fix.new, before)
    return Edited(found.place.file, text[:start] + after + text[end:], span.line, span.column, before, after)


def _declared(section: str, name: str, place: Place, sources: Sources) -> Edited | None:
    """Add an entry at the end of a section, or the section at the end of the file that needs it."""
    native = [document for document in sources.documents if document.origins is None and isinstance(document.data, dict)]
    with_section = [document for document in native if isinstance(document.data, dict) and section in document.data]
    entry = f"{spelt(name)}: {{}}"
    if with_section:
        return _extended(with_section[0], section, entry)
    here = [document for document in sources.documents if document.file == place.file]
    text = sources.text(place.file)
    if len(here) != 1 or here[0] not in native or text is None:
        return None
    added = f"{section}:\n{STEP}{entry}\n"
    whole = f"{text.rstrip()}\n\n"
    return Edited(place.file, whole + added, whole.count("\n") + 2, len(STEP) + 1, "", entry)


def _extended(document: Document, section: str, entry: str) -> Edited | None:
    text, path = Editable(document), (section,)
    key, value = document.span(path, key=True), document.span(path)
    items = text.data(path)
    if value == key:
        added: Added | None = text.below_key(path, lambda indent: [f"{indent}{entry}"])
    elif text.is_flow(path):
        added = text.into_flow(path, entry)
    elif document.text[Positions(document.text).range(value)[0]] in "&*" or not isinstance(items, dict) or not items:
        return None
    else:
        added = text.below(path, lambda indent: [f"{indent}{entry}"])
    return Edited(document.file, added.text, added.line, added.column, "", entry) if added else None


def _scalar(text: str) -> str | None:
    documents, found = load_text("", text.encode())
    return str(documents[0].data) if documents and not found and not isinstance(documents[0].data, dict | list) else None


def _spelt_as(name: str, before: str) -> str:
    """Spell a name, in the quotes that stood there if it goes into them as it is."""
    quote = before[:1] if is_plain(name) and before[:1] in ("'", '"') else ""
    return f"{quote}{name}{quote}" if quote else spelt(name)
