"""How many of a thing there are, in words that agree with the number."""

from __future__ import annotations


def noun(count: int, several: str) -> str:
    """Say of one what is called so of several: one of `tokens` is a token."""
    return several.removesuffix("s") if count == 1 else several


def counted(count: int, one: str, many: str | None = None) -> str:
    """Count things, with a comma in every thousand; `many` is said of any number but 1."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
