"""`maasc effective`: who can call what, with which budget."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from msgspec.structs import replace

from compiler import pipeline
from compiler.cli import options
from compiler.cli.exit import COULD_NOT_RUN, stop
from compiler.cli.report import Folder, Reporting, in_folder, rendered, show
from compiler.cli.verdict import code
from compiler.diagnostics.locate import Locator
from compiler.diagnostics.model import Diagnostic, Severity
from compiler.effective import cost_formats
from compiler.effective.cost import costs
from compiler.effective.formats import FORMATS, left_out
from compiler.effective.names import UnknownNameError, chosen_models, chosen_subjects
from compiler.effective.rows import table
from compiler.effective.subjects import subjects
from compiler.program.ir import Model, Program
from compiler.source.document import Sources

# Pairs that are told; a reader has no use for more, and a script can ask model by model.
_MOST_PAIRS: Final = 100


@click.command("effective")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True, help="Form of the table.")
@click.option("--model", "models", multiple=True, help="Only this model; may be given several times.")
@click.option("--group", "groups", multiple=True, help="Only callers of this group; may be given several times.")
@click.option("--cost", is_flag=True, help="What each model takes of what the cluster has, instead of who can call it.")
@options.quiet("Print the table alone.")
@options.color
@options.config
def command(  # noqa: PLR0913 - one parameter for each option
    *, form: str, models: tuple[str, ...], groups: tuple[str, ...], cost: bool, quiet: bool, color: str, config: Path
) -> None:
    """Tabulate who can call which model, metered by what, for every group, user and tier that is named.

    With `--cost`, tell of each model how large its objects, expressions and limits are, and how much of the budgets of the
    cluster all of them use.
    """
    if cost and groups:
        raise click.UsageError("a group costs nothing of its own: `--cost` tells of models")
    front = pipeline.front(config)
    intent = front.intent
    program = front.measurable if cost else front.program
    if program is None or intent is None:
        diagnostics = in_folder(front.diagnostics, config)
        show(diagnostics, Folder(config, front.sources), Reporting("json" if form == "json" else "text", color, quiet=True))
        sys.exit(code(diagnostics) or COULD_NOT_RUN)
    try:
        wanted = chosen_models(program, intent, models)
        if cost:
            large = tuple(one for one in front.diagnostics if one.severity is Severity.ERROR)
            _aside(in_folder(large, config), Folder(config, front.sources))
            sys.exit(code((*large, *_told(program, wanted, form))))
        found = table(program, wanted, chosen_subjects(subjects(program, intent), groups), _MOST_PAIRS)
    except UnknownNameError as error:
        stop(str(error), advice=error.advice)
    told = replace(found, left_out=0, everybody=None) if quiet and form != "json" else found
    click.echo(FORMATS[form](told), nl=False)
    if form == "csv" and told.left_out:
        click.echo(left_out(found), err=True)


def _told(program: Program, models: Sequence[Model], form: str) -> tuple[Diagnostic, ...]:
    """Print what models take; manifests that the cluster would refuse are measured all the same, and told of."""
    back = pipeline.back(program)
    _aside(back.diagnostics, Sources())
    click.echo(cost_formats.FORMATS[form](costs(program, back.bundle.documents, models)), nl=False)
    return back.diagnostics


def _aside(diagnostics: Sequence[Diagnostic], sources: Locator) -> None:
    """Tell on standard error of what the cluster has no room for."""
    if diagnostics:
        click.echo(rendered(diagnostics, sources, Reporting("text", "never", quiet=False)), nl=False, err=True)
