"""Proves texts: the manifests are read back from their YAML and held against what the Program means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from compiler.cel.parse import ParseError, parse
from compiler.diagnostics.model import Diagnostic, failed
from compiler.gateway.cluster import Cluster
from compiler.gateway.read import Loaded, loaded, understood
from compiler.gateway.release import find_release
from compiler.program.invariant import Invariant
from compiler.program.ir import Program
from compiler.prove.earlier import Earlier
from compiler.prove.from_gateway import externals, unguarded, views
from compiler.prove.management import management
from compiler.prove.prove import diagnostics
from compiler.prove.result import ProofReport
from compiler.prove.second_reading import Engines, second_reading
from compiler.prove.shares import prove_all
from compiler.prove.surroundings import surroundings
from compiler.prove.unconfigured import unconfigured


class Verdict(Struct, frozen=True):
    """What came of a proof; `report` is None when the manifests could not be read. `tokens` stand for what was proved.

    `around` counts the errors about what stands around the models: routes, roles, tiers, and paths of no model.
    """

    report: ProofReport | None
    diagnostics: tuple[Diagnostic, ...]
    tokens: tuple[str, ...] = ()
    around: int = 0

    @property
    def holds(self) -> bool:
        """Tell whether everything was read and proved."""
        return self.report is not None and not failed(self.diagnostics)


class Manifests(Struct, frozen=True):
    """Manifests that were read back: their documents, what these are together, and what is wrong with them."""

    files: Loaded
    cluster: Cluster
    found: tuple[Diagnostic, ...]


def manifests(program: Program, files: Loaded) -> Manifests:
    """Understand the documents of files, in a cluster that has what a Program says is there."""
    return Manifests(files, *understood(files, externals=externals(program)))


def verify(
    program: Program, invariants: Sequence[Invariant], texts: Mapping[str, str], engines: Engines, *, thorough: bool = False
) -> Verdict:
    """Prove the manifests of `texts` (by file name) equal to a Program; for the rest see `verified`."""
    return verified(program, invariants, manifests(program, loaded(texts)), engines, thorough=thorough)


def verified(  # noqa: PLR0913 - a proof is of all of these
    program: Program,
    invariants: Sequence[Invariant],
    read: Manifests,
    engines: Engines,
    *,
    thorough: bool = False,
    earlier: Earlier | None = None,
) -> Verdict:
    """Prove manifests equal to a Program, and the invariants of both.

    Every text must also be one that all engines on its path take and answer alike, and what stands around the policies is
    what is meant. Each of the engines must replay a counterexample before it counts as one. With `thorough` nothing is
    simplified. What was proved `earlier` is not proved again.
    """
    files, cluster, found = read.files, read.cluster, read.found
    if failed(found):
        return Verdict(None, found)
    release = find_release(".".join(str(part) for part in program.platform.kuadrant if part is not None))
    # Of a model whose policies are gone that is told, and not what else answers its requests.
    without = unguarded(program, cluster)
    proven = prove_all(
        program,
        cluster,
        tuple(view for view in views(program, cluster) if view.model not in without),
        invariants=invariants,
        gateway=second_reading(program, cluster, release, engines),
        syntax=_wrong_syntax,
        thorough=thorough,
        earlier=earlier,
    )
    if failed(proven.unreadable):
        return Verdict(None, (*found, *proven.unreadable))
    told = diagnostics(proven.report, program.tiers, invariants)
    around = (
        *unconfigured(program, cluster, parse),
        *management(program, cluster, parse),
        *surroundings(program, files, cluster),
    )
    return Verdict(proven.report, (*found, *proven.unfit, *told, *around), proven.tokens, len(around))


def _wrong_syntax(text: str, parsed: Callable[[str], object]) -> str | None:
    """Tell what keeps a text from being CEL; what our parser knows need not be asked of a slower one."""
    try:
        parsed(text)
    except ParseError:
        from compiler.engines.celpy_engine import CelpyEngine  # noqa: PLC0415 - a parser that few texts need

        return CelpyEngine().wrong_syntax(text)
    return None


def seal(input_digest: str, texts: Mapping[str, str]) -> str:
    """Give the digest (SHA-256, hexadecimal) of what a proof was about: the configuration and every file."""
    files = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items()}
    return hashlib.sha256(json.dumps([input_digest, files], sort_keys=True).encode()).hexdigest()
