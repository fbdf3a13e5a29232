"""The report for people: a headline, the quoted source with carets, what it would do at run time, and help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from compiler.diagnostics.excerpt import Lines, Quoted, lines_of, quote
from compiler.diagnostics.locate import Locator, span_of
from compiler.diagnostics.look import PLAIN, Ink, Look, paint
from compiler.diagnostics.model import Diagnostic, Place, Severity, Span
from compiler.diagnostics.order import ordered
from compiler.diagnostics.visible import visible

_INKS: Final = {Severity.ERROR: Ink.ERROR, Severity.WARNING: Ink.WARNING, Severity.INFO: Ink.INFO}
_PRIMARY: Final = "^"
_SECONDARY: Final = "-"


def render(diagnostics: Sequence[Diagnostic], sources: Locator, look: Look = PLAIN) -> str:
    """Give one block for each diagnostic and a last line that counts them; nothing when there are none."""
    lines = lines_of(sources)
    blocks = ["\n".join(_block(found, sources, lines, look)) for found in ordered(diagnostics, sources)]
    return "\n\n".join([*blocks, summary(diagnostics)]) + "\n" if blocks else ""


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """Count different diagnostics by severity, such as `2 errors, 1 warning`; empty when there are none."""
    severities = [found.severity for found in dict.fromkeys(diagnostics)]
    counts = [(severities.count(severity), severity) for severity in Severity]
    return ", ".join(_counted(count, severity) for count, severity in counts if count)


def _counted(count: int, severity: Severity) -> str:
    plural = "" if count == 1 or severity is Severity.INFO else "s"
    return f"{count} {severity.value}{plural}"


def _block(found: Diagnostic, sources: Locator, lines: Lines, look: Look) -> Iterator[str]:
    ink = _INKS[found.severity]
    shown = [_shown(place, mark, sources, lines) for place, mark in _places(found)]
    gutter = max((one.gutter for one in shown), default=1)
    label = paint(f"{found.severity.value}[{visible(found.code)}]", ink, look)
    yield f"{label}{paint(f': {visible(found.headline)}', Ink.STRONG, look)}"
    remaining = iter(shown)
    if found.place:
        yield from next(remaining).rows(gutter, ink, look)
    for note in found.notes:
        yield _sentence("note", note.text, look)
        if note.place:
            yield from next(remaining).rows(gutter, Ink.INFO, look)
    if found.effect:
        yield _sentence("effect", found.effect, look)
    if found.help:
        yield _sentence("help", found.help, look)


def _places(found: Diagnostic) -> Iterator[tuple[Place, str]]:
    if found.place:
        yield found.place, _PRIMARY
    for note in found.notes:
        if note.place:
            yield note.place, _SECONDARY


def _sentence(label: str, text: str, look: Look) -> str:
    return f"{paint(f'{label}:', Ink.STRONG, look)} {visible(text)}"


class _Shown(Struct, frozen=True):
    """A place with its position and the lines quoted of it."""

    file: str
    span: Span | None
    quoted: tuple[Quoted, ...]

    @property
    def gutter(self) -> int:
        """Give the width that the line numbers need."""
        return max((len(str(line.number)) for line in self.quoted if line.number), default=1)

    def rows(self, gutter: int, ink: Ink, look: Look) -> Iterator[str]:
        """Give the line that names the place, and the quoted lines with their marks."""
        position = f":{self.span.line}:{self.span.column}" if self.span else ""
        yield f"{' ' * gutter}{paint('-->', Ink.FRAME, look)} {visible(look.base + self.file)}{position}"
        if self.quoted:
            yield _row(" " * gutter, "|", "", look)
        for line in self.quoted:
            if line.number is None:
                yield _row(" " * gutter, line.text, "", look)
            else:
                yield _row(f"{line.number:>{gutter}}", "|", line.text, look)
                yield _row(" " * gutter, "|", _painted(line.marks, ink, look), look)


def _shown(place: Place, mark: str, sources: Locator, lines: Lines) -> _Shown:
    span = span_of(place, sources)
    text = lines(place.file) if span else None
    return _Shown(place.file, span, quote(text, span, mark) if span and text else ())


def _row(number: str, bar: str, text: str, look: Look) -> str:
    return f"{paint(f'{number} {bar}', Ink.FRAME, look)} {text}".rstrip()


def _painted(marks: str, ink: Ink, look: Look) -> str:
    bare = marks.lstrip()
    return marks[: len(marks) - len(bare)] + paint(bare, ink, look)
