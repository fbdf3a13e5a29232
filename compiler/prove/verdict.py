"""How a proof says that something is not what is meant, and that it cannot tell."""

from __future__ import annotations

from compiler.diagnostics.model import Diagnostic, Note, Place, Severity


def refuted(headline: str, place: Place | None, effect: str, *notes: Note) -> Diagnostic:
    """Say that something is not what is meant."""
    advice = "build `out/` again and do not edit it by hand; if it was not edited, the compiler is wrong"
    return Diagnostic("refuted", Severity.ERROR, headline, place, effect, notes, help=advice)


def undecided(headline: str, place: Place | None, effect: str) -> Diagnostic:
    """Say that it is not known whether something is what is meant."""
    advice = "write the expression in the subset that the compiler emits, or report what it could not decide"
    return Diagnostic("undecided", Severity.ERROR, headline, place, effect, help=advice)
