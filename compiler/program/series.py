"""How many series of metrics telling usage apart makes."""

from __future__ import annotations

from typing import Final

from compiler.program.ir import Model, Program
from compiler.program.telemetry import COST_CENTER, ORGANIZATION, SUBSCRIPTION, TIER, USER, Telemetry

# Calls let in, what they used, calls refused: Limitador labels these three (prometheus_metrics.rs).
_METRICS: Final = 3


def series(program: Program, telemetry: Telemetry) -> dict[str, int]:
    """Give an upper bound of the series for each model, by `namespace/name`.

    A caller has one tier, and an entry one organization and one cost centre, so these multiply nothing where callers or
    entries are told apart anyway. A caller may ask for any entry by header, so callers and entries do multiply.
    """
    return {model.id: _METRICS * _callers(program, telemetry) * _entries(program, model, telemetry) for model in program.models}


def _callers(program: Program, telemetry: Telemetry) -> int:
    if USER in telemetry.labels:
        return telemetry.users
    return len(program.tiers) + 1 if TIER in telemetry.labels else 1


def _entries(program: Program, model: Model, telemetry: Telemetry) -> int:
    found = program.precedence(model)
    if SUBSCRIPTION in telemetry.labels:
        told: set[object] = {entry.key for entry in found}
    else:
        told = {
            (
                entry.metadata.organization if ORGANIZATION in telemetry.labels else None,
                entry.metadata.cost_center if COST_CENTER in telemetry.labels else None,
            )
            for entry in found
        }
    return max(len(told), 1)
