"""`maasc prove`: hold the manifests of `out/` against the configuration, for every caller and every request."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, get_args

import click

from compiler.cli import options
from compiler.cli.built import faults
from compiler.cli.report import Folder, Reporting, rendered, show
from compiler.cli.verdict import code
from compiler.diagnostics.count import counted
from compiler.diagnostics.locate import Locator
from compiler.diagnostics.model import Diagnostic, failed
from compiler.processes import beside
from compiler.source.load import load_folder
from compiler.source.texts import Texts

if TYPE_CHECKING:
    from compiler.cli.proof import Proven
    from compiler.prove.result import ProofReport

_UNKNOWN: Final = "nothing is proved: what the cluster would get is not known"


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
    loading = beside(lambda: load_folder(out))
    # Most of the compiler, which takes as long to import as the manifests to load.
    from compiler.cli.compile import compiled_front  # noqa: PLC0415
    from compiler.cli.proof import proven_of, read_back  # noqa: PLC0415

    result = compiled_front(config)
    emitted, unread = loading()
    if result.program is None or failed(result.diagnostics):
        _end(result.diagnostics, result.sources, reporting)
    wrong = faults(out, emitted, unread, _UNKNOWN)
    if wrong:
        _end(wrong, Folder(out, emitted), reporting)
    proof = proven_of(result, read_back(result, emitted), Texts(emitted.texts), out, thorough=thorough)
    _end(proof.diagnostics, proof.sources, reporting, proof)


def _end(diagnostics: tuple[Diagnostic, ...], sources: Locator, reporting: Reporting, proof: Proven | None = None) -> NoReturn:
    """Report, and end with the exit code."""
    report = proof.report if proof is not None else None
    if reporting.form == "json":
        click.echo(json.dumps(_plain(json.loads(rendered(diagnostics, sources, reporting)), proof), indent=2))
    else:
        show(diagnostics, sources, reporting)
    if reporting.form == "text" and not reporting.quiet and proof is not None and report is not None:
        for line in _summary(report, proof.around, failed(diagnostics)):
            click.echo(line)
    sys.exit(code(diagnostics))


def _plain(findings: list[object], proof: Proven | None) -> dict[str, object]:
    """Give the whole as one object.

    `findings` are the list that other commands print. `properties` has for each property how many `models` were asked
    about and of how many it is `proved`; `around` is the number of errors about what stands around the models. Both are
    null where nothing could be read.
    """
    report = proof.report if proof is not None else None
    return {
        "holds": proof is not None and proof.holds,
        "properties": None
        if report is None
        else {name: {"proved": proved, "models": of} for name, proved, of in _counted(report)},
        "around": proof.around if proof is not None and report is not None else None,
        "findings": findings,
    }


def _counted(report: ProofReport) -> list[tuple[str, int, int]]:
    """Give each property with how many models it is proved of, and of how many it would have to be."""
    from compiler.prove.result import Property, Proved  # noqa: PLC0415 - the same

    proved = Counter(result.property for result in report.results if isinstance(result, Proved))
    asked = {name: {one.model for one in report.results} for name in get_args(Property) if name != "invariant"}
    asked["invariant"] = {one.model for one in report.results if one.property == "invariant"}
    return [(name, proved[name], len(models)) for name, models in asked.items() if models]


def _summary(report: ProofReport, around: int, objections: bool) -> Iterator[str]:  # noqa: FBT001 - one of two endings
    for name, proved, models in _counted(report):
        yield f"{name:12} proved for {proved} of {counted(models, 'model')}"
    yield f"{'around':12} {counted(around, 'error') if around else 'as meant: routes, roles, tiers, and paths of no model'}"
    effort = report.effort
    yield ", ".join(
        (
            counted(effort.claims, "claim"),
            f"{counted(effort.solved, 'formula')} solved" if effort.solved else "all settled without a solver",
            *((f"{counted(effort.reused, 'model')} proved by one alike",) if effort.reused else ()),
        )
    )
    if objections:
        yield "NOT PROVED: the errors above stand against it"
