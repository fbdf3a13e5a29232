"""The report for programs: a stable list of plain objects.

Each diagnostic is `{"code", "severity", "headline", "file", "line", "column", "endLine", "endColumn", "effect",
"help", "notes"}`, each note `{"text", "file", "line", "column", "endLine", "endColumn"}`; every key is always there.
`severity` is `error`, `warning` or `info`. Lines and columns count from 1, columns in Unicode code points, and the
end is exclusive. `file` is null without a place, the numbers are null without a position in the file, `help` is
null without any. Text is given as the user wrote it, spelt in ASCII.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from compiler.diagnostics.locate import Locator, span_of
from compiler.diagnostics.look import PLAIN, Look
from compiler.diagnostics.model import Diagnostic, Place
from compiler.diagnostics.order import ordered


def render(diagnostics: Sequence[Diagnostic], sources: Locator, look: Look = PLAIN) -> str:
    """Give the diagnostics as a JSON list, `[]` when there are none."""
    return json.dumps([_plain(found, sources, look) for found in ordered(diagnostics, sources)], indent=2) + "\n"


def _plain(found: Diagnostic, sources: Locator, look: Look) -> dict[str, object]:
    return {
        "code": found.code,
        "severity": found.severity.value,
        "headline": found.headline,
        **_position(found.place, sources, look),
        "effect": found.effect,
        "help": found.help,
        "notes": [{"text": note.text, **_position(note.place, sources, look)} for note in found.notes],
    }


def _position(place: Place | None, sources: Locator, look: Look) -> dict[str, object]:
    span = span_of(place, sources) if place else None
    return {
        "file": look.base + place.file if place else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "endLine": span.end_line if span else None,
        "endColumn": span.end_column if span else None,
    }
