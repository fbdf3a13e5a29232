"""Prove emitted texts for a command, and tell of the configuration and of the manifests in one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.cli.compile import Compiled
from compiler.cli.report import Folder, Folders
from compiler.diagnostics.locate import Locator
from compiler.diagnostics.model import Diagnostic, Place
from compiler.engines.base import Engine
from compiler.gateway.read import loaded
from compiler.program.ir import Program
from compiler.prove.earlier import Earlier
from compiler.prove.result import ProofReport
from compiler.prove.verify import Manifests, manifests, verified
from compiler.source.document import Document, Sources
from compiler.source.texts import Texts

# Put before the names of manifests while both kinds of file are spoken of; no file of the configuration starts so.
_EMITTED: Final = "/"


class Proven(Struct, frozen=True):
    """What came of a proof, with files named from where the user stands; `report` is None when nothing could be read.

    `around` counts the errors about what stands around the models.
    """

    report: ProofReport | None
    holds: bool
    diagnostics: tuple[Diagnostic, ...]
    sources: Locator
    tokens: tuple[str, ...] = ()
    around: int = 0


def proven(
    result: Compiled, texts: Mapping[str, str], out: Path, *, thorough: bool = False, earlier: Earlier | None = None
) -> Proven:
    """Prove the manifests against the configuration of `result`, which must have compiled as far as its Program."""
    read = manifests(_program(result), loaded({f"{_EMITTED}{path}": text for path, text in texts.items()}))
    return proven_of(result, read, Texts(texts), out, thorough=thorough, earlier=earlier)


def read_back(result: Compiled, emitted: Sources) -> Manifests:
    """Understand manifests that were loaded without an error."""
    files: dict[str, tuple[Document, ...]] = {}
    for document in emitted.documents:
        name = f"{_EMITTED}{document.file}"
        files[name] = (*files.get(name, ()), replace(document, file=name))
    return manifests(_program(result), {name: (documents, ()) for name, documents in files.items()})


def proven_of(  # noqa: PLR0913 - a proof is of all of these
    result: Compiled, read: Manifests, texts: Locator, out: Path, *, thorough: bool = False, earlier: Earlier | None = None
) -> Proven:
    """Prove manifests that were read back."""
    program = _program(result)
    verdict = verified(program, result.invariants, read, _installed, thorough=thorough, earlier=earlier)
    told = tuple(_placed(found, result.sources.path, out) for found in verdict.diagnostics)
    sources = Folders((result.sources, Folder(out, texts)))
    return Proven(verdict.report, verdict.holds, told, sources, verdict.tokens, verdict.around)


def _program(result: Compiled) -> Program:
    if result.program is None:
        raise ValueError("a proof needs a program")
    return result.program


def _installed() -> Sequence[Engine]:
    from compiler.engines.registry import installed  # noqa: PLC0415 - engines, which only a counterexample has to wait for

    return installed()


def _placed(found: Diagnostic, config: Path, out: Path) -> Diagnostic:
    def moved(place: Place | None) -> Place | None:
        if place is None:
            return None
        inside = place.file.removeprefix(_EMITTED)
        return replace(place, file=((config if inside == place.file else out) / inside).as_posix())

    notes = tuple(replace(note, place=moved(note.place)) for note in found.notes)
    return replace(found, place=moved(found.place), notes=notes)
