"""`maasc import`: make configuration of what a cluster has, and prove that the two decide alike."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from compiler import pipeline
from compiler.adopt.compare import Comparison, compare
from compiler.adopt.defects import defects, gathered
from compiler.adopt.draft import Draft
from compiler.adopt.engine import QuickEngine
from compiler.adopt.gather import Dump, gather
from compiler.adopt.platform import Wanted
from compiler.adopt.proven import otherwise
from compiler.adopt.report import advice, left_over, page, summary, unpaired
from compiler.adopt.understand import understand
from compiler.adopt.write import leftovers, texts
from compiler.cli import named, options
from compiler.cli.exit import COULD_NOT_RUN, FINE, INCONCLUSIVE, stop
from compiler.cli.progress import Progress
from compiler.cli.report import Folder, Reporting, in_folder, show
from compiler.cli.verdict import code
from compiler.diagnostics.locate import NOTHING
from compiler.diagnostics.model import Diagnostic, Severity, failed
from compiler.engines.celpy_engine import CelpyEngine
from compiler.intent.scalars import is_hostname, is_label, is_release
from compiler.pipeline import Front
from compiler.source.folder import reason

_REPORT = "README.md"


@click.command("import")
@click.argument("dumps", nargs=-1, required=True, metavar="DUMP...", type=named.THERE)
@options.config
@click.option(
    "--unmanaged",
    type=named.FOLDER,
    default=Path("unmanaged"),
    show_default=True,
    help="Folder for what does not become configuration, and for the report.",
)
@click.option("--kuadrant", default="1.5", show_default=True, help="Release of Kuadrant in the cluster, which no dump tells.")
@click.option("--gateway", metavar="NAMESPACE/NAME", help="Gateway of the models, where the dump speaks of several.")
@click.option("--hostname", help="Host of the models, where the dump does not tell it.")
@options.reporting
def command(  # noqa: PLR0913 - one parameter for each option
    *,
    dumps: tuple[Path, ...],
    config: Path,
    unmanaged: Path,
    kuadrant: str,
    gateway: str | None,
    hostname: str | None,
    form: str,
    color: str,
    quiet: bool,
) -> None:
    """Make configuration of DUMP..., which are files or folders of what a cluster has, and prove that the two decide alike.

    `kubectl get KINDS -A -o yaml` writes a dump; the README names the kinds. Secrets are looked at for whose they are, and
    their contents are read into nothing. What cannot be said is kept in the folder `--unmanaged`, with the reasons.
    """
    reporting = Reporting(form, color, quiet)
    options.apart(config, unmanaged)
    _checked(Wanted(kuadrant, gateway, hostname))
    _vacant(config, unmanaged)
    progress = Progress(quiet=quiet or form != "text")
    dump = gather(dumps, lambda count: progress.so_far("objects read", count))
    if failed(tuple(dump.findings)):
        show(dump.findings, NOTHING, reporting)
        # Of a dump that was read, only what stands in it can be wrong.
        unread = [one for one in dump.findings if one.code != "plaintext-secret"]
        sys.exit(COULD_NOT_RUN if failed(tuple(unread)) else code(dump.findings))
    draft, problem = understand(dump, Wanted(kuadrant, gateway, hostname))
    if problem is not None:
        show((problem,), NOTHING, reporting)
        sys.exit(code((problem,)))
    kept = leftovers(draft.left)
    written = _written(config, texts(draft))
    front = pipeline.front(config)
    outcome = _compared(dump, draft, config, front, progress)
    found, wrong = (outcome, ()) if isinstance(outcome, Comparison) else (None, outcome)
    seen = gathered((*defects(dump), *(found.defects if found else ())))
    paired = unpaired(in_folder(front.diagnostics, config))
    told = (*left_over(draft.left), *seen, *paired, *(otherwise(found) if found else ()), *wrong)
    written += _written(unmanaged, kept | {_REPORT: page(dump, draft, found, told)})
    show(told, Folder(config, front.sources), reporting)
    if form == "text" and not quiet:
        click.echo("".join(f"wrote {path}\n" for path in written) + summary(dump, draft, found))
        click.echo(f"next: {advice(found)}")
    ending = code(told)
    open_ = found is not None and (found.unknown or any(one.verdict == "sampled" for one in found.proofs))
    sys.exit(INCONCLUSIVE if ending == FINE and open_ else ending)


def _compared(dump: Dump, draft: Draft, config: Path, front: Front, progress: Progress) -> Comparison | tuple[Diagnostic, ...]:
    """Compare the dump with what its configuration compiles to; gives the errors where that is nothing."""
    wrong = tuple(one for one in in_folder(front.diagnostics, config) if one.severity is Severity.ERROR)
    if front.program is None or wrong:
        return wrong
    back = pipeline.back(front.program)
    if failed(back.diagnostics):
        return back.diagnostics
    engine = QuickEngine(CelpyEngine())
    # Each error of an expression leaves garbage behind, and policies of controllers err by the thousand.
    gc.enable()

    def tell(count: int, total: int) -> None:
        progress.tell("requests compared", count, total)

    def tell_proofs(count: int, total: int) -> None:
        progress.tell("models proved", count, total)

    return compare(dump, draft, front.program, back.bundle.texts, engine, tell=tell, tell_proofs=tell_proofs)


def _checked(wanted: Wanted) -> None:
    """Refuse what would be told of the configuration that it is written into, after it was."""
    namespace, _, name = ("a/b" if wanted.gateway is None else wanted.gateway).partition("/")
    wrong = {
        "--kuadrant": "a release, such as `1.5` or `1.4.2`" if not is_release(wanted.kuadrant) else None,
        "--gateway": "a namespace and a name, `ingress/models`" if not (is_label(namespace) and is_label(name)) else None,
        "--hostname": "a host in lower case, without scheme or port"
        if wanted.hostname is not None and not is_hostname(wanted.hostname)
        else None,
    }
    for option, form in wrong.items():
        if form is not None:
            raise click.BadParameter(f"it is {form}", param_hint=f"`{option}`")


def _vacant(config: Path, unmanaged: Path) -> None:
    """Refuse folders that hold something: an import is a beginning, and nobody's work is overwritten."""
    for folder in (config, unmanaged):
        if folder.exists() and any(folder.iterdir()):
            option = "--config" if folder == config else "--unmanaged"
            stop(f"the folder {folder.as_posix()} is not empty; nothing was written; name another one with `{option}`")


def _written(folder: Path, files: Mapping[str, str]) -> list[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        stop(f"{folder.as_posix()} cannot be written: {reason(error)}")
    return [(folder / name).as_posix() for name in files]
