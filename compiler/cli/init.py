"""`maasc init`: write a small configuration to start from."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import click

from compiler.cli import options
from compiler.cli.exit import stop
from compiler.source.folder import files as configured


@click.command("init")
@options.quiet("Tell nothing but what went wrong.")
@options.config
def command(*, quiet: bool, config: Path) -> None:
    """Write a small configuration that compiles, into a folder that holds none yet."""
    starter = sorted((entry for entry in files("compiler.cli").joinpath("starter").iterdir()), key=lambda entry: entry.name)
    try:
        config.mkdir(parents=True, exist_ok=True)
        taken = [entry.name for entry in starter if os.path.lexists(config / entry.name)]
        taken += [name for name, _ in configured(config, [])]
        if taken:
            stop(f"{(config / taken[0]).as_posix()} is already there; nothing was written")
        for entry in starter:
            (config / entry.name).write_text(entry.read_text(encoding="utf-8"), encoding="utf-8")
    except OSError as error:
        stop(f"cannot write {config.as_posix()}: {(error.strerror or 'the system refused').lower()}")
    # Told of once all is there: nobody may be left with half of it because nobody listens.
    if not quiet:
        for entry in starter:
            click.echo(f"wrote {(config / entry.name).as_posix()}")
        click.echo("next: `maasc check`, then `maasc build`")
