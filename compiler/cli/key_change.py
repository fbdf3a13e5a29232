"""Change the keys of a configuration on disk: find what is named, check what the change would mean, and only then write."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click
from msgspec import Struct

from compiler import pipeline
from compiler.cli import report
from compiler.cli.exit import COULD_NOT_RUN, stop
from compiler.cli.overwrite import overwrite
from compiler.cli.report import Folder, Reporting, in_folder
from compiler.cli.verdict import code
from compiler.diagnostics.model import Diagnostic, Place, failed
from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import closest
from compiler.intent.api_keys import KeySpec
from compiler.intent.intent import Intent
from compiler.program.ir import Program
from compiler.source.document import Document, Sources
from compiler.source.folder import reason
from compiler.source.load import load_texts

Told = Callable[[Sequence[Diagnostic]], Iterable[Diagnostic]]


class Team(Struct, frozen=True):
    """A team of the configuration: its name, where it stands, and its keys as they are written."""

    name: str
    place: Place
    document: Document
    keys: dict[str, KeySpec]

    def sealed_as(self, alias: str) -> str:
        """Give what is written as the sealed value of a key: the value, or the name of a file."""
        data: Any = self.document.data
        for part in (*self.place.path, "keys", alias, "secret", "sealed"):
            data = data[part]
        return str(data)


class Configured(Struct, frozen=True):
    """A configuration that compiles."""

    config: Path
    sources: Sources
    program: Program
    intent: Intent

    def team(self, name: str) -> Team:
        """Give the team of a name; the run ends where there is none."""
        item = self.intent.teams.get(name)
        if item is None:
            near = closest(name, self.intent.teams)
            refuse(f"there is no team {quoted(name)}", f"did you mean `{near}`?" if near else "add it under `teams:` first")
        place = item.place
        document = next(one for one in self.sources.documents if (one.file, one.index) == (place.file, place.document))
        return Team(name, place, document, dict(item.spec.keys))

    def key(self, team: Team, alias: str) -> KeySpec:
        """Give the key of an alias; the run ends where there is none."""
        if alias not in team.keys:
            near = closest(alias, team.keys)
            advice = f"did you mean `{near}`?" if near else "`maasc key list` shows those that there are"
            refuse(f"the team `{team.name}` has no key {quoted(alias)}", advice)
        return team.keys[alias]

    def write(self, file: str, text: str | None, ready: Callable[[], None], told: Told = tuple) -> str:
        """Put an edited text in the place of a file, if the configuration still compiles, and give the file's path.

        The run ends where it does not, and where there is no such text. `ready` is called when nothing else is in the way.
        `told` makes of what is wrong with the edited text what is told of the one that is there.
        """
        if text is None:
            not_edited(self.config / file)
        after = pipeline.front_of(*load_texts({**self.sources.texts, file: text}), self.config)
        if failed(after.diagnostics):
            click.echo("maasc: nothing was written, because of what the configuration would then say", err=True)
            end(in_folder(told(after.diagnostics), self.config), Folder(self.config, self.sources))
        return self.overwrite(file, text, ready)

    def overwrite(self, file: str, text: str, ready: Callable[[], None]) -> str:
        """Put a text in the place of a file, and give its path; the run ends where that cannot be."""
        unwritten = overwrite(self.config / file, text, ready)
        if unwritten is not None:
            end((unwritten,), Folder(self.config, self.sources))
        return (self.config / file).as_posix()


def configured(config: Path, form: str = "text") -> Configured:
    """Read a configuration; the run ends where it does not compile, and says so in a form."""
    front = pipeline.front(config)
    if front.program is None or front.intent is None:
        end(in_folder(front.diagnostics, config), Folder(config, front.sources), form)
    return Configured(config, front.sources, front.program, front.intent)


def end(diagnostics: Sequence[Diagnostic], sources: Folder, form: str = "text") -> NoReturn:
    """End the run with what is wrong."""
    report.show(diagnostics, sources, Reporting(form, "auto", quiet=True))
    sys.exit(code(diagnostics) or COULD_NOT_RUN)


def show(value: str) -> None:
    """Show a value, this once; the run ends where nobody gets to see it, so that no file changes for a key that nobody has."""
    # Whoever stops reading is told of as any other reason.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        click.echo(value)
    except OSError as error:
        why = f"standard output does not take the value, so nothing was written: {reason(error)}"
        refuse(why, "let it go to a terminal, a file or a pipe")


def report_of(done: str, lines: Sequence[str]) -> None:
    """Tell what follows from what was done; where nobody takes that, the run ends with what was done all the same."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        click.echo("\n".join((done, *lines)))
    except OSError as error:
        stop(f"{done}, and standard output does not take what follows from it: {reason(error)}")


def writable(words: Iterable[str]) -> None:
    """End the run where a word cannot be written into a file: bytes that are no UTF-8 are halves of surrogate pairs."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            refuse(f"`{word}` is not UTF-8, and no file can hold it", "write it in UTF-8")


def not_edited(file: Path) -> NoReturn:
    """End the run, because a text has a shape that no edit is known for."""
    refuse(f"`{file.as_posix()}` is written in a way that is not edited here", "edit it by hand")


def refuse(what: str, advice: str) -> NoReturn:
    """End the run, because something that was asked for cannot be meant."""
    stop(what, advice=advice)
