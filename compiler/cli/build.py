"""`maasc build`: compile `config/` into `out/`, or with `--check` say whether `out/` is what it would be."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from compiler.cli import options
from compiler.cli.exit import FINE
from compiler.cli.memory import Memory, memory
from compiler.cli.report import Reporting, in_folder, rendered, say, show
from compiler.cli.verdict import code
from compiler.diagnostics.model import Diagnostic
from compiler.source.loading import Loading
from compiler.write import output

if TYPE_CHECKING:
    from compiler.cli.again import Asked
    from compiler.cli.compile import Compiled
    from compiler.cli.proof import Proven

_UNPROVED: Final = "maasc: NOT PROVED: nobody has shown that these manifests mean what the configuration says\n"


@click.command("build")
@options.config
@options.out
@options.crds
@click.option("--check", is_flag=True, help="Write nothing; fail if the output folder is not up to date.")
@click.option("--force", is_flag=True, help="Overwrite and remove files that were edited by hand or that others made.")
@click.option("--no-cache", is_flag=True, help="Compile anew even if nothing changed since the last build.")
@options.no_prove
@options.reporting
@click.pass_obj
def command(  # noqa: PLR0913 - one parameter for each option
    asked: Asked | None,
    *,
    config: Path,
    out: Path,
    crds: Path | None,
    check: bool,
    force: bool,
    no_cache: bool,
    no_prove: bool,
    form: str,
    color: str,
    quiet: bool,
) -> None:
    """Compile the configuration into manifests, and prove that they mean what it says."""
    options.apart(config, out)
    last = None if no_cache or crds is not None else memory(asked, config, out)
    # Now, because it goes on while the compiler is imported; and not before `memory` has looked at the folder.
    loading = Loading(config)
    reporting = Reporting(form, color, quiet)
    result = _compiled(config, crds, out, last, loading)
    if result.bundle is None or result.digest is None:
        show(result.diagnostics, result.sources, reporting)
        sys.exit(code(result.diagnostics))
    texts = dict(result.bundle.texts)
    told = form == "text" and not quiet and not check
    unproved = _UNPROVED if no_prove else ""
    proof = None if no_prove else _proven(result, texts, out, last)
    found: tuple[Diagnostic, ...] = ()
    seal: str | None = None
    if proof is None or proof.holds:
        seal = None if proof is None else _seal(result.digest, texts)
        if check:
            found = output.check(out, texts, input_digest=result.digest, proved=seal)
        else:
            done = output.write(out, texts, input_digest=result.digest, proved=seal, force=force)
            if last is not None and not isinstance(done, tuple):
                last.keep_made(result.made)
            if isinstance(done, tuple):
                found = done
            elif told:
                click.echo(_summary(out, done, proved=not no_prove), nl=False, err=True)
    click.echo(unproved, nl=False, err=True)
    diagnostics = (*result.diagnostics, *(proof.diagnostics if proof else ()), *in_folder(found, out))
    # A proof speaks of manifests that may never be written; what is said of the folder must not be shown in their text.
    report = rendered(diagnostics, result.sources if proof is None or proof.holds else proof.sources, reporting)
    say(report, reporting)
    if last is not None and code(diagnostics) == FINE:
        unchanged = _summary(out, output.Written((), (), (), len(texts)), proved=not no_prove) if told else ""
        last.keep_answer(output.left(texts, input_digest=result.digest, proved=seal), (unchanged + unproved, report))
    sys.exit(code(diagnostics))


def _compiled(config: Path, crds: Path | None, out: Path, last: Memory | None, loading: Loading) -> Compiled:
    # The whole compiler, unless there is nothing to do.
    from compiler.cli.compile import compiled  # noqa: PLC0415
    from compiler.incremental import Earlier  # noqa: PLC0415

    def read(path: str) -> bytes | None:
        # Opening a named pipe would wait for its other end.
        with suppress(OSError):
            return (out / path).read_bytes() if (out / path).is_file() else None
        return None

    earlier = Earlier(last.compiler, last.made(), read) if last else None
    return compiled(config, crds, out, loading=loading, earlier=earlier)


def _proven(result: Compiled, texts: dict[str, str], out: Path, last: Memory | None) -> Proven:
    # A solver, which only a proof has to wait for.
    from compiler.cli.proof import proven  # noqa: PLC0415
    from compiler.prove.earlier import Earlier  # noqa: PLC0415

    earlier = Earlier(last.compiler, last.proofs()) if last else None
    found = proven(result, texts, out, earlier=earlier)
    if last is not None:
        last.keep_proofs(found.tokens)
    return found


def _seal(digest: str, texts: dict[str, str]) -> str:
    from compiler.prove.verify import seal  # noqa: PLC0415 - the same

    return seal(digest, texts)


def _summary(out: Path, done: output.Written, *, proved: bool) -> str:
    counts = (done.created, "created"), (done.updated, "updated"), (done.removed, "removed")
    changed = [f"{len(paths)} {word}" for paths, word in counts if paths]
    told = f"{out.as_posix()}/: {', '.join([*changed, f'{done.unchanged} unchanged'])}"
    return f"{told}{'; proved for every caller' if proved else ''}\n"
