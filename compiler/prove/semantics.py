"""The ways in which the engines on the path treat an error of one part of an expression."""

from __future__ import annotations

from enum import Enum


class Semantics(Enum):
    """How `&&`, `||` and the macros treat an error of one part.

    An expression that has no error with `STRICT` has none with the others, and then the same value everywhere: by
    induction no part of it that any engine evaluates is an error, and without errors the three do not differ.
    """

    SPEC = "the other side may decide (the CEL specification, Authorino)"
    IN_ORDER = "the left side decides whether the right one is looked at (the filter of Kuadrant 1.4, Limitador)"
    STRICT = "both sides must be free of errors (the filter of Kuadrant 1.3)"
