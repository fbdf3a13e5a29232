"""What a comparison comes to, in one line."""

from __future__ import annotations

from collections import Counter

from compiler.diagnostics.count import counted
from compiler.diff import words
from compiler.diff.result import Diff, Fate, Safety

NOTHING = "no change: the same callers, budgets, counters and manifests"


def verdict(diff: Diff) -> str:
    """Give one sentence that counts everything, the worst first."""
    if diff.nothing:
        return NOTHING
    parts = words.counts(diff.rows)
    unsafe = sum(step.safety is Safety.UNSAFE for step in diff.steps)
    unsure = sum(step.safety is Safety.UNDECIDED for step in diff.steps)
    parts += [f"unsafe steps: {unsafe:,}"] if unsafe else []
    parts += [f"undecided steps: {unsure:,}"] if unsure else []
    fates = Counter(one.fate for one in diff.objects)
    objects = ", ".join(f"{fates[fate.value]:,} {fate.value}" for fate in Fate if fates[fate.value])
    parts += [f"objects: {objects}"] if objects else []
    people = {user for row in diff.rows for user in row.people or ()}
    parts += [f"people: {len(people):,} of {diff.roster:,}"] if diff.roster is not None else []
    meaning = "" if diff.rows else "no change of meaning; "
    return meaning + ("; ".join(parts) or counted(len(diff.inert), "edited line"))
