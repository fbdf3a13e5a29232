"""`maasc fmt`: bring configuration files into the canonical layout, with every comment, and with the same meaning."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click
from msgspec import Struct
from msgspec.structs import replace

from compiler.cli import named, options
from compiler.cli.exit import FINE, GATE
from compiler.cli.overwrite import overwrite
from compiler.cli.patch import patch
from compiler.cli.report import Reporting, in_folder, show
from compiler.cli.verdict import code
from compiler.diagnostics.model import Diagnostic
from compiler.source.errors import NOT_COMPILED, error
from compiler.source.folder import content_of, files, reason
from compiler.source.guard import hidden
from compiler.source.limits import LIMITS
from compiler.source.load import FIRST_STEPS
from compiler.source.texts import Texts
from compiler.style.layout import formatted

_LEFT: Final = "it is left as it is"


class _Read(Struct, frozen=True):
    """A file as it is, and as it should be; the latter is None where that is not known."""

    path: Path
    before: str
    after: str | None


@click.command("fmt")
@click.argument("paths", nargs=-1, metavar="[FILES]...", type=named.PATH)
@options.config
@click.option("--check", is_flag=True, help="Write nothing; list the files that would change, and end with 1 if there are any.")
@click.option("--diff", "shown", is_flag=True, help="Write nothing; show what would change.")
@options.looks
def command(  # noqa: PLR0913 - one parameter for each option
    *, paths: tuple[Path, ...], config: Path, check: bool, shown: bool, color: str, quiet: bool
) -> None:
    """Lay files of the configuration out in the one canonical way; comments and the order of what is written stay.

    FILES are files, or folders with configuration; without any it is the folder `--config`. Two spaces for each level, lists
    set off from their key, one blank line at most, and the keys of known items in the order of the README's table wherever
    no comment stands between them. What a file means never changes: one that could not be kept as it is, is an error.
    """
    found: list[Diagnostic] = []
    read = [_formatted(path, content, found) for path, content in _contents(paths or (config,), found)]
    changed = [one for one in read if one.after is not None and one.after != one.before]
    told = []
    for one in changed:
        if shown:
            told.append(patch(one.path.as_posix(), one.before, one.after or ""))
        elif not check:
            refused = overwrite(one.path, one.after or "")
            if refused is not None:
                found.append(refused)
                continue
        if check or not (shown or quiet):
            told.append(f"{'would change' if check else 'formatted'} {one.path.as_posix()}\n")
    click.echo("".join(told), nl=False)
    # Whatever cannot be read is told of in the words of a build, and here nothing is built.
    found = [replace(one, effect=_LEFT) if one.code in NOT_COMPILED else one for one in found]
    show(found, Texts({one.path.as_posix(): hidden(one.before) for one in read if found}), Reporting("text", color, quiet))
    ending = code(found)
    sys.exit(GATE if check and changed and ending == FINE else ending)


def _contents(paths: Sequence[Path], found: list[Diagnostic]) -> Iterator[tuple[Path, bytes]]:
    """Give the path and the bytes of each file, once."""
    known: set[Path] = set()
    for path in paths:
        for one, content in _below(path, found):
            if one.resolve() not in known:
                known.add(one.resolve())
                yield one, content


def _below(path: Path, found: list[Diagnostic]) -> Iterator[tuple[Path, bytes]]:
    if path.suffix or (path.exists() and not path.is_dir()):
        content = content_of(path, path.as_posix(), LIMITS)
        if isinstance(content, Diagnostic):
            found.append(content)
        else:
            yield path, content
        return
    unread: list[Diagnostic] = []
    count = 0
    try:
        for count, (name, content) in enumerate(files(path, unread), 1):  # noqa: B007 - how many there were
            yield path / name, content
    except OSError as problem:
        found.append(error("no-config", f"the folder cannot be read: {reason(problem)}", path.as_posix(), advice=FIRST_STEPS))
        return
    found += in_folder(unread, path)
    if not count and not unread:
        found.append(error("no-config", "no `.yaml` file in the folder", path.as_posix(), advice=FIRST_STEPS))


def _formatted(path: Path, content: bytes, found: list[Diagnostic]) -> _Read:
    after, wrong = formatted(path.as_posix(), content)
    found += wrong
    try:
        # As it is, with the byte order mark that the text then goes without.
        return _Read(path, content.decode(), after)
    except UnicodeDecodeError:
        return _Read(path, "", None)
