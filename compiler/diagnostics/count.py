"""How many of a thing there are, in words that agree with the number."""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """Count things, with a comma in every thousand; `many` is said of any number but 1."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
