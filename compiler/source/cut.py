"""Tells whether a text was cut off, by its end alone: a disk was full, or what wrote it was ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace
from yaml.error import Mark

from compiler.diagnostics.model import Diagnostic, Place, Severity, Span

CODE: Final = "truncated-dump"
_ANEW: Final = "make the dump anew, and let nothing end the command that writes it"
# The longest of what is wrong by itself where it is cut short, so that a parser stops before the end: `\U0010ffff`.
_LONGEST: Final = 10
_BREAKS: Final = ("\n", "\r")
# What a line says by itself: that a document ends, and perhaps that another begins. Fewer characters are an error of the syntax.
_MARKERS: Final = ("---", "...")
_MARKER: Final = 3


@dataclass
class Ending:
    """How far a text goes, told of it piece by piece: `length` counts the characters up to the last that is not blank."""

    length: int = 0
    line: int = 1
    _last: str = ""
    _read: int = 0
    _opening: str = ""

    def add(self, text: str) -> None:
        """Take the next piece of the text."""
        end = len(text)
        while end > 0 and text[end - 1].isspace():
            end -= 1
        if end > 0:
            self.length = self._read + end
        self._read += len(text)
        self.line += text.count("\n")
        self._last = text[-1:] or self._last
        # A line may be as long as the text: no more is kept of it than tells it from a marker.
        _, cut, rest = text.rpartition("\n")
        self._opening = (rest[: _MARKER + 1] if cut else self._opening + rest[: _MARKER + 1])[: _MARKER + 1]

    def holds(self, mark: Mark | None) -> bool:
        """Tell whether a parser that stopped at a mark found nothing behind it."""
        return mark is not None and mark.index >= self.length - (0 if self._last in _BREAKS else _LONGEST)

    @property
    def within_a_line(self) -> bool:
        """Tell whether the last line has no end, so that it says by itself nothing of whether its value has one.

        A line that only marks the end of a document has no value.
        """
        return self.length > 0 and self._last not in _BREAKS and self._opening not in _MARKERS


def joined(found: Diagnostic) -> Diagnostic:
    """Say of a key that a dump has twice where it most likely comes from."""
    advice = "between two dumps in one file write `---` on a line of its own, or write each to a file of its own"
    return replace(found, help=advice) if found.code == "duplicate-key" else found


def lacks_bytes(problem: UnicodeDecodeError) -> bool:
    """Tell whether a text is not UTF-8 only because its last character is not all there."""
    return problem.reason == "unexpected end of data"


def truncated(headline: str, place: Place, effect: str) -> Diagnostic:
    """Say of a dump of a cluster that not all of it is there."""
    return Diagnostic(CODE, Severity.ERROR, headline, place, effect, help=_ANEW)


def broken_off(found: Diagnostic, effect: str) -> Diagnostic:
    """Say of a dump in which something is wrong at its end that it was cut off there."""
    return replace(
        found, code=CODE, headline="the text ends too early: the dump was cut off", effect=effect, notes=(), help=_ANEW
    )


def kind_first(place: Place, effect: str) -> Diagnostic:
    """Say of a list that its text ends alike whether all of its items are there or not."""
    found = truncated("nothing tells this list from one that was cut off: its `kind` stands before its items", place, effect)
    advice = "dump it by `kubectl get ... -A -o yaml`, which writes the `kind` behind the items, or by `-o json`, which closes it"
    return replace(found, help=advice)


def unended(file: str, ending: Ending, effect: str) -> Diagnostic:
    """Say of a dump that its last line may have gone on."""
    place = Place(file, span=Span(ending.line, 1, ending.line, 1))
    found = truncated("the last line has no end: a dump that was cut off looks like this", place, effect)
    return replace(found, help=f"{_ANEW}; if nothing is missing, end the line")
