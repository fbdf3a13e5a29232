"""`maasc schema`: print the JSON Schema of a configuration file."""

from __future__ import annotations

import click

from compiler.intent.schema import schema_text


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of a configuration file, for editors and other tools."""
    click.echo(schema_text(), nl=False)
