"""The entry point: find the command, run it, and turn what happens into an exit code."""

from __future__ import annotations

import importlib
import sys
from typing import Final

import click

from compiler.cli.exit import BUG

_COMMANDS: Final = ("build", "check", "effective", "explain", "init", "prove", "rule", "schema")


class _Commands(click.Group):
    """Commands by name, each in a module of its own that is read only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"compiler.cli.{cmd_name}").command
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine; 1 the gate tripped; 2 could not run; 3 a bug in maasc; 4 inconclusive.",
)
def maasc() -> None:
    """Compile declarative Models-as-a-Service policy into Kuadrant and Gateway API manifests."""


def main() -> None:
    """Run `maasc`."""
    try:
        maasc.main(prog_name="maasc")
    except Exception as error:  # noqa: BLE001 - whatever it is, the user gets one line and a code
        click.echo(f"maasc: this is a bug in maasc, not in your configuration: {type(error).__name__}: {error}", err=True)
        click.echo("please report it together with the configuration that causes it; nothing was written", err=True)
        sys.exit(BUG)
