"""A diagnostic as a few lines of plain text, for formats that have one field for all of it."""

from __future__ import annotations

from compiler.diagnostics.locate import Locator, span_of
from compiler.diagnostics.look import Look
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.diagnostics.visible import visible


def prose(found: Diagnostic, sources: Locator, look: Look) -> str:
    """Give the headline, the notes with their positions, the effect and the help, one line each."""
    lines = [visible(found.headline), *(_note(note, sources, look) for note in found.notes)]
    if found.effect:
        lines.append(f"effect: {visible(found.effect)}")
    if found.help:
        lines.append(f"help: {visible(found.help)}")
    return "\n".join(lines)


def position(place: Place, sources: Locator, look: Look) -> str:
    """Give `file:line:column`, or the file alone where the position is not known."""
    span = span_of(place, sources)
    name = visible(look.base + place.file)
    return f"{name}:{span.line}:{span.column}" if span else name


def _note(note: Note, sources: Locator, look: Look) -> str:
    where = f" ({position(note.place, sources, look)})" if note.place else ""
    return f"note: {visible(note.text)}{where}"
