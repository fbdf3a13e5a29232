"""`maasc explain`: why one request is answered as it is, and what would change that."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click

from compiler import pipeline
from compiler.cli import options
from compiler.cli.exit import COULD_NOT_RUN, stop
from compiler.cli.report import Folder, Reporting, in_folder, show
from compiler.cli.verdict import code
from compiler.diagnostics.model import Diagnostic, failed
from compiler.engines.registry import installed
from compiler.explain.asked import Asked, UnaskableError
from compiler.explain.emitted import judged, near, readings, world_of
from compiler.explain.explanation import explain
from compiler.explain.expressions import shown
from compiler.explain.plain import plain
from compiler.explain.position import Positions
from compiler.explain.question import question
from compiler.explain.text import brief, expressions, render
from compiler.source.document import Sources
from compiler.source.load import load_text

_OUT = Path("out")


@click.command("explain")
@click.argument("model")
@click.option("--user", help="The user who calls: a name, an e-mail address or a subject.")
@click.option("--group", "groups", multiple=True, help="A group that the caller is in; may be given several times.")
@click.option("--method", help="The authentication method that accepts the caller; the first one by default.")
@click.option("--key", help="The API key that calls, as `team/alias`; it says itself whose it is.")
@click.option("--bound", help="The entry that the credential is bound to, where the method binds credentials.")
@click.option("--header", "headers", multiple=True, help="A header of the request, as `name: value`.")
@click.option("--path", help="The path of the request; a chat completion of the model by default.")
@click.option("--no-credential", is_flag=True, help="Call without any credential.")
@click.option("--show-emitted", is_flag=True, help="Show the emitted expressions with the values that they have.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of the answer."
)
@options.quiet("Print the answer alone, in one line.")
@options.color
@options.config
def command(  # noqa: PLR0913 - one parameter for each option
    *,
    model: str,
    user: str | None,
    groups: tuple[str, ...],
    method: str | None,
    key: str | None,
    bound: str | None,
    headers: tuple[str, ...],
    path: str | None,
    no_credential: bool,
    show_emitted: bool,
    form: str,
    quiet: bool,
    color: str,
    config: Path,
) -> None:
    """Explain how one request to MODEL is answered, by the configuration and by the manifests that it gives."""
    front = pipeline.front(config)
    reporting = Reporting(form, color, quiet=True)
    sources = Folder(config, front.sources)
    intent = front.intent
    if front.program is None or intent is None:
        _end(in_folder(front.diagnostics, config), sources, reporting)
    asked = Asked(model, user, groups, method, headers, path, credential=not no_credential, key=key, bound=bound)
    try:
        of = question(front.program, intent, asked)
    except UnaskableError as error:
        stop(error.headline, advice=error.advice)
    program = near(of)
    back = pipeline.back(program)
    texts = back.bundle.texts
    world, found = world_of(program, texts)
    if world is None or failed(back.diagnostics):
        _end(in_folder((*back.diagnostics, *found), _OUT), sources, reporting)
    engines = installed()
    answers = readings(of, world, engines)
    explanation = explain(of)
    wrong = in_folder(judged(of, explanation.decision, answers), config)
    sections = shown(of, world, engines[0]) if show_emitted else ()
    positions = Positions(front.sources, config.as_posix())
    if form == "text":
        click.echo(brief(explanation) if quiet else render(explanation, answers, positions), nl=False)
        click.echo(expressions(sections, Positions(_texts(texts), _OUT.as_posix())), nl=False)
    elif not wrong:
        click.echo(json.dumps(plain(explanation, answers[0], positions, sections), indent=2))
    if wrong:
        if form == "text":
            click.echo()
        _end(wrong, sources, reporting)


def _end(diagnostics: tuple[Diagnostic, ...], sources: Folder, reporting: Reporting) -> NoReturn:
    """Report what stands in the way of an answer, and end with its exit code."""
    show(diagnostics, sources, reporting)
    sys.exit(code(diagnostics) or COULD_NOT_RUN)


def _texts(texts: Mapping[str, str]) -> Sources:
    """Make manifests locatable, so that their expressions are told with their lines."""
    documents = tuple(document for path, text in texts.items() for document in load_text(path, text.encode())[0])
    return Sources(documents, texts)
