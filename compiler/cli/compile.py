"""Run the passes for a command, with everything it needs to report them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from compiler import pipeline
from compiler.cli.report import Folder, in_folder
from compiler.diagnostics.model import Diagnostic, failed
from compiler.incremental import Earlier, Made
from compiler.program.invariant import Invariant
from compiler.program.ir import Program
from compiler.render.layout import Bundle

if TYPE_CHECKING:
    from compiler.validate.crds import Crds


class Compiled(Struct, frozen=True):
    """What came of a configuration: `program`, `digest` and `bundle` are None where errors stand in the way."""

    sources: Folder
    program: Program | None
    digest: str | None
    bundle: Bundle | None
    diagnostics: tuple[Diagnostic, ...]
    invariants: tuple[Invariant, ...] = ()
    made: Mapping[str, Made] = field(default_factory=dict)


def compiled(config: Path, crds: Path | None = None, out: Path = Path("out"), earlier: Earlier | None = None) -> Compiled:
    """Compile a folder, but nothing anew that an `earlier` build left in `out`; diagnostics name files from where the user is."""
    loaded: Crds | None = None
    about_crds: tuple[Diagnostic, ...] = ()
    if crds is not None:
        loaded, about_crds = _definitions(crds)
        about_crds = in_folder(about_crds, crds)
    front = compiled_front(config)
    diagnostics = about_crds + front.diagnostics
    if front.program is None or failed(diagnostics):
        return replace(front, diagnostics=diagnostics)
    back = pipeline.back(front.program, loaded, keep=False, earlier=earlier)
    diagnostics += in_folder(back.diagnostics, out)
    return replace(front, bundle=None if failed(diagnostics) else back.bundle, diagnostics=diagnostics, made=back.made)


def compiled_front(config: Path) -> Compiled:
    """Compile a folder as far as its Program."""
    front = pipeline.front(config, keep=False)
    found = in_folder(front.diagnostics, config)
    return Compiled(Folder(config, front.sources), front.program, front.digest, None, found, front.invariants)


def _definitions(folder: Path) -> tuple[Crds | None, tuple[Diagnostic, ...]]:
    from compiler.validate.crds import load_crds  # noqa: PLC0415 - a CEL engine, which only the rules of definitions need

    return load_crds(folder)
