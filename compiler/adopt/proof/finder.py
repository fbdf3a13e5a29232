"""Finds an instance of a formula, or is sure that there is none: that two procedures must say, independently of each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from compiler.prove import bdd, smt
from compiler.prove.decider import Instance
from compiler.prove.formula import FALSE, Formula
from compiler.prove.leaf import Example, UndecidedError, leaves
from compiler.prove.terms import Terms


@dataclass
class Finder:
    """Answers for one set of formulas. What it finds is put to the simulated gateways, so one procedure may find it."""

    terms: Terms
    _known: dict[Formula, Example | None] = field(default_factory=dict)

    def instance(self, formula: Formula) -> Instance | None:
        """Find a way in which a formula holds, or None when there is none.

        Raises:
            UndecidedError: a procedure gave up, or they do not agree.
        """
        for values, leaf in leaves(self.terms, formula):
            found = self._example(leaf)
            if found is not None:
                return Instance(values, found)
        return None

    def _example(self, leaf: Formula) -> Example | None:
        if leaf == FALSE:
            return None
        if leaf not in self._known:
            found = bdd.example(self.terms, leaf)
            if found is None and smt.example(self.terms, leaf) is not None:
                raise UndecidedError("the two decision procedures do not agree")
            self._known[leaf] = found
        return self._known[leaf]
