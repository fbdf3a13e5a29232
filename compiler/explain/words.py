"""How amounts and windows are said to people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.program.decide import Limit
from compiler.program.words import window


def listed(names: Iterable[str]) -> str:
    """Put names in backticks and between commas; `none` for no names."""
    return ", ".join(f"`{name}`" for name in names) or "none"


def limited(limit: Limit) -> str:
    """Say one limit, such as `20000 tokens in 1h`."""
    unit = limit.unit.removesuffix("s") if limit.limit == 1 else limit.unit
    return f"{limit.limit} {unit} in {window(limit.seconds)}"


def those(names: Sequence[str], what: str) -> str:
    """Name one or several of a kind: the header `a`, or the headers `a`, `b`."""
    return f"the {what}{'s' if len(names) > 1 else ''} {listed(names)}"
