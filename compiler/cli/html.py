"""`maasc report`: everything that a configuration allows as one page, or as a picture."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click
from msgspec.structs import replace

from compiler import pipeline
from compiler.cli import named, options
from compiler.cli.exit import COULD_NOT_RUN, stop
from compiler.cli.overwrite import overwrite
from compiler.cli.report import Folder, Reporting, in_folder, show
from compiler.cli.revision import opened
from compiler.cli.sides import compared, ended_by_doubt, side
from compiler.cli.verdict import code
from compiler.diff.compare import Comparison
from compiler.effective.names import UnknownNameError, chosen_models
from compiler.intent.intent import Intent
from compiler.pipeline import Front
from compiler.program.ir import Program
from compiler.report.access_picture import access_picture
from compiler.report.changes import changes
from compiler.report.mermaid import mermaid
from compiler.report.page import page
from compiler.report.svg import svg
from compiler.report.tables import tables
from compiler.report.texts import Texts
from compiler.report.tier_picture import tier_picture
from compiler.source.folder import reason

_PICTURES: Final = {"mermaid": mermaid, "svg": svg}


@click.command("report")
@click.option(
    "--format", "form", type=click.Choice(["html", *_PICTURES]), default="html", show_default=True, help="A page, or a picture."
)
@click.option(
    "--picture",
    type=click.Choice(["access", "tiers"]),
    default=None,
    help="What to draw: who reaches which model (the default), or the ladder of tiers.",
)
@click.option("--model", "models", multiple=True, help="Only this model; may be given several times.")
@click.option(
    "--against",
    type=named.NAME,
    metavar="BASE",
    help="Tell on the page what changes from BASE: a folder, a revision of git, or both.",
)
@click.option(
    "--output", "-o", type=named.FILE, default=None, help="File to write instead of printing, outside of the configuration."
)
@options.color
@options.config
def command(  # noqa: PLR0913 - one parameter for each option
    *, form: str, picture: str | None, models: tuple[str, ...], against: str | None, output: Path | None, color: str, config: Path
) -> None:
    """Show who may call what with which budget as one page that needs no network, or as a picture."""
    _refuse_what_is_ignored(form, picture, against, output)
    _refuse_what_is_read(output, config)
    front = pipeline.front(config)
    program, intent = front.program, front.intent
    if program is None or intent is None:
        found = in_folder(front.diagnostics, config)
        show(found, Folder(config, front.sources), Reporting("text", color, quiet=True))
        sys.exit(code(found) or COULD_NOT_RUN)
    try:
        chosen = replace(program, models=chosen_models(program, intent, models))
    except UnknownNameError as error:
        stop(str(error), COULD_NOT_RUN, advice=error.advice)
    if form == "html":
        compared = None if against is None else _compared(against, front, config, chosen if models else None, color)
        texts = Texts(front.sources)
        text = page(tables(chosen, intent, texts), texts.plain(), compared, front.digest or "")
    else:
        text = _drawn(form, picture, chosen, intent)
    _told(text, output)


def _refuse_what_is_ignored(form: str, picture: str | None, against: str | None, output: Path | None) -> None:
    if form == "html" and picture is not None:
        raise click.UsageError("--picture is for the formats mermaid and svg; the page shows both")
    if form != "html" and against is not None:
        raise click.UsageError("--against is for the page; `maasc diff` tells a change as text")
    if form == "html" and output is None and sys.stdout is not None and sys.stdout.isatty():
        raise click.UsageError("a page is nothing to read at a terminal: name a file, as in `--output report.html`")


def _refuse_what_is_read(output: Path | None, config: Path) -> None:
    if output is not None and options.whole(output).is_relative_to(options.whole(config)):
        raise click.UsageError(f"`{output.as_posix()}` lies in the configuration, and would take the place of what is told of")


def _drawn(form: str, picture: str | None, program: Program, intent: Intent) -> str:
    return _PICTURES[form](tier_picture(program) if picture == "tiers" else access_picture(program, intent))


def _compared(against: str, front: Front, config: Path, only: Program | None, color: str) -> dict[str, object]:
    """Compare with BASE; files are named by the path below the configuration, so that the page names no machine."""
    with ended_by_doubt(), ExitStack() as until_the_end:
        reporting = Reporting("text", color, quiet=True)
        base = until_the_end.enter_context(opened(against, config))
        was = pipeline.front(base.folder)
        before = side(was, Path(f"{base.revision}{base.path}" or "."), ("before:", ""), reporting, base=True)
        found = compared(Comparison(before, side(front, config, ("", ""), reporting, base=False)))
    name = base.revision.removesuffix(":") or "the other configuration"
    models = None if only is None else {model.id for model in only.models}
    return changes(name, found, models)


def _told(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    if output.is_file():
        refused = overwrite(output, text)
        if refused is not None:
            stop(f"{output}: {refused.headline}, and is as it was")
        return
    new = not (output.exists() or output.is_symlink())
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        if new:
            output.unlink(missing_ok=True)
        stop(f"{output} cannot be written: {reason(error)}")
