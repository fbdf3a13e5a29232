"""`maasc test`: run the suites of a configuration, measure what they cover, and write a first one."""

from __future__ import annotations

import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

import click
from msgspec import Struct

from compiler import pipeline
from compiler.cli import named, options
from compiler.cli.exit import COULD_NOT_RUN, FINE, GATE, stop, tell
from compiler.cli.progress import Progress
from compiler.cli.report import Folder, Folders, Reporting, in_folder, show
from compiler.cli.verdict import code
from compiler.diagnostics.model import failed
from compiler.engines.registry import installed
from compiler.explain.position import Positions
from compiler.intent.intent import Intent
from compiler.intent.parse import parse
from compiler.program.ir import Program
from compiler.source.document import Sources
from compiler.source.folder import reason
from compiler.source.load import load_text
from compiler.suites.case import Case
from compiler.suites.coverage import coverage
from compiler.suites.formats import FORMATS
from compiler.suites.load import files_of, load
from compiler.suites.model import is_day
from compiler.suites.mutation import mutation
from compiler.suites.probes import Probes
from compiler.suites.report import Bound, Report
from compiler.suites.resolve import resolve
from compiler.suites.run import run
from compiler.suites.starter import Starter
from compiler.suites.values import values
from compiler.suites.watch import snapshot
from compiler.suites.world import Platform, near, platform, questions

_SUITES: Final = "tests"
_STARTER: Final = "starter.yaml"
_OUT: Final = Path("out")
# Seconds between two looks at the files that are watched.
_PAUSE: Final = 0.5


class _Percent(click.ParamType[float]):
    """A share that must be reached, from 0 to 100."""

    name = "percent"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            share = float(str(value).removesuffix("%"))
        except ValueError:
            share = -1.0
        if not 0 <= share <= 100:  # noqa: PLR2004 - percent
            self.fail(f"`{value}` is no share from 0 to 100; write it behind `=`", param, ctx)
        return share


class _Asked(Struct, frozen=True):
    """What the user wants of a run."""

    files: tuple[Path, ...]
    config: Path
    pattern: re.Pattern[str] | None
    now: str
    coverage: float | None
    mutate: float | None
    form: str
    quiet: bool
    color: str


