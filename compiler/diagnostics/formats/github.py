"""The report for GitHub Actions: one workflow command a diagnostic, shown as an annotation of the changed line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from compiler.diagnostics.formats.prose import prose
from compiler.diagnostics.locate import Locator, span_of
from compiler.diagnostics.look import PLAIN, Look
from compiler.diagnostics.model import Diagnostic, Severity
from compiler.diagnostics.order import ordered
from compiler.diagnostics.visible import visible

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(diagnostics: Sequence[Diagnostic], sources: Locator, look: Look = PLAIN) -> str:
    """Give one line for each diagnostic; nothing when there are none."""
    return "".join(f"{_command(found, sources, look)}\n" for found in ordered(diagnostics, sources))


def _command(found: Diagnostic, sources: Locator, look: Look) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in _properties(found, sources, look))
    return f"::{_COMMANDS[found.severity]} {properties}::{_data(prose(found, sources, look))}"


def _properties(found: Diagnostic, sources: Locator, look: Look) -> Iterator[tuple[str, str]]:
    if found.place:
        yield "file", visible(look.base + found.place.file)
        span = span_of(found.place, sources)
        if span:
            # The runner drops an annotation that has columns and more than one line (actions/runner,
            # ActionCommandManager.cs, ValidateLinesAndColumns).
            within = span.line == span.end_line
            yield "line", str(span.line)
            if within:
                yield "col", str(span.column)
            yield "endLine", str(span.end_line)
            if within:
                yield "endColumn", str(span.end_column)
    yield "title", visible(found.code)


def _data(text: str) -> str:
    """Escape what would end a command or start another one."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape what would end a command or one of its properties."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
