"""`maasc build`: compile `config/` into `out/`, or with `--check` say whether `out/` is what it would be."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compiler.cli import options
from compiler.cli.compile import Compiled, compiled
from compiler.cli.exit import code
from compiler.cli.report import Reporting, in_folder, show
from compiler.diagnostics.model import Diagnostic
from compiler.write import output


@click.command("build")
@options.config
@options.out
@options.crds
@click.option("--check", is_flag=True, help="Write nothing; fail if the output folder is not up to date.")
@click.option("--force", is_flag=True, help="Overwrite and remove files that were edited by hand or that others made.")
@options.reporting
def command(  # noqa: PLR0913 - one parameter for each option
    *, config: Path, out: Path, crds: Path | None, check: bool, force: bool, form: str, color: str, quiet: bool
) -> None:
    """Compile the configuration into manifests."""
    reporting = Reporting(form, color, quiet)
    result = compiled(config, crds, out)
    if result.bundle is None or result.digest is None:
        show(result.diagnostics, result.sources, reporting)
        sys.exit(code(result.diagnostics) or code(()))
    found = _checked(result, out) if check else _written(result, out, force=force, told=form == "text" and not quiet)
    diagnostics = (*result.diagnostics, *in_folder(found, out))
    show(diagnostics, result.sources, reporting)
    sys.exit(code(diagnostics))


def _checked(result: Compiled, out: Path) -> tuple[Diagnostic, ...]:
    texts, digest = _product(result)
    return output.check(out, texts, input_digest=digest)


def _written(result: Compiled, out: Path, *, force: bool, told: bool) -> tuple[Diagnostic, ...]:
    texts, digest = _product(result)
    done = output.write(out, texts, input_digest=digest, proved=None, force=force)
    if isinstance(done, tuple):
        return done
    if told:
        changed = [f"{len(paths)} {word}" for paths, word in _counts(done) if paths]
        click.echo(f"{out.as_posix()}/: {', '.join([*changed, f'{done.unchanged} unchanged'])}", err=True)
    return ()


def _counts(done: output.Written) -> tuple[tuple[tuple[str, ...], str], ...]:
    return (done.created, "created"), (done.updated, "updated"), (done.removed, "removed")


def _product(result: Compiled) -> tuple[dict[str, str], str]:
    if result.bundle is None or result.digest is None:
        message = "a build needs a bundle"
        raise ValueError(message)
    return dict(result.bundle.texts), result.digest
