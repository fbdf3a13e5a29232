"""The values of the emitted expressions behind failures, as the baseline engine sees them."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.explain.expressions import Section, shown
from compiler.suites.case import Call
from compiler.suites.result import Result
from compiler.suites.world import Platform

# Failures whose expressions are told; each takes a slow engine a moment, and nobody reads hundreds.
_MOST = 20


def values(results: Sequence[Result], on: Platform) -> dict[int, tuple[Section, ...]]:
    """Give the expressions of failed calls by the number of the result."""
    found: dict[int, tuple[Section, ...]] = {}
    for number, result in enumerate(results):
        if result.status == "failed" and isinstance(result.case, Call) and on.engines and len(found) < _MOST:
            found[number] = shown(result.case.question, on.world, on.engines[0])
    return found
