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
from compiler.shares import Ahead, Wanted

if TYPE_CHECKING:
    from compiler.source.loading import Loading
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


def compiled(
    config: Path,
    crds: Path | None = None,
    out: Path = Path("out"),
    *,
    loading: Loading,
    earlier: Earlier | None = None,
) -> Compiled:
    """Compile a folder that somebody is `loading`, but nothing anew that an `earlier` build left in `out`.

    Diagnostics name files from where the user is.
    """
    loaded: Crds | None = None
    about_crds: tuple[Diagnostic, ...] = ()
    if crds is not None:
        loaded, about_crds = _definitions(crds)
        about_crds = in_folder(about_crds, crds)
    # What was made earlier need not be made at all, and definitions would have to be handed over.
    ahead = Ahead(Wanted(brought=earlier is not None)) if crds is None and not (earlier and earlier.remembered) else None
    try:
        front = compiled_front(config, loading, ahead)
        diagnostics = about_crds + front.diagnostics
        if front.program is None or failed(diagnostics):
            return replace(front, diagnostics=diagnostics)
        back = pipeline.back(front.program, loaded, keep=False, earlier=earlier, ahead=ahead)
    finally:
        if ahead is not None:
            ahead.stop()
    diagnostics += in_folder(back.diagnostics, out)
    return replace(front, bundle=None if failed(diagnostics) else back.bundle, diagnostics=diagnostics, made=back.made)


def compiled_front(config: Path, loading: Loading | None = None, ahead: Ahead | None = None) -> Compiled:
    """Compile a folder as far as its Program."""
    front = pipeline.front(config, keep=False, loading=loading, ahead=ahead)
    found = in_folder(front.diagnostics, config)
    return Compiled(Folder(config, front.sources), front.program, front.digest, None, found, front.invariants)


def _definitions(folder: Path) -> tuple[Crds | None, tuple[Diagnostic, ...]]:
    from compiler.validate.crds import load_crds  # noqa: PLC0415 - a CEL engine, which only the rules of definitions need

    return load_crds(folder)
