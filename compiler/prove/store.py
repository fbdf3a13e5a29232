"""Keeps formulas: every conjunction and every switch once, so that equal ones are one number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from compiler.prove.formula import TRUE, Conjunction, Fact, Formula, Node, Point, Switch, Variable

NOTHING: Final[frozenset[Formula]] = frozenset()

PointT = TypeVar("PointT", bound=Point)


class Store:
    """All nodes of one proof."""

    def __init__(self) -> None:
        self._nodes: list[Node] = [Fact("unused"), Fact("true")]
        self._facts: dict[Fact, Formula] = {}
        self._implied: dict[Formula, frozenset[Formula]] = {}
        self._exclusive: set[Formula] = set()
        self._excluded: set[Formula] = set()
        self._conjunctions: dict[tuple[frozenset[Formula], frozenset[Formula]], Formula] = {}
        self._switches: dict[tuple[Variable, frozenset[tuple[Point, Formula]], Formula], Formula] = {}
        self._maps: dict[Formula, dict[Point, Formula]] = {}

    def node(self, formula: Formula) -> Node:
        """Explain a formula that is neither TRUE nor FALSE, apart from its sign."""
        return self._nodes[abs(formula)]

    def fact(self, fact: Fact) -> Formula:
        """Give the formula that a fact is so."""
        found = self._facts.get(fact)
        if found is None:
            implied = frozenset(self.fact(other) for other in fact.implies)
            found = self._add(fact)
            self._facts[fact] = found
            self._implied[found] = implied
            if fact.exclusive:
                self._exclusive.add(found)
                self._excluded.add(-found)
        return found

    def facts(self) -> Iterator[Fact]:
        """Give all facts that any formula speaks of."""
        yield from self._facts

    def implied(self, literal: Formula) -> frozenset[Formula]:
        """Give the facts that a literal implies."""
        return self._implied.get(literal, NOTHING)

    def _add(self, node: Node) -> Formula:
        self._nodes.append(node)
        return len(self._nodes) - 1

    def _interned(self, literals: frozenset[Formula], clauses: frozenset[Formula]) -> Formula:
        if not clauses:
            if not literals:
                return TRUE
            if len(literals) == 1:
                return next(iter(literals))
        elif not literals and len(clauses) == 1:
            return next(iter(clauses))
        key = (literals, clauses)
        found = self._conjunctions.get(key)
        if found is None:
            negated = frozenset([-literal for literal in literals])
            implied = NOTHING.union(*[self._implied[literal] for literal in literals if literal > 0])
            found = self._add(Conjunction(literals, clauses, negated, implied))
            self._conjunctions[key] = found
        return found

    def switch(self, variable: Variable, cases: Mapping[PointT, Formula], default: Formula) -> Formula:
        """Decide by the value of a variable; the formulas must not depend on variables of a lower or the same level."""
        sign = 1 if default > 0 else -1
        kept = {point: sign * formula for point, formula in cases.items() if formula != default}
        if not kept:
            return default
        # As a set, so that the same cases are the same switch however they came about.
        key = variable, frozenset(kept.items()), sign * default
        found = self._switches.get(key)
        if found is None:
            found = self._add(Switch(variable, tuple(kept.items()), sign * default))
            self._switches[key] = found
        return sign * found

    def variable(self, formula: Formula) -> Variable | None:
        """Give the outermost variable of a formula."""
        node = self._nodes[abs(formula)]
        return node.variable if isinstance(node, Switch) else None

    def cases(self, formula: Formula) -> tuple[dict[Point, Formula], Formula]:
        """Give what a switch holds: the named values, and what holds for all others."""
        node = self._nodes[abs(formula)]
        assert isinstance(node, Switch)  # noqa: S101 - asked only where `variable` found one
        sign = 1 if formula > 0 else -1
        found = self._maps.get(formula)
        if found is None:
            found = {point: sign * inner for point, inner in node.cases}
            self._maps[formula] = found
        return found, sign * node.default
