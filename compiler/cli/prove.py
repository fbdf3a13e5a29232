"""`maasc prove`: hold the manifests of `out/` against the configuration, for every caller and every request."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from compiler.cli import options
from compiler.cli.compile import compiled
from compiler.cli.exit import code
from compiler.cli.proof import proven
from compiler.cli.report import Folder, Reporting, in_folder, show
from compiler.diagnostics.model import failed
from compiler.prove.result import ProofReport, Proved
from compiler.source.load import load_folder
from compiler.write import report as output_report


@click.command("prove")
@options.config
@options.out
@click.option("--thorough", is_flag=True, help="Simplify nothing and share nothing between models.")
@options.reporting
def command(  # noqa: PLR0913 - one parameter for each option
    *, config: Path, out: Path, thorough: bool, form: str, color: str, quiet: bool
) -> None:
    """Prove that the manifests as they are on disk mean what the configuration says.

    For all callers, models, paths and headers: who gets through, what meters them, that no expression can be an error,
    that nothing is unmetered, that no two limits count one request, and every invariant.
    """
    options.apart(config, out)
    reporting = Reporting(form, color, quiet)
    result = compiled(config, None, out)
    if result.program is None or failed(result.diagnostics):
        show(result.diagnostics, result.sources, reporting)
        sys.exit(code(result.diagnostics))
    emitted, unread = load_folder(out)
    if not emitted.texts:
        missing = in_folder((output_report.never_built(),), out)
        show(missing, result.sources, reporting)
        sys.exit(code(missing))
    if failed(unread):
        unread = in_folder(unread, out)
        show(unread, Folder(out, emitted), reporting)
        sys.exit(code(unread))
    proof = proven(result, emitted.texts, out, thorough=thorough)
    show(proof.diagnostics, proof.sources, reporting)
    if form == "text" and not quiet and proof.report is not None:
        _tell(proof.report)
    sys.exit(code(proof.diagnostics))


def _tell(report: ProofReport) -> None:
    proved = Counter(result.property for result in report.results if isinstance(result, Proved))
    models = len({result.model for result in report.results})
    for name, count in proved.items():
        click.echo(f"{name:12} proved for {count} of {models} models")
    click.echo(f"{report.effort.claims} claims, {report.effort.solved} formulas solved, {report.effort.reused} models alike")
