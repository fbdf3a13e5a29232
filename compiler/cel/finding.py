"""What keeps an expression from meaning the same, and never failing, in every engine that evaluates it."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from compiler.cel.printer import text
from compiler.cel.tree import Expr

_EXCERPT: Final = 60


class Hazard(Enum):
    """The kinds of findings."""

    UNSPELLABLE = "unspellable"
    TOO_LONG = "too-long"
    TOO_DEEP = "too-deep"
    TOO_WIDE = "too-wide"
    UNKNOWN_NAME = "unknown-name"
    UNKNOWN_FIELD = "unknown-field"
    UNGUARDED = "unguarded"
    HAS_OUTSIDE = "has-outside-a-condition"
    BRACKETS = "brackets"
    HEADER_CASE = "header-case"
    MIXED_KINDS = "mixed-kinds"
    WRONG_KIND = "wrong-kind"
    IN_STRING = "in-a-string"
    NUMBER = "number"
    VARIABLE = "variable"
    FUNCTION = "function"
    SEPARATOR = "separator"
    JOIN = "join"
    RESULT = "result"
    COUNTER = "counter"


class Finding(Struct, frozen=True):
    """A hazard, and a sentence that names the part of the expression."""

    hazard: Hazard
    sentence: str


def excerpt(node: Expr) -> str:
    """Quote the text of a part, cut where it is long."""
    whole = text(node)
    return f"`{whole if len(whole) <= _EXCERPT else whole[:_EXCERPT] + '…'}`"
