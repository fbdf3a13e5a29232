"""The passes from `config/` to the files of `out/`, in order; each gives its product and its diagnostics."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compiler.checks.run import check_intent, check_program
from compiler.diagnostics.model import Diagnostic, failed
from compiler.intent.digest import digest
from compiler.intent.intent import Intent
from compiler.intent.parse import parse
from compiler.lower.invariants import invariants
from compiler.lower.lower import lower
from compiler.program.invariant import Invariant
from compiler.program.ir import Program
from compiler.render.layout import Bundle, render
from compiler.source.document import Sources
from compiler.source.load import load_folder
from compiler.targets.emit import emit
from compiler.validate import size
from compiler.validate.crds import Crds
from compiler.validate.manifest import validate


@dataclass(frozen=True)
class Front:
    """What the front end makes of a folder: `program` and `digest` are None when an error stands in the way."""

    sources: Sources
    program: Program | None
    digest: str | None
    diagnostics: tuple[Diagnostic, ...]
    intent: Intent | None = None
    invariants: tuple[Invariant, ...] = ()


@dataclass(frozen=True)
class Back:
    """What the back end makes of a Program; the diagnostics speak of output files."""

    bundle: Bundle
    diagnostics: tuple[Diagnostic, ...]


def front(config: Path) -> Front:
    """Read, check and lower the configuration; as many errors as can be told apart are reported at once."""
    sources, diagnostics = load_folder(config)
    intent, found = parse(sources.documents)
    if failed(diagnostics):
        # A file that could not be read may define what others use, so only what it says itself is certain.
        return Front(sources, None, None, (*diagnostics, *(one for one in found if one.code != "missing-platform")))
    diagnostics += found
    if intent is None:
        return Front(sources, None, None, diagnostics)
    diagnostics += check_intent(intent)
    if failed(diagnostics):
        return Front(sources, None, None, diagnostics)
    program = lower(intent)
    diagnostics += check_program(program)
    return Front(
        sources, None if failed(diagnostics) else program, digest(intent), diagnostics, intent, invariants(intent, program)
    )


def back(program: Program, crds: Crds | None = None) -> Back:
    """Emit, render and validate the manifests of a Program."""
    bundle = render(emit(program))
    return Back(bundle, (*validate(bundle.documents, crds), *size.check(bundle.documents, bundle.texts)))
