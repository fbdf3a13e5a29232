"""`maasc rule`: explain a diagnostic by its code."""

from __future__ import annotations

import click

from compiler.cli.exit import stop
from compiler.diagnostics.rule import UnknownCodeError, codes, rule
from compiler.diagnostics.rule_text import show


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
        stop(str(error), advice=f"did you mean {near}?" if near else "`maasc rule` lists all")
