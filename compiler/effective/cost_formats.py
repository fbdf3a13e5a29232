"""What models take in the forms that people and spreadsheets read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec.structs import asdict

from compiler.effective import grid
from compiler.effective.cost import Cost, Costs, Share

COLUMNS: Final = (
    "model", "bytes", "objects", "filter bytes", "matches", "limits", "longest expression", "group literals", "evaluations",
    "calls", "counters per caller", "shared counters",
)  # fmt: skip
_SHARES: Final = ("budget", "used", "of", "unit", "by")


def as_table(found: Costs) -> str:
    """Give columns aligned for a terminal; the budgets below, where there are any."""
    return _both(grid.aligned, found)


def as_csv(found: Costs) -> str:
    """Give the models alone: a file has one header row."""
    return grid.csv_text(COLUMNS, _models(found))


def as_json(found: Costs, findings: Sequence[object] = ()) -> str:
    """Give `{"models": [...], "budgets": [...], "findings": [...]}`.

    All amounts are numbers, and `objects` their bytes by kind and name. `findings` are the list that other commands print.
    """
    models, budgets = [_object(one) for one in found.models], [asdict(one) for one in found.shares]
    return json.dumps({"models": models, "budgets": budgets, "findings": list(findings)}, indent=2) + "\n"


def as_markdown(found: Costs) -> str:
    """Give tables of GitHub's Markdown, as those of a terminal."""
    return _both(grid.markdown, found)


FORMATS: Final[Mapping[str, Callable[[Costs], str]]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
    "markdown": as_markdown,
}


def _both(spelt: Callable[[grid.Line, Sequence[grid.Line]], str], found: Costs) -> str:
    models = spelt(COLUMNS, _models(found))
    return f"{models}\n{spelt(_SHARES, _shares(found))}" if found.shares else models


def _object(one: Cost) -> dict[str, object]:
    return {
        "model": one.model,
        "objects": dict(one.objects),
        "filterBytes": one.filter,
        "matches": one.sets,
        "limits": one.limits,
        "longestExpression": one.longest,
        "groupLiterals": one.groups,
        "evaluations": one.evaluations,
        "callsPerRequest": one.calls,
        "countersPerCaller": one.counters,
        "sharedCounters": one.shared,
    }


def _models(found: Costs) -> list[grid.Line]:
    return [_line(one) for one in found.models]


def _line(one: Cost) -> grid.Line:
    runtime = (one.evaluations, one.calls, one.counters, one.shared)
    numbers = (one.filter, one.sets, one.limits, one.longest, one.groups, *runtime)
    objects = ", ".join(f"{name.partition('/')[0]} {size}" for name, size in one.objects)
    return (one.model, str(sum(size for _, size in one.objects)), objects, *map(str, numbers))


def _shares(found: Costs) -> list[grid.Line]:
    return [_share(one) for one in found.shares]


def _share(one: Share) -> grid.Line:
    return (one.what, str(one.used), str(one.most), one.unit, one.by)
