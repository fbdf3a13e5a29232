"""Short ways to say an error, a warning, a remark."""

from __future__ import annotations

from compiler.diagnostics.model import Diagnostic, Fix, Note, Place, Severity


def error(  # noqa: PLR0913 - the parts of a diagnostic
    code: str,
    headline: str,
    place: Place,
    effect: str,
    *notes: Note,
    help: str | None = None,  # noqa: A002 - the field's name
    fix: Fix | None = None,
) -> Diagnostic:
    """Say what must not pass."""
    return Diagnostic(code, Severity.ERROR, headline, place, effect, notes, help, fix)


def warning(code: str, headline: str, place: Place, effect: str, *notes: Note, help: str | None = None) -> Diagnostic:  # noqa: A002 - the field's name
    """Say what is probably not meant."""
    return Diagnostic(code, Severity.WARNING, headline, place, effect, notes, help)


def remark(code: str, headline: str, place: Place, effect: str, *notes: Note, help: str | None = None) -> Diagnostic:  # noqa: A002 - the field's name
    """Say what is worth knowing."""
    return Diagnostic(code, Severity.INFO, headline, place, effect, notes, help)
