"""Proves texts: the manifests are read back from their YAML and held against what the Program means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.cel.parse import ParseError, parse
from compiler.diagnostics.model import Diagnostic, failed
from compiler.engines.base import Engine
from compiler.engines.celpy_engine import CelpyEngine
from compiler.gateway.read import read
from compiler.gateway.release import find_release
from compiler.program.invariant import Invariant
from compiler.program.ir import Program
from compiler.prove.from_gateway import externals, views
from compiler.prove.portability import Portability
from compiler.prove.prove import diagnostics, prove
from compiler.prove.result import ProofReport
from compiler.prove.second_reading import second_reading


@dataclass(frozen=True)
class Verdict:
    """What came of a proof; `report` is None when the manifests could not be read."""

    report: ProofReport | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def holds(self) -> bool:
        """Tell whether everything was read and proved."""
        return self.report is not None and not failed(self.diagnostics)


def verify(
    program: Program,
    invariants: Sequence[Invariant],
    texts: Mapping[str, str],
    engines: Sequence[Engine],
    *,
    thorough: bool = False,
) -> Verdict:
    """Prove the manifests of `texts` (by file name) equal to a Program, and the invariants of both.

    Every text must also be one that all engines on its path take and answer alike. Each of the engines must replay a counterexample before it counts as one. With `thorough` nothing is simplified.
    """
    cluster, found = read(texts, externals=externals(program), syntax=_wrong_syntax)
    if failed(found):
        return Verdict(None, found)
    release = find_release(".".join(str(part) for part in program.platform.kuadrant if part is not None))
    shown = views(program, cluster)
    portability = Portability(parse)
    unfit = tuple(finding for view in shown for finding in portability.check(view))
    report = prove(
        program,
        shown,
        parse,
        invariants=invariants,
        gateway=second_reading(program, cluster, release, engines),
        thorough=thorough,
    )
    return Verdict(report, (*found, *unfit, *diagnostics(report)))


def _wrong_syntax(text: str) -> str | None:
    """Tell what keeps a text from being CEL; what our parser knows need not be asked of a slower one."""
    try:
        parse(text)
    except ParseError:
        return CelpyEngine().wrong_syntax(text)
    return None


def seal(input_digest: str, texts: Mapping[str, str]) -> str:
    """Give the digest (SHA-256, hexadecimal) of what a proof was about: the configuration and every file."""
    files = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items()}
    return hashlib.sha256(json.dumps([input_digest, files], sort_keys=True).encode()).hexdigest()
