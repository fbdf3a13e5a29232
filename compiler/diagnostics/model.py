"""A diagnostic as data: symbolic places now, lines and columns only when it is shown."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

PathPart = str | int


class Severity(Enum):
    """How much a diagnostic weighs; an error makes the run fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Span(Struct, frozen=True, order=True):
    """A range of a text: lines and columns count from 1, columns in characters, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Place(Struct, frozen=True):
    """Somewhere in the user's files, named by the path of keys and indices that leads there.

    `key` points at the key itself and not at its value. `span` is given only where no path exists, as for a syntax
    error. `file` is relative to the folder the user named, with forward slashes.
    """

    file: str
    path: tuple[PathPart, ...] = ()
    key: bool = False
    document: int = 0
    span: Span | None = None

    def at(self, *path: PathPart) -> Place:
        """Give the place below this one."""
        return Place(self.file, self.path + path, document=self.document)

    def on_key(self) -> Place:
        """Give the key of this place."""
        return Place(self.file, self.path, key=True, document=self.document)


class Note(Struct, frozen=True):
    """A second sentence, with its own place when it has one."""

    text: str
    place: Place | None = None


class Fix(Struct, frozen=True):
    """A change that needs no guess: `old`, which stands at the place of the finding, becomes `new`.

    With a `section`, `new` is declared there instead. `says` tells in words what it then means.
    """

    old: str
    new: str
    says: str
    section: str | None = None


class Diagnostic(Struct, frozen=True):
    """One finding.

    `headline` is one sentence: lower case, no full stop, the user's text in backticks. `effect` says what would
    happen at run time if the compiler let it pass ("403 for everyone", "unmetered", "no effect").
    """

    code: str
    severity: Severity
    headline: str
    place: Place | None
    effect: str
    notes: tuple[Note, ...] = ()
    help: str | None = None
    fix: Fix | None = None


def failed(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Tell whether any of the diagnostics is an error."""
    return any(found.severity is Severity.ERROR for found in diagnostics)
