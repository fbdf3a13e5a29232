"""`maasc drift`: hold what is live in a cluster against `out/`, and tell what the difference means."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NoReturn

import click
from msgspec.structs import replace

from compiler import pipeline
from compiler.cli import named, options
from compiler.cli.built import faults
from compiler.cli.exit import COULD_NOT_RUN, FINE, GATE, INCONCLUSIVE
from compiler.cli.progress import Progress
from compiler.cli.report import Folder, Folders, Reporting, show
from compiler.diagnostics.formats import FORMATS
from compiler.diagnostics.locate import NOTHING
from compiler.diagnostics.model import Diagnostic, Place
from compiler.drift import dump
from compiler.drift.compare import drift
from compiler.drift.dump import Live, bad
from compiler.drift.formats import findings, markdown, plain, text
from compiler.drift.reading import NOTHING as NOTHING_COMPARED
from compiler.drift.result import Drift
from compiler.drift.written import Written
from compiler.program.ir import Program
from compiler.source.below import below
from compiler.source.document import Sources
from compiler.source.folder import not_read
from compiler.source.load import load_folder
from compiler.write.lock import BadLockError, parse

_FORMS: Final = ("text", "markdown", "json", "sarif", "github")
_ENDINGS: Final = (".yaml", ".yml", ".json")
_STANDARD_INPUT: Final = "-"
_UNKNOWN: Final = "nothing is compared: what was built is not known"


@click.command("drift")
@click.argument("dumps", nargs=-1, required=True, metavar="DUMP...", type=named.NAME)
@click.option("--format", "form", type=click.Choice(_FORMS), default="text", show_default=True, help="Form of the report.")
@options.color
@options.config
@options.out
def command(*, dumps: tuple[str, ...], form: str, color: str, config: Path, out: Path) -> None:
    """Tell how a cluster differs from `out/`, and what that means for every caller.

    DUMP is what `kubectl get ... -o yaml` prints: a file, a folder of files, or `-` for standard input. What the API server
    adds is no difference. The configuration says which models there are; without one that `out/` was built from, objects are
    compared and nothing is told of their meaning. Ends with 0 (no drift), 1 (drift), 2 (could not run), or 4 where all that
    differs is about models of which it cannot be understood.
    """
    options.apart(config, out)
    reporting = Reporting(form if form in FORMATS else "text", color, quiet=True)
    progress = Progress(quiet=form != "text")
    sources, written = _written(out, reporting)
    live, wrong = dump.objects(_read(dumps, reporting), lambda count: progress.so_far("lines read", count))
    if not wrong:
        wrong = tuple(_strange(written, live))
    if wrong:
        _refuse(wrong, reporting)
    program, unmeant = _program(config, out)
    found = drift(written, live, program, unmeant, lambda count, total: progress.tell("models compared", count, total))
    click.echo(_rendered(found, form, out, sources), nl=False)
    sys.exit(FINE if found.nothing else GATE if found.known else INCONCLUSIVE)


def _rendered(found: Drift, form: str, out: Path, sources: Sources) -> str:
    shown = replace(found, objects=tuple(replace(one, place=_shown(one.place, out, sources)) for one in found.objects))
    if form in ("sarif", "github"):
        # Nothing of a dump is shown as it stands there: it may hold secrets.
        return FORMATS[form](findings.diagnostics(shown, out.as_posix()), Folders((Folder(out, sources),)))
    renderers: dict[str, Callable[[Drift], str]] = {"text": text.render, "markdown": markdown.render, "json": plain.render}
    return renderers[form](shown)


def _shown(place: Place, out: Path, sources: Sources) -> Place:
    return replace(place, file=(out / place.file).as_posix()) if place.file in sources.texts else Place(place.file)


def _written(out: Path, reporting: Reporting) -> tuple[Sources, Written]:
    sources, unread = load_folder(out)
    wrong = faults(out, sources, unread, _UNKNOWN)
    if wrong:
        show(wrong, Folder(out, sources), reporting)
        sys.exit(COULD_NOT_RUN)
    found: list[Live] = []
    for document in sources.documents:
        data = document.data if isinstance(document.data, dict) else {}
        key = dump.key_of(data)
        if key is not None and key[1] != "Kustomization":
            found.append(Live(key, data, Place(document.file, document=document.index)))
    return sources, Written(tuple(found))


def _strange(written: Written, live: tuple[Live, ...]) -> list[Diagnostic]:
    """Refuse dumps of something else: whatever is missing in them says nothing."""
    kinds = {one.key[:2] for one in written.objects}
    if not live or any(one.key[:2] in kinds for one in live):
        return []
    names = ", ".join(sorted({kind for _, kind in kinds}))
    return [bad("no object of the dump is of a kind that `out/` holds", live[0].place, f"dump {names}")]


def _program(config: Path, out: Path) -> tuple[Program | None, str | None]:
    """Give the Program that `out/` was built from, or why there is none."""
    if not config.is_dir():
        return None, f"there is no configuration at `{config.as_posix()}`"
    front = pipeline.front(config, keep=False)
    if front.program is None:
        return None, f"the configuration at `{config.as_posix()}` does not compile; `maasc check` says why"
    try:
        lock = parse((out / "maasc.lock").read_bytes())
    except (OSError, BadLockError):
        return None, f"nothing in `{out.as_posix()}` says which configuration it was built from"
    if lock.input != front.digest:
        return None, f"`{out.as_posix()}` was built from another configuration than `{config.as_posix()}`"
    return front.program, None


def _read(dumps: tuple[str, ...], reporting: Reporting) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    for name in dumps:
        try:
            if name == _STANDARD_INPUT:
                found["<standard input>"] = _given()
                continue
            path = Path(name)
            files, unread = below(path, _ENDINGS) if path.is_dir() else ((path,), ())
            if unread:
                _refuse([replace(one, effect=NOTHING_COMPARED) for one in unread], reporting)
            if not files:
                _refuse((bad("no `.yaml` or `.json` file in the folder", Place(path.as_posix())),), reporting)
            found |= {one.as_posix(): one.read_bytes() for one in files}
        except OSError as error:
            _refuse((replace(not_read(error, Path(name).as_posix()), effect=NOTHING_COMPARED),), reporting)
    return found


def _given() -> bytes:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer.read()


def _refuse(wrong: tuple[Diagnostic, ...] | list[Diagnostic], reporting: Reporting) -> NoReturn:
    show(wrong, NOTHING, reporting)
    sys.exit(COULD_NOT_RUN)
