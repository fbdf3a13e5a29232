"""What boolean formulas are made of: facts, variables, and the three kinds of node."""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec import Struct

# A formula is a number that its Terms explain; the negation of `f` is `-f`.
Formula = int

TRUE: Final = 1
FALSE: Final = -1


class Fact(NamedTuple):
    """Something that is so or not: an atom of formulas.

    `implies` are facts that hold whenever this one does. Of all `exclusive` facts at most one holds.
    """

    kind: str
    name: str = ""
    implies: tuple[Fact, ...] = ()
    exclusive: bool = False


class Variable(NamedTuple):
    """Something that has one of unboundedly many values; variables of a lower level are decided first."""

    level: int
    name: str


# A value of a variable: a text, or None, which is a value of its own (a header that is not there).
Point = str | None


class Other(Struct, frozen=True):
    """Any value that is none of these."""

    than: tuple[Point, ...]


class Conjunction(Struct, frozen=True):
    """All of some literals and some clauses; a clause is the negation of a conjunction.

    `negated` are the literals' negations and `implied` the facts that the literals imply.
    """

    literals: frozenset[Formula]
    clauses: frozenset[Formula]
    negated: frozenset[Formula]
    implied: frozenset[Formula]


class Switch(Struct, frozen=True):
    """One formula for each named value of a variable and one for all other values."""

    variable: Variable
    cases: tuple[tuple[Point, Formula], ...]
    default: Formula


Node = Fact | Conjunction | Switch
