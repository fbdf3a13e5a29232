"""Puts a name of the user's between backticks."""

from __future__ import annotations


def quoted(name: str) -> str:
    """Give the name as a sentence has it; an empty one as YAML spells it, because two backticks alone show nothing."""
    return f"`{name}`" if name else '`""`'
