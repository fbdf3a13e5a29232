"""Correct the files of a configuration for `maasc check --fix`, and say of each correction what it then means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from compiler.cli.overwrite import overwrite
from compiler.cli.patch import patch
from compiler.cli.report import Reporting
from compiler.diagnostics.model import Diagnostic
from compiler.diagnostics.visible import visible
from compiler.repair.repair import Made, Refused, Repair, repaired
from compiler.source.document import Sources
from compiler.source.load import load_folder


def corrected(config: Path, reporting: Reporting, *, keep: bool, shown: bool) -> tuple[Diagnostic, ...]:
    """Correct the files, unless they are to be kept, and tell of it; gives what could not be written.

    Told apart from the report where that is for programs.
    """
    sources, unread = load_folder(config)
    done = repaired(sources, unread, config)
    unwritten = [] if keep else [overwrite(config / file, text) for file, text in sorted(done.texts.items())]
    if not reporting.quiet:
        for line in _told(done, sources, config, keep=keep):
            click.echo(line, err=reporting.form != "text")
    if shown:
        for file, text in sorted(done.texts.items()):
            name = (config / file).as_posix()
            click.echo(patch(name, sources.texts[file], text), nl=False, err=reporting.form != "text")
    return tuple(found for found in unwritten if found)


def _told(done: Repair, sources: Sources, config: Path, *, keep: bool) -> Iterator[str]:
    for made in done.made:
        yield f"{'would fix' if keep else 'fixed'} {_made(made, config)}"
    for refused in done.refused:
        yield f"not fixed {_refused(refused, sources, config)}"
    if not done.made and not done.refused:
        yield "nothing to fix"
    yield ""


def _made(made: Made, config: Path) -> str:
    edit = made.edit
    before = f"`{visible(edit.before)}` -> " if edit.before else "added "
    return (
        f"{(config / edit.file).as_posix()}:{edit.line}:{edit.column} [{made.code}] {before}`{visible(edit.after)}`: {made.says}"
    )


def _refused(refused: Refused, sources: Sources, config: Path) -> str:
    found = refused.found
    span = sources.span(found.place) if found.place else None
    where = f":{span.line}:{span.column}" if span else ""
    file = (config / found.place.file).as_posix() if found.place else ""
    return f"{file}{where} [{found.code}] {refused.why}"
