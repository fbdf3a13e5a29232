"""Decides whether formulas can hold: by normal form where that is enough, else by two procedures that must agree."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from compiler.prove import bdd, smt
from compiler.prove.formula import FALSE, Formula
from compiler.prove.leaf import Example, UndecidedError, Values, leaves
from compiler.prove.terms import Terms


class Instance(Struct, frozen=True):
    """A way in which a formula holds: values of variables, and the facts that are so; all others are not."""

    values: Values
    facts: Example


@dataclass
class Decider:
    """Answers for one set of Terms, and counts how: `folded` by normal form alone, `solved` by both procedures."""

    terms: Terms
    folded: int = 0
    solved: int = 0
    _known: dict[Formula, Example | None] = field(default_factory=dict)

    def instance(self, formula: Formula) -> Instance | None:
        """Find a way in which a formula holds, or None when there is none.

        Raises:
            UndecidedError: a procedure gave up, or they do not agree.
        """
        if formula == FALSE:
            self.folded += 1
            return None
        for values, leaf in leaves(self.terms, formula):
            if leaf != FALSE:
                found = self._example(leaf)
                if found is not None:
                    return Instance(values, found)
        return None

    def _example(self, leaf: Formula) -> Example | None:
        if leaf not in self._known:
            self.solved += 1
            ours = bdd.example(self.terms, leaf)
            theirs = smt.example(self.terms, leaf)
            if (ours is None) != (theirs is None):
                raise UndecidedError("the two decision procedures do not agree")
            self._known[leaf] = ours
        return self._known[leaf]
