"""`maasc diff`: what a change means, for whom, and whether rolling it out is safe."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click
from msgspec.structs import replace

from compiler import pipeline
from compiler.cli import named, options
from compiler.cli.exit import COULD_NOT_RUN, FINE, GATE, stop
from compiler.cli.report import Reporting
from compiler.cli.revision import Named, opened
from compiler.cli.sides import compared, ended_by_doubt, side
from compiler.diagnostics.count import counted
from compiler.diagnostics.formats import FORMATS
from compiler.diagnostics.locate import NOTHING
from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import closest
from compiler.diff.compare import Comparison
from compiler.diff.formats import findings, markdown, plain, text
from compiler.diff.gates import NAMES, judged, tripped
from compiler.diff.known import Known, known
from compiler.diff.result import Diff
from compiler.diff.roster import Person, RosterError, resolved, roster
from compiler.diff.scope import ScopeError, scope
from compiler.diff.side import Side

# Groups of a roster that are told to be unknown.
_MOST_UNKNOWN = 5
_FORMS = ("text", "markdown", "json", "sarif", "github")


def _gates(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(name.strip() for part in given for name in part.split(",") if name.strip())
    if any(not part.strip(" ,") for part in given):
        raise click.BadParameter(f"nothing is named, so nothing would ever fail; known are {', '.join(NAMES)}")
    unknown = [name for name in found if name not in NAMES]
    if unknown:
        raise click.BadParameter(f"`{unknown[0]}` is none of {', '.join(NAMES)}")
    return found


@click.command("diff")
@click.argument("base", type=named.NAME)
@click.argument("head", required=False, type=named.NAME)
@click.option(
    "--fail-on", "gates", multiple=True, callback=_gates, metavar="CHANGES", help=f"End with 1 on any of: {', '.join(NAMES)}."
)
@click.option(
    "--scope", "meant", metavar="WHAT", help="End with 1 if anything else changes, as in `tier=premium, models=simulator-*`."
)
@click.option(
    "--roster",
    "people",
    type=named.FILE,
    help="CSV `user,groups` of people, to count those whom it concerns; `;`, `|`, a space or a quoted comma between groups.",
)
@click.option("--format", "form", type=click.Choice(_FORMS), default="text", show_default=True, help="Form of the report.")
@options.quiet("Print the verdict, what lies outside the scope, and the gates.")
@options.color
@options.config
def command(  # noqa: PLR0913 - one parameter for each option
    *,
    base: str,
    head: str | None,
    gates: tuple[str, ...],
    meant: str | None,
    people: Path | None,
    form: str,
    quiet: bool,
    color: str,
    config: Path,
) -> None:
    """Tell what changes from BASE to HEAD (the configuration here), for every caller.

    BASE and HEAD are folders, revisions of git, or `revision:folder`.
    """
    try:
        listed = None if people is None else _roster(people)
        with ended_by_doubt(), ExitStack() as until_the_end:
            reporting = Reporting(form if form in FORMATS else "text", color, quiet=True)
            before = _side(until_the_end.enter_context(opened(base, config)), reporting, base=True)
            named = until_the_end.enter_context(opened(config.as_posix() if head is None else head, config))
            after = _side(named, reporting, base=False)
            bounds = None if meant is None else scope(meant, (before, after))
            counted = None if listed is None or people is None else _people(people, listed, known((before, after)))
            found = compared(Comparison(before, after, counted, bounds))
    except RosterError as error:
        stop(f"{people}{'' if error.line is None else f':{error.line}'}: {error}", COULD_NOT_RUN)
    except ScopeError as error:
        stop(f"--scope: {error}", COULD_NOT_RUN, advice=error.advice)
    whole = replace(found, gates=judged(found, gates))
    click.echo(_rendered(whole, form, after, quiet=quiet), nl=False)
    sys.exit(GATE if tripped(whole) else FINE)


def _rendered(diff: Diff, form: str, head: Side, *, quiet: bool) -> str:
    if form in ("sarif", "github"):
        fallback = next((f"{head.folder}{name}" for name in sorted(head.sources.texts)), head.folder)
        return FORMATS[form](findings.diagnostics(diff, fallback), NOTHING)
    if form == "text" and quiet:
        return text.brief(diff)
    return {"text": text.render, "markdown": markdown.render, "json": plain.render}[form](diff)


def _side(named: Named, reporting: Reporting, *, base: bool) -> Side:
    where = Path(f"{named.revision}{named.path}" or ".")
    return side(pipeline.front(named.folder), where, (named.revision, named.path), reporting, base=base)


def _roster(path: Path) -> tuple[Person, ...]:
    try:
        return roster(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        stop(f"{path} cannot be read: {(error.strerror or 'the system refused').lower()}", COULD_NOT_RUN)
    except UnicodeDecodeError:
        stop(f"{path} is not UTF-8", COULD_NOT_RUN)


def _people(file: Path, listed: tuple[Person, ...], names: Known) -> tuple[Person, ...]:
    """Give the people of the roster, and say which of their groups count for nothing: perhaps they are misspelt."""
    found = resolved(listed, names)
    for group in found.unknown[:_MOST_UNKNOWN]:
        near = closest(group, names.groups)
        click.echo(
            f"maasc: {file}: no group on either side is {quoted(group)}" + (f"; did you mean `{near}`?" if near else ""), err=True
        )
    if len(found.unknown) > _MOST_UNKNOWN:
        click.echo(f"maasc: {file}: nor {counted(len(found.unknown) - _MOST_UNKNOWN, 'more group')}", err=True)
    return found.people
