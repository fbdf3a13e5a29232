"""`maasc check`: everything that a build does, without writing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compiler.cli import options
from compiler.cli.compile import compiled
from compiler.cli.exit import code
from compiler.cli.report import Reporting, show


@click.command("check")
@options.config
@options.crds
@options.reporting
def command(*, config: Path, crds: Path | None, form: str, color: str, quiet: bool) -> None:
    """Check the configuration and the manifests it would give; write nothing."""
    result = compiled(config, crds)
    show(result.diagnostics, result.sources, Reporting(form, color, quiet))
    if form == "text" and not quiet and result.bundle is not None and result.program is not None:
        models = len(result.program.models)
        click.echo(f"{models} model{'' if models == 1 else 's'}, {len(result.bundle.texts)} files: the configuration compiles")
    sys.exit(code(result.diagnostics))
