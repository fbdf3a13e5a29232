"""Print diagnostics of several folders as one report, with file names as the user would open them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.formats import FORMATS
from compiler.diagnostics.locate import Locator
from compiler.diagnostics.look import Look
from compiler.diagnostics.model import Diagnostic, Place, Severity, Span


class Reporting(Struct, frozen=True):
    """How the user wants to be told."""

    form: str
    color: str
    quiet: bool


def in_folder(diagnostics: Iterable[Diagnostic], folder: Path) -> tuple[Diagnostic, ...]:
    """Name the files of diagnostics by the path from where the user stands."""
    return tuple(
        replace(
            found,
            place=_moved(found.place, folder),
            notes=tuple(replace(note, place=_moved(note.place, folder)) for note in found.notes),
        )
        for found in diagnostics
    )


def _moved(place: Place | None, folder: Path) -> Place | None:
    return place and replace(place, file=(folder / place.file).as_posix())


class Folder(Struct, frozen=True):
    """The texts of a folder under the names that `in_folder` gives them."""

    path: Path
    sources: Locator

    def span(self, place: Place) -> Span | None:
        """Find a place."""
        return self.sources.span(replace(place, file=self._inside(place.file)))

    def text(self, file: str) -> str | None:
        """Give a file's text."""
        return self.sources.text(self._inside(file))

    def _inside(self, file: str) -> str:
        base = self.path.as_posix()
        return file.removeprefix(f"{base}/") if base != "." else file


class Folders(Struct, frozen=True):
    """The texts of several folders, each under the names that `in_folder` gives them."""

    folders: tuple[Folder, ...]

    def span(self, place: Place) -> Span | None:
        """Find a place in the first folder that knows its file."""
        return next((found for folder in self.folders if (found := folder.span(place))), None)

    def text(self, file: str) -> str | None:
        """Give a file's text from the first folder that knows it."""
        return next((found for folder in self.folders if (found := folder.text(file)) is not None), None)


def show(diagnostics: Sequence[Diagnostic], sources: Locator, reporting: Reporting) -> None:
    """Print the report on standard output."""
    say(rendered(diagnostics, sources, reporting), reporting)


def say(report: str, reporting: Reporting) -> None:
    """Print a report that is already rendered."""
    click.echo(report, nl=False, color=colored(reporting))


def rendered(diagnostics: Sequence[Diagnostic], sources: Locator, reporting: Reporting) -> str:
    """Give the text of the report."""
    shown = [found for found in diagnostics if not reporting.quiet or found.severity is Severity.ERROR]
    return FORMATS[reporting.form](shown, sources, Look(color=colored(reporting)))


def colored(reporting: Reporting) -> bool:
    """Tell whether the report is coloured, which depends on where it is printed."""
    if reporting.color != "auto":
        return reporting.color == "always"
    # https://no-color.org: any value that is not empty asks for none. A terminal that is called dumb would show the codes.
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout is not None and sys.stdout.isatty()
