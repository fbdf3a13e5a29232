"""The table in the forms that people and spreadsheets read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from compiler.diagnostics.count import counted
from compiler.diagnostics.visible import visible, width
from compiler.effective.cells import COLUMNS, cells
from compiler.effective.rows import Row, Table

# A spreadsheet takes a cell that starts so for a formula (OWASP, CSV injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_table(found: Table) -> str:
    """Give columns aligned for a terminal; pairs below a line of their own."""
    parts = [_aligned(found.rows)]
    if found.pairs:
        parts.append("callers who are two of these at once, where it is not the same as being either:\n" + _aligned(found.pairs))
    return "\n".join([*parts, *_ending(found)])


def as_csv(found: Table) -> str:
    """Give RFC 4180 with a header row, pairs after single subjects; no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(value) for value in cells(row).values()] for row in (*found.rows, *found.pairs))
    return text.getvalue()


def as_json(found: Table) -> str:
    """Give `{"rows": [...], "pairs": [...], "pairsLeftOut": n, "everybody": group}`; amounts as numbers, windows in seconds.

    `everybody` is the group that all callers but ServiceAccounts of tiers have beside the subjects, or null.
    """
    data = {
        "rows": [_object(row) for row in found.rows],
        "pairs": [_object(row) for row in found.pairs],
        "pairsLeftOut": found.left_out,
        "everybody": found.everybody,
    }
    return json.dumps(data, indent=2) + "\n"


def as_markdown(found: Table) -> str:
    """Give tables of GitHub's Markdown."""
    parts = [_markdown(found.rows)]
    if found.pairs:
        parts.append(
            "Callers who are two of these at once, where it is not the same as being either:\n\n" + _markdown(found.pairs)
        )
    return "\n".join([*parts, *_ending(found)])


FORMATS: Final[Mapping[str, Callable[[Table], str]]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
    "markdown": as_markdown,
}


def _ending(found: Table) -> list[str]:
    told = f"all callers but ServiceAccounts of tiers and keys are in `{found.everybody}` too, as every token of the cluster is"
    lines = [told] if found.everybody else []
    lines += [left_out(found)] if found.left_out else []
    if found.revocations:
        lines.append("\n".join(["when a credential is revoked:", *(f"- {one}" for one in found.revocations)]))
    return [f"{line}\n" for line in lines]


def left_out(found: Table) -> str:
    """Say how many pairs are not in the table."""
    return f"{counted(found.left_out, 'more pair')} left out; narrow the question with --model or --group"


def _lines(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    return [tuple(visible(value) for value in cells(row).values()) for row in rows]


def _aligned(rows: Sequence[Row]) -> str:
    lines = [tuple(name.upper() for name in COLUMNS), *_lines(rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(COLUMNS))]
    padded = (
        "  ".join(value + " " * (room - width(value)) for value, room in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return "".join(f"{line}\n" for line in padded)


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _markdown(rows: Sequence[Row]) -> str:
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *(tuple(_escaped(value) for value in line) for line in _lines(rows))]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _escaped(value: str) -> str:
    """Keep a value inside its cell and plain: no column, no markup, no HTML."""
    for sign in "\\|`*_<>[]":
        value = value.replace(sign, f"\\{sign}")
    return value


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
