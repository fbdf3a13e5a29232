"""By what usage is told apart in metrics, and how many series that makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from compiler.program.ir import Model, Program

USER: Final = "user"
SUBSCRIPTION: Final = "subscription"
TIER: Final = "tier"
ORGANIZATION: Final = "organization"
COST_CENTER: Final = "cost_center"

# The property of the exported identity that each label has the value of.
PROPERTIES: Final = {
    USER: "userid",
    SUBSCRIPTION: "selected_subscription",
    TIER: "tier",
    ORGANIZATION: "organization",
    COST_CENTER: "cost_center",
}

# Calls let in, what they used, calls refused: Limitador labels these three (prometheus_metrics.rs).
_METRICS: Final = 3


@dataclass(frozen=True)
class Telemetry:
    """The labels of usage, in a fixed order, the callers that are expected, and the most series there may be."""

    labels: tuple[str, ...]
    users: int
    max_series: int


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
