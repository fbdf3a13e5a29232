"""`maasc rule`: explain a diagnostic by its code."""

from __future__ import annotations

import sys

import click

from compiler.cli.exit import COULD_NOT_RUN
from compiler.diagnostics.rule import UnknownCodeError, codes, rule
from compiler.diagnostics.rule_text import show
from compiler.diagnostics.visible import visible


@click.command("rule")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain the diagnostic CODE with an example that is wrong and one that is right; without CODE list them all."""
    if code is None:
        for known in codes():
            page = rule(known)
            click.echo(f"{known:26} {page.severity.value:8} {page.meaning}")
        return
    try:
        click.echo(show(rule(code)), nl=False)
    except UnknownCodeError as error:
        near = ", ".join(f"`{one}`" for one in error.suggestions)
        click.echo(
            f"maasc: {visible(str(error))}\nhelp: {f'did you mean {near}?' if near else '`maasc rule` lists all'}", err=True
        )
        sys.exit(COULD_NOT_RUN)
