"""Reads any YAML by its events: its documents, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from compiler.diagnostics.model import Diagnostic
from compiler.source.build import Builder
from compiler.source.document import Document
from compiler.source.events import Event, SyntaxDiagnosticError, events
from compiler.source.limits import Limits

Heard = Callable[[Iterator[Event]], Iterator[Event]]


def parsed(
    file: str, text: str, limits: Limits, heard: Heard | None = None
) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """Read the documents of a text as `load_text` does, whatever form they have."""
    builder = Builder(file, limits)
    found = events(file, text)
    documents = []
    try:
        for index, data in enumerate(builder.documents(heard(found) if heard else found)):
            if data is not None:
                documents.append(Document(file, index, text, data))
    except SyntaxDiagnosticError as stopped:
        return (), (*builder.findings, stopped.found)
    return (() if builder.findings else tuple(documents)), tuple(builder.findings)
