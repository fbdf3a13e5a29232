"""`maasc effective`: who can call what, with which budget."""

from __future__ import annotations

import json
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
from compiler.diagnostics.model import Severity
from compiler.effective import cost_formats
from compiler.effective.cost import costs
from compiler.effective.formats import FORMATS, left_out
from compiler.effective.names import UnknownNameError, chosen_models, chosen_subjects
from compiler.effective.rows import table
from compiler.effective.subjects import subjects
from compiler.pipeline import Front
from compiler.program.ir import Model, Program

# Pairs that are told; a reader has no use for more, and a script can ask model by model.
_MOST_PAIRS: Final = 100
_OUT: Final = Path("out")


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
            sys.exit(_measured(front, program, wanted, config, Reporting(form, color, quiet)))
        found = table(program, wanted, chosen_subjects(subjects(program, intent), groups), _MOST_PAIRS)
    except UnknownNameError as error:
        stop(str(error), advice=error.advice)
    told = replace(found, left_out=0, everybody=None) if quiet and form != "json" else found
    click.echo(FORMATS[form](told), nl=False)
    if form == "csv" and told.left_out:
        click.echo(left_out(found), err=True)


def _measured(front: Front, program: Program, wanted: Sequence[Model], config: Path, reporting: Reporting) -> int:
    """Print what models take, and give the exit code; what the cluster would refuse is measured all the same, and told of."""
    back = pipeline.back(program)
    large = (one for one in front.diagnostics if one.severity is Severity.ERROR)
    found = (*in_folder(large, config), *in_folder(back.diagnostics, _OUT))
    sources = Folder(config, front.sources)
    measured = costs(program, back.bundle.documents, wanted)
    if reporting.form == "json":
        findings = json.loads(rendered(found, sources, reporting))
        click.echo(cost_formats.as_json(measured, findings), nl=False)
        return code(found)
    if found:
        click.echo(rendered(found, sources, Reporting("text", "never", reporting.quiet)), nl=False, err=True)
    click.echo(cost_formats.FORMATS[reporting.form](replace(measured, shares=()) if reporting.quiet else measured), nl=False)
    return code(found)
