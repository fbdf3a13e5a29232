"""How amounts and windows are said to people."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.program.decide import Limit
from compiler.program.words import window


def listed(names: Iterable[str]) -> str:
    """Put names in backticks and between commas; `none` for no names."""
    return ", ".join(f"`{name}`" for name in names) or "none"


def limited(limit: Limit) -> str:
    """Say one limit, such as `20000 tokens in 1h`."""
    return f"{limit.limit} {limit.unit} in {window(limit.seconds)}"
