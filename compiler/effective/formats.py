"""The table in the forms that people and spreadsheets read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from compiler.diagnostics.count import counted
from compiler.effective import grid
from compiler.effective.cells import COLUMNS, cells
from compiler.effective.rows import Row, Table


def as_table(found: Table) -> str:
    """Give columns aligned for a terminal; pairs below a line of their own."""
    parts = [grid.aligned(COLUMNS, _lines(found.rows))]
    if found.pairs:
        parts.append(
            "callers who are two of these at once, where it is not the same as being either:\n"
            + grid.aligned(COLUMNS, _lines(found.pairs))
        )
    return "\n".join([*parts, *_ending(found)])


def as_csv(found: Table) -> str:
    """Give RFC 4180 with a header row, pairs after single subjects; no cell is a formula to a spreadsheet."""
    return grid.csv_text(COLUMNS, _lines((*found.rows, *found.pairs)))


def as_json(found: Table) -> str:
    """Give `{"rows": [...], "pairs": [...], "pairsLeftOut": n, "everybody": group, "others": [...]}`.

    Amounts are numbers, windows in seconds. `everybody` is the group that all callers with a token of the cluster but
    ServiceAccounts of tiers have beside the subjects, or null; `others` are the ways in by which nobody is in it.
    """
    data = {
        "rows": [_object(row) for row in found.rows],
        "pairs": [_object(row) for row in found.pairs],
        "pairsLeftOut": found.left_out,
        "everybody": found.everybody,
        "others": list(found.others),
    }
    return json.dumps(data, indent=2) + "\n"


def as_markdown(found: Table) -> str:
    """Give tables of GitHub's Markdown."""
    parts = [grid.markdown(COLUMNS, _lines(found.rows))]
    if found.pairs:
        parts.append(
            "Callers who are two of these at once, where it is not the same as being either:\n\n"
            + grid.markdown(COLUMNS, _lines(found.pairs))
        )
    return "\n".join([*parts, *_ending(found)])


FORMATS: Final[Mapping[str, Callable[[Table], str]]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
    "markdown": as_markdown,
}


def _ending(found: Table) -> list[str]:
    lines = [_everywhere(found)] if found.everybody else []
    lines += [left_out(found)] if found.left_out else []
    if found.revocations:
        lines.append("\n".join(["when a credential is revoked:", *(f"- {one}" for one in found.revocations)]))
    return [f"{line}\n" for line in lines]


def _everywhere(found: Table) -> str:
    group = f"`{found.everybody}`"
    if not found.others:
        return f"all callers but ServiceAccounts of tiers and keys are in {group} too, as every token of the cluster is"
    ways = ", ".join(f"`{name}`" for name in found.others)
    told = f"all callers with a token of the cluster but ServiceAccounts of tiers are in {group} too"
    return f"{told}; who comes in by {ways} is not, and may be answered otherwise: `maasc explain --method` tells how"


def left_out(found: Table) -> str:
    """Say how many pairs are not in the table."""
    return f"{counted(found.left_out, 'more pair')} left out; narrow the question with --model or --group"


def _lines(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    return [cells(row).values() for row in rows]


def _object(row: Row) -> dict[str, object]:
    decision, entry = row.decision, row.entry
    return {
        "model": row.model,
        "subjects": [{"kind": one.kind, "name": one.name} for one in row.subjects],
        "status": decision.status,
        "reason": decision.reason,
        "selected": decision.selected,
        "unlimited": entry is not None and not entry.budget.tokens,
        "limits": [
            {"unit": one.unit, "limit": one.limit, "seconds": one.seconds, "per": list(one.per)} for one in decision.limits
        ],
        "alone": list(row.alone),
        "per": entry.budget.per.value if entry is not None else None,
    }
