"""How amounts and windows are said to people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.diagnostics.count import noun
from compiler.program.decide import Limit
from compiler.program.words import window


def listed(names: Iterable[str]) -> str:
    """Put names in backticks and between commas; `none` for no names."""
    return ", ".join(f"`{name}`" for name in names) or "none"


def limited(limit: Limit) -> str:
    """Say one limit, such as `20000 tokens in 1h`."""
    return f"{limit.limit} {noun(limit.limit, limit.unit)} in {window(limit.seconds)}"


def those(names: Sequence[str], what: str) -> str:
    """Name one or several of a kind: the header `a`, or the headers `a`, `b`."""
    return f"the {noun(len(names), f'{what}s')} {listed(names)}"
