"""Which changes make a run fail, and what each gate tripped on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from compiler.diff.result import Change, Diff, Row, Safety, Trip

# A budget that allows more in one way and less in another has been raised, and lowered.
GATES: Final[Mapping[str, frozenset[Change]]] = MappingProxyType(
    {
        "gained": frozenset({Change.GAINED, Change.MOVED}),
        "lost": frozenset({Change.LOST, Change.MOVED}),
        "raised": frozenset({Change.RAISED, Change.MIXED}),
        "lowered": frozenset({Change.LOWERED, Change.MIXED}),
        "unmetered": frozenset({Change.UNMETERED}),
        "reset": frozenset({Change.RESET}),
        "any": frozenset(Change),
    }
)

# What the way there is asked about: a state that is not safe, or of which that is not known.
UNSAFE: Final = "unsafe"
ANY: Final = "any"
NAMES: Final = (*GATES, UNSAFE)


def trips(row: Row, gates: Collection[str]) -> tuple[str, ...]:
    """Give the gates that a row trips."""
    return tuple(gate for gate in NAMES if gate in gates and GATES.get(gate, frozenset()).intersection(row.changes))


def trips_step(gates: Collection[str]) -> tuple[str, ...]:
    """Give the gates that a step trips which is not safe, or not known to be."""
    return tuple(gate for gate in (ANY, UNSAFE) if gate in gates)


def judged(diff: Diff, gates: Collection[str]) -> tuple[Trip, ...]:
    """Give what each gate tripped on, in the order in which gates are listed; of objects only `any` thinks something."""
    steps = sum(step.safety is not Safety.INTERRUPTED for step in diff.steps)
    return tuple(
        Trip(
            gate,
            rows=sum(gate in trips(row, (gate,)) for row in diff.rows),
            steps=steps if trips_step((gate,)) else 0,
            objects=len(diff.objects) if gate == ANY else 0,
        )
        for gate in NAMES
        if gate in gates
    )


def tripped(diff: Diff) -> bool:
    """Tell whether anything makes the run fail: one of the gates of the comparison, or what is outside the scope."""
    return any(gate.tripped for gate in diff.gates) or bool(diff.outside)
