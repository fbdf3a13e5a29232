"""Which changes make a run fail."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from compiler.diff.result import Change, Diff, Row, Safety

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
NAMES: Final = (*GATES, UNSAFE)


def trips(row: Row, gates: Collection[str]) -> bool:
    """Tell whether a row makes the run fail."""
    return any(GATES[gate].intersection(row.changes) for gate in gates if gate != UNSAFE)


def tripped(diff: Diff, gates: Collection[str]) -> bool:
    """Tell whether anything makes the run fail: a row, an object with `any`, an unsafe step, or what is outside the scope."""
    rows = any(trips(row, gates) for row in diff.rows)
    objects = "any" in gates and bool(diff.objects)
    steps = bool({UNSAFE, "any"}.intersection(gates)) and any(step.safety is not Safety.INTERRUPTED for step in diff.steps)
    return rows or objects or steps or bool(diff.outside)
