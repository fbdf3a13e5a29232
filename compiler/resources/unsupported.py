"""Say that something of a resource cannot be honoured; what nobody honours is never left out without a word."""

from __future__ import annotations

from compiler.diagnostics.model import Diagnostic, Place, Severity


def unsupported(headline: str, place: Place, effect: str, advice: str) -> Diagnostic:
    """Refuse a field, or a value of one."""
    return Diagnostic("unsupported-field", Severity.ERROR, headline, place, effect, help=advice)
