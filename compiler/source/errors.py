"""What can be wrong with a text before it means anything: codes, and the effect each would have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from compiler.diagnostics.model import Diagnostic, Note, Place, Severity, Span

# After one of these a file, or the whole folder, could not be read at all; after the others its text is known.
UNREADABLE: Final = frozenset(
    {"unreadable-file", "not-utf8", "file-too-large", "yaml-syntax", "nesting-too-deep", "alias-limit", "no-config"}
)

_EFFECTS: Final[Mapping[str, str]] = {
    "unreadable-file": "nothing is compiled: what the file was meant to deny would be open",
    "not-utf8": "nothing is compiled: decoded by a guess, a group name could come out as another one",
    "file-too-large": "nothing is compiled: one file could keep a build busy or out of memory",
    "yaml-syntax": "nothing is compiled",
    "nesting-too-deep": "nothing is compiled: nesting this deep crashes common YAML readers",
    "alias-limit": "nothing is compiled: a few lines of aliases can unfold to more data than any machine holds",
    "no-config": "nothing is compiled: an empty configuration would remove every policy from the cluster",
    "empty-file": "no effect: the file changes nothing, and what it was meant to hold is not enforced",
    "duplicate-key": "which of the two values holds would depend on the program that reads the file",
    "bad-key": "the name would equal none of the strings in a caller's token: 403 for everyone who was meant",
    "bad-number": "a budget could be read as another amount than the one under review",
    "yaml-tag": "nothing is compiled: readers differ in what they make of a tagged value",
}

# The codes whose effect is one on a build: who reads a text for something else says what becomes of that.
NOT_COMPILED: Final = frozenset(code for code, effect in _EFFECTS.items() if effect.startswith("nothing is compiled"))


def error(  # noqa: PLR0913 - the parts of a diagnostic
    code: str, headline: str, file: str, span: Span | None = None, *, notes: tuple[Note, ...] = (), advice: str | None = None
) -> Diagnostic:
    """Make the diagnostic of a code of this package; its place is a span, because no path leads there yet."""
    return Diagnostic(code, Severity.ERROR, headline, Place(file, span=span), _EFFECTS[code], notes, advice)
