"""`maasc check`: everything that a build does, without writing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compiler.cli import options
from compiler.cli.report import Reporting, show
from compiler.cli.verdict import code
from compiler.diagnostics.count import counted
from compiler.diagnostics.locate import NOTHING, Locator
from compiler.source.loading import Loading


@click.command("check")
@options.config
@options.crds
@options.no_prove
@click.option("--fix", is_flag=True, help="First correct in the files what can only be a slip, and say what it then means.")
@click.option("--dry-run", is_flag=True, help="With --fix: say what would be corrected, and write nothing.")
@click.option("--diff", "shown", is_flag=True, help="With --fix: show what would be corrected, and write nothing.")
@options.reporting
def command(  # noqa: PLR0913 - one parameter for each option
    *,
    config: Path,
    crds: Path | None,
    no_prove: bool,
    fix: bool,
    dry_run: bool,
    shown: bool,
    form: str,
    color: str,
    quiet: bool,
) -> None:
    """Check the configuration, and prove the manifests it would give; write nothing but what `--fix` corrects."""
    reporting = Reporting(form, color, quiet)
    if (dry_run or shown) and not fix:
        raise click.UsageError("`--dry-run` and `--diff` tell what `--fix` would do: add it")
    if fix:
        from compiler.cli.fix import corrected  # noqa: PLC0415 - needed by few runs

        unwritten = corrected(config, reporting, keep=dry_run or shown, shown=shown)
        if unwritten:
            show(unwritten, NOTHING, reporting)
            sys.exit(code(unwritten))
    # Now, because it goes on while the compiler is imported.
    loading = Loading(config)
    from compiler.cli.compile import compiled  # noqa: PLC0415

    result = compiled(config, crds, loading=loading)
    if result.bundle is None or result.program is None:
        show(result.diagnostics, result.sources, reporting)
        sys.exit(code(result.diagnostics))
    diagnostics = result.diagnostics
    sources: Locator = result.sources
    if not no_prove:
        from compiler.cli.proof import proven  # noqa: PLC0415 - a solver, which only a proof has to wait for

        proof = proven(result, result.bundle.texts, Path("out"))
        diagnostics += proof.diagnostics
        sources = result.sources if proof.holds else proof.sources
    show(diagnostics, sources, reporting)
    if form == "text" and not quiet and not code(diagnostics):
        models, files = counted(len(result.program.models), "model"), counted(len(result.bundle.texts), "file")
        done = "compiles" if no_prove else "compiles, and means the same for every caller"
        click.echo(f"{models}, {files} of manifests: the configuration {done}")
    sys.exit(code(diagnostics))