@click.command("test")
@click.argument("files", nargs=-1, type=named.PATH)
@click.option("--run", "pattern", metavar="RE", help="Only cases whose suite and name match the regular expression.")
@click.option(
    "--coverage",
    "least",
    type=_Percent(),
    is_flag=False,
    flag_value="0",
    metavar="[=MIN]",
    help="Tell what the cases exercise; fail below MIN percent.",
)
@click.option(
    "--mutate",
    type=_Percent(),
    is_flag=False,
    flag_value="0",
    metavar="[=MIN]",
    help="Tell which small mistakes the cases notice; fail below MIN percent.",
)
@click.option("--watch", is_flag=True, help="Run again whenever a file changes, until interrupted.")
@click.option("--init", is_flag=True, help="Write a first suite, into FILES or `tests/starter.yaml` below the configuration.")
@click.option("--now", metavar="DAY", help="The day on which skips must not have ended, as `YYYY-MM-DD`; today by default.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="Form of the report.")
@options.quiet("Tell no progress, and nothing at all when everything passes.")
@options.color
@options.config
def command(  # noqa: PLR0913 - one parameter for each option
    *,
    files: tuple[Path, ...],
    config: Path,
    pattern: str | None,
    least: float | None,
    mutate: float | None,
    watch: bool,
    init: bool,
    now: str | None,
    form: str,
    quiet: bool,
    color: str,
) -> None:
    """Run the suites in FILES, or all below the folder `tests` of the configuration.

    Every case is put to the configuration's meaning and to the manifests that it gives, on every CEL engine that is here.
    """
    if init:
        if len(files) > 1 or watch or any(one is not None for one in (pattern, least, mutate, now)):
            raise click.UsageError("--init writes one suite, into one file, and runs nothing")
        sys.exit(_init(config, files, color, quiet=quiet))
    today = now if now is not None else datetime.now(UTC).date().isoformat()
    if not is_day(today):
        _refuse(f"`{today}` is no day", "write it as `YYYY-MM-DD`")
    asked = _Asked(files or (config / _SUITES,), config, _compiled(pattern), today, least, mutate, form, quiet, color)
    if watch:
        _watch(asked)
    sys.exit(_run(asked))


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    try:
        return None if pattern is None else re.compile(pattern)
    except re.error as error:
        _refuse(f"`{pattern}` is no regular expression: {error}", "quote it, and escape what is meant literally")


def _refuse(headline: str, advice: str) -> NoReturn:
    stop(headline, advice=advice)


def _watch(asked: _Asked) -> NoReturn:
    """Run again and again; an interrupt ends the process."""
    seen = None
    while True:
        found = snapshot((asked.config, *asked.files))
        if found != seen:
            seen = found
            _run(asked)
            click.echo("watching for changes", err=True)
        time.sleep(_PAUSE)


def _run(asked: _Asked) -> int:
    """Run the suites once, print the report, and give the exit code."""
    front = pipeline.front(asked.config)
    intent, _ = parse(front.sources.documents)
    # The folder that nobody named may be missing: then there is no suite yet.
    paths, unlisted = files_of([one for one in asked.files if one != asked.config / _SUITES or one.exists()])
    loaded = load(paths)
    resolved = resolve(loaded.suites, front.program, intent) if front.program is not None and intent is not None else None
    diagnostics = in_folder(front.diagnostics, asked.config) if front.program is None else ()
    diagnostics += unlisted + loaded.diagnostics + (resolved.diagnostics if resolved is not None else ())
    sources = Folders((Folder(asked.config, front.sources), Folder(Path(), loaded.sources)))
    if failed(diagnostics) or resolved is None or front.program is None or intent is None:
        show(diagnostics, sources, Reporting(asked.form, asked.color, quiet=True))
        return code(diagnostics) or COULD_NOT_RUN
    if not paths:
        where = asked.files[0].as_posix()
        tell(f"there is no suite below {where}", "`maasc test --init` writes a first one")
        return COULD_NOT_RUN
    cases = [case for case in resolved.cases if asked.pattern is None or asked.pattern.search(f"{case.suite} {case.name}")]
    if not cases:
        told = asked.pattern.pattern if asked.pattern is not None else ""
        tell(f"no case matches `{told}`", "cases are named in the reports of json and junit")
        return COULD_NOT_RUN
    return _reported(asked, cases, front.program, intent, (front.sources, loaded.sources))


def _reported(asked: _Asked, cases: list[Case], program: Program, intent: Intent, sources: tuple[Sources, Sources]) -> int:
    asked_for = questions(cases)
    on, wrong = platform(near(program, asked_for), asked_for, installed())
    whole, _ = platform(program, asked_for, ()) if asked.mutate is not None else (None, ())
    if on is None:
        show(in_folder(wrong, _OUT), Folder(_OUT, Sources()), Reporting(asked.form, asked.color, quiet=True))
        return code(wrong) or COULD_NOT_RUN
    progress = Progress(quiet=asked.quiet)
    results = []
    for result in run(cases, on, asked.now):
        results.append(result)
        progress.tell("cases", len(results), len(cases))
    probes = Probes(program, intent)
    covered = coverage(results, program, on, probes) if asked.coverage is not None else None
    mutated = None
    if whole is not None:
        passed = [result.case for result in results if result.status == "passed"]
        mutated = mutation(passed, whole, probes, told=lambda count, total: progress.tell("mutants", count, total))
    progress.done()
    measured = [
        Bound(name, found.share, least)
        for name, found, least in (("coverage", covered, asked.coverage), ("mutation", mutated, asked.mutate))
        if found is not None and least
    ]
    report = Report(
        results=tuple(results),
        values=values(results, on),
        suites=Positions(sources[1], "."),
        config=Positions(sources[0], asked.config.as_posix()),
        out=Positions(_texts(on), _OUT.as_posix()),
        coverage=covered,
        mutation=mutated,
        bounds=tuple(measured),
    )
    if not (asked.quiet and report.passed and asked.form == "text"):
        click.echo(FORMATS[asked.form](report), nl=False)
    return FINE if report.passed else GATE


def _texts(on: Platform) -> Sources:
    """Make manifests locatable."""
    documents = tuple(document for path, text in on.texts.items() for document in load_text(path, text.encode())[0])
    return Sources(documents, on.texts)


def _init(config: Path, files: tuple[Path, ...], color: str, *, quiet: bool) -> int:
    """Write a first suite where there is none."""
    front = pipeline.front(config)
    intent, _ = parse(front.sources.documents)
    if front.program is None or intent is None:
        diagnostics = in_folder(front.diagnostics, config)
        show(diagnostics, Folder(config, front.sources), Reporting("text", color, quiet=True))
        return code(diagnostics) or COULD_NOT_RUN
    target = files[0] if files else config / _SUITES / _STARTER
    starter = Starter(front.program, intent)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as stream:
            stream.write(starter.text())
    except FileExistsError:
        _refuse(f"{target.as_posix()} is already there; nothing was written", "name another file, or remove this one")
    except OSError as error:
        _refuse(f"cannot write {target.as_posix()}: {reason(error)}", "name another file")
    if not quiet:
        click.echo(f"wrote {target.as_posix()}")
    if starter.left_out:
        click.echo(starter.left_out)
    return FINE
