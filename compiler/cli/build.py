"""`maasc build`: compile `config/` into `out/`, or with `--check` say whether `out/` is what it would be."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli import options
from compiler.cli.compile import Compiled, compiled
from compiler.cli.exit import code
from compiler.cli.report import Reporting, in_folder, show
from compiler.diagnostics.model import Diagnostic
from compiler.write import output

if TYPE_CHECKING:
    from compiler.cli.proof import Proven


@click.command("build")
@options.config
@options.out
@options.crds
@click.option("--check", is_flag=True, help="Write nothing; fail if the output folder is not up to date.")
@click.option("--force", is_flag=True, help="Overwrite and remove files that were edited by hand or that others made.")
@options.no_prove
@options.reporting
def command(  # noqa: PLR0913 - one parameter for each option
    *, config: Path, out: Path, crds: Path | None, check: bool, force: bool, no_prove: bool, form: str, color: str, quiet: bool
) -> None:
    """Compile the configuration into manifests, and prove that they mean what it says."""
    reporting = Reporting(form, color, quiet)
    result = compiled(config, crds, out)
    if result.bundle is None or result.digest is None:
        show(result.diagnostics, result.sources, reporting)
        sys.exit(code(result.diagnostics))
    texts = dict(result.bundle.texts)
    proof = None if no_prove else _proven(result, texts, out)
    told = form == "text" and not quiet
    found: tuple[Diagnostic, ...] = ()
    if proof is None or proof.holds:
        seal = None if proof is None else _seal(result.digest, texts)
        if check:
            found = output.check(out, texts, input_digest=result.digest, proved=seal)
        else:
            done = output.write(out, texts, input_digest=result.digest, proved=seal, force=force)
            found = done if isinstance(done, tuple) else ()
            if told and not isinstance(done, tuple):
                click.echo(f"{_summary(out, done)}{'' if no_prove else '; proved for every caller'}", err=True)
    if no_prove:
        click.echo("maasc: NOT PROVED: nobody has shown that these manifests mean what the configuration says", err=True)
    diagnostics = (*result.diagnostics, *(proof.diagnostics if proof else ()), *in_folder(found, out))
    # A proof speaks of manifests that may never be written; what is said of the folder must not be shown in their text.
    show(diagnostics, result.sources if proof is None or proof.holds else proof.sources, reporting)
    sys.exit(code(diagnostics))


def _proven(result: Compiled, texts: dict[str, str], out: Path) -> Proven:
    from compiler.cli.proof import proven  # noqa: PLC0415 - a solver, which only a proof has to wait for

    return proven(result, texts, out)


def _seal(digest: str, texts: dict[str, str]) -> str:
    from compiler.prove.verify import seal  # noqa: PLC0415 - the same

    return seal(digest, texts)


def _summary(out: Path, done: output.Written) -> str:
    counts = (done.created, "created"), (done.updated, "updated"), (done.removed, "removed")
    changed = [f"{len(paths)} {word}" for paths, word in counts if paths]
    return f"{out.as_posix()}/: {', '.join([*changed, f'{done.unchanged} unchanged'])}"
