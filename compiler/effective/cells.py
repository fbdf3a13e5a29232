"""A row as texts, one for each column, the same for every format."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import astuple

from compiler.effective.rows import Row
from compiler.program.ir import Rate
from compiler.program.words import window

COLUMNS: Final = ("model", "kind", "subject", "status", "selected", "tokens", "requests", "per", "why")


_WHY: Final = {
    "allowed": "",
    "no-access": "no access entry, team or tier lets the caller in",
    "not-for-this-model": "the key does not open the model",
    "not-a-candidate": "what the key is bound to does not meter its holder here",
    "no-candidate": "no subscription, team or tier meters the caller",
    "zero-budget": "the budget is 0",
}


class Cells(Struct, frozen=True):
    """One row in the order of `COLUMNS`; what does not apply is empty."""

    model: str
    kind: str
    subject: str
    status: str
    selected: str
    tokens: str
    requests: str
    per: str
    why: str

    def values(self) -> tuple[str, ...]:
        """Give the texts in the order of the columns."""
        return astuple(self)


def cells(row: Row) -> Cells:
    """Give a row as texts; two subjects are joined by ` + `, and nobody is called so."""
    kind = " + ".join(one.kind for one in row.subjects)
    subject = " + ".join(one.name for one in row.subjects)
    decision, entry = row.decision, row.entry
    head = (row.model, kind or "nobody", subject or "nobody", str(decision.status))
    if entry is None:
        return Cells(*head, "", "", "", "", _why(row))
    tokens = _rates(entry.budget.tokens) or "unlimited"
    return Cells(*head, entry.key, tokens, _rates(entry.budget.requests), entry.budget.per.value, _why(row))


def _why(row: Row) -> str:
    if not row.subjects:
        return "nobody may call the model"
    why = [_WHY.get(row.decision.reason, row.decision.reason)]
    if row.alone:
        why.append(f"alone: {' and '.join(key or 'refused' for key in row.alone)}")
    return "; ".join(part for part in why if part)


def _rates(rates: tuple[Rate, ...]) -> str:
    return ", ".join(f"{rate.limit} per {window(rate.seconds)}" for rate in rates)
