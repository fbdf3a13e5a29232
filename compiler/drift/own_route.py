"""Whether requests for a model still come to the model's own route."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.gateway.effective import Effective
from compiler.gateway.hosts import covers
from compiler.gateway.manifests import Match
from compiler.program.ir import Model, Program
from compiler.prove.leaf import UndecidedError


def leads(here: Sequence[Effective], program: Program, model: Model) -> bool:
    """Tell whether requests for a model come to the paths of its route.

    Raises:
        UndecidedError: some of them do, and others do not.
    """
    gateway = program.platform.gateway
    matches = [
        match
        for one in here
        if one.path.gateway.id == f"{gateway.namespace}/{gateway.name}"
        if any(covers(pattern, gateway.hostname) for pattern in one.path.hostnames)
        for match in one.path.rule.matches
    ]
    if any(_takes_all(match, model.prefix) for match in matches):
        return True
    if any(_takes_some(match, model.prefix) for match in matches):
        raise UndecidedError("its route takes some of its requests, and not all")
    return False


def _takes_all(match: Match, prefix: str) -> bool:
    plain = match.kind == "PathPrefix" and not (match.method or match.headers or match.query)
    return plain and f"{prefix}/".startswith(f"{match.path.rstrip('/')}/")


def _takes_some(match: Match, prefix: str) -> bool:
    path = f"{match.path.rstrip('/')}/"
    return path.startswith(f"{prefix}/") or (match.kind == "PathPrefix" and f"{prefix}/".startswith(path))
