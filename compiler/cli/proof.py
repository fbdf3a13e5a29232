"""Prove emitted texts for a command, and tell of the configuration and of the manifests in one report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from compiler.cli.compile import Compiled
from compiler.cli.report import Folder, Folders
from compiler.diagnostics.locate import Locator
from compiler.diagnostics.model import Diagnostic, Place
from compiler.engines.registry import installed
from compiler.prove.earlier import Earlier
from compiler.prove.result import ProofReport
from compiler.prove.verify import verify
from compiler.source.texts import Texts

# Put before the names of manifests while both kinds of file are spoken of; no file of the configuration starts so.
_EMITTED: Final = "/"


@dataclass(frozen=True)
class Proven:
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
    if result.program is None:
        raise ValueError("a proof needs a program")
    marked = {f"{_EMITTED}{path}": text for path, text in texts.items()}
    verdict = verify(result.program, result.invariants, marked, installed(), thorough=thorough, earlier=earlier)
    told = tuple(_placed(found, result.sources.path, out) for found in verdict.diagnostics)
    sources = Folders((result.sources, Folder(out, Texts(texts))))
    return Proven(verdict.report, verdict.holds, told, sources, verdict.tokens, verdict.around)


def _placed(found: Diagnostic, config: Path, out: Path) -> Diagnostic:
    def moved(place: Place | None) -> Place | None:
        if place is None:
            return None
        inside = place.file.removeprefix(_EMITTED)
        return replace(place, file=((config if inside == place.file else out) / inside).as_posix())

    notes = tuple(replace(note, place=moved(note.place)) for note in found.notes)
    return replace(found, place=moved(found.place), notes=notes)
