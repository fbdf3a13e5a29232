"""The report for code scanning: SARIF 2.1.0 (OASIS), with the rule pages of the codes that occur."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import islice
from typing import Final
from urllib.parse import quote

from compiler.diagnostics.formats.prose import prose
from compiler.diagnostics.locate import Locator, span_of
from compiler.diagnostics.look import PLAIN, Look
from compiler.diagnostics.model import Diagnostic, Place, Severity, Span
from compiler.diagnostics.order import ordered
from compiler.diagnostics.rule import UnknownCodeError, rule
from compiler.diagnostics.visible import visible

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# What every reader of YAML takes for the same text, in brackets or out of them; windows begin with a digit.
_PLAIN: Final = re.compile(r"(?:[a-z][\w./@-]*[a-z][\w-]{3,}|[0-9]+[smhdw][0-9smhdw]*)\Z", re.ASCII)

Plain = dict[str, object]


def render(diagnostics: Sequence[Diagnostic], sources: Locator, look: Look = PLAIN) -> str:
    """Give a log with one run; without diagnostics it says that the run found nothing."""
    found = ordered(diagnostics, sources)
    indices = {code: index for index, code in enumerate(sorted({one.code for one in found}))}
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "maasc", "rules": [_rule(code) for code in indices]}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, indices[one.code], sources, look) for one in found],
            },
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _rule(code: str) -> Plain:
    try:
        page = rule(code)
    except UnknownCodeError:
        return {"id": code}
    # A page takes no arguments and its examples are full of braces, so unlike a message it is given as written.
    return {
        "id": code,
        "shortDescription": {"text": page.meaning},
        "help": {"text": page.markdown, "markdown": page.markdown},
        "defaultConfiguration": {"level": _LEVELS[page.severity]},
    }


def _result(found: Diagnostic, index: int, sources: Locator, look: Look) -> Plain:
    related = [
        {**_location(note.place, sources, look), "message": _message(visible(note.text))} for note in found.notes if note.place
    ]
    return {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": _LEVELS[found.severity],
        "message": _message(prose(found, sources, look)),
        **({"locations": [_location(found.place, sources, look)]} if found.place else {}),
        **({"relatedLocations": related} if related else {}),
        **({"fixes": [fix]} if (fix := _fix(found, sources, look)) else {}),
    }


def _fix(found: Diagnostic, sources: Locator, look: Look) -> Plain | None:
    """Give the replacement of a plain word by another; what takes more than that is done by `maasc check --fix`."""
    fix, place = found.fix, found.place
    if fix is None or place is None or fix.section is not None or not _PLAIN.match(fix.new):
        return None
    span, text = span_of(place, sources), sources.text(place.file)
    if span is None or text is None or span.line != span.end_line:
        return None
    line = next(islice(text.splitlines(), span.line - 1, None), "")
    if line[span.column - 1 : span.end_column - 1] != fix.old:
        return None
    region = _region(span)
    change = {
        "artifactLocation": _artifact(place, look),
        "replacements": [{"deletedRegion": region, "insertedContent": {"text": fix.new}}],
    }
    return {"description": _message(visible(f"{fix.new}: {fix.says}")), "artifactChanges": [change]}


def _message(text: str) -> Plain:
    """Spell a text as a SARIF message: braces would be placeholders (3.11.5), brackets before a parenthesis links (3.11.6)."""
    return {"text": text.replace("{", "{{").replace("}", "}}").replace("](", "\\](")}


def _location(place: Place, sources: Locator, look: Look) -> Plain:
    physical: Plain = {"artifactLocation": _artifact(place, look)}
    span = span_of(place, sources)
    if span:
        physical["region"] = _region(span)
    return {"physicalLocation": physical}


def _artifact(place: Place, look: Look) -> Plain:
    # A URI is percent-encoded, its colons too, lest the first part of a relative one be taken for a scheme.
    return {"uri": quote(look.base + place.file, errors="surrogatepass")}


def _region(span: Span) -> Plain:
    return {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}
