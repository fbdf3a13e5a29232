"""Builds boolean formulas in one normal form, so that equal meanings are mostly one number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from compiler.prove.formula import FALSE, TRUE, Conjunction, Fact, Formula, Point, Switch, Variable
from compiler.prove.store import NOTHING, Store

# Comparing clauses costs the square of their number; conjunctions of more are rare.
_MOST_COMPARED: Final = 12


class Terms(Store):
    """All formulas of one proof.

    Switches are always outside conjunctions, in the order of their variables, so that formulas differ only in their
    leaves. Without `simplify` only constants are folded: what comes out is the same formula, without the laws that a
    proof would otherwise have to trust.
    """

    def __init__(self, *, simplify: bool = True) -> None:
        super().__init__()
        self._simplify = simplify
        self._pairs: dict[tuple[Formula, Formula], Formula] = {}

    def any(self, formulas: Iterable[Formula]) -> Formula:
        """Join by or."""
        live = [-formula for formula in formulas if formula != FALSE]
        if len(live) < 2:  # noqa: PLR2004 - nothing to join
            return -live[0] if live else FALSE
        return -self.all(live)

    def both(self, left: Formula, right: Formula) -> Formula:
        """Join two by and."""
        if left in (TRUE, right):
            return right
        if right == TRUE:
            return left
        if FALSE in (left, right) or left == -right:
            return FALSE
        key = (left, right) if left < right else (right, left)
        found = self._pairs.get(key)
        if found is None:
            found = self._pairs[key] = self._both(left, right)
        return found

    def _both(self, left: Formula, right: Formula) -> Formula:
        variable, other = self.variable(left), self.variable(right)
        if variable is None and other is None:
            return self.all((left, right))
        if variable is None or (other is not None and other < variable):
            left, right, variable, other = right, left, other, variable
        cases, default = self.cases(left)
        if variable != other:
            joined = {point: self.both(found, right) for point, found in cases.items()}
            return self.switch(_some(variable), joined, self.both(default, right))
        others, otherwise = self.cases(right)
        joined = {point: self.both(found, others.get(point, otherwise)) for point, found in cases.items()}
        joined.update({point: self.both(default, found) for point, found in others.items() if point not in cases})
        return self.switch(_some(variable), joined, self.both(default, otherwise))

    def either(self, left: Formula, right: Formula) -> Formula:
        """Join two by or."""
        return -self.both(-left, -right)

    def differ(self, left: Formula, right: Formula) -> Formula:
        """Tell where two formulas are not the same."""
        if left == right:
            return FALSE
        return self.either(self.both(left, -right), self.both(-left, right))

    def all(self, formulas: Iterable[Formula]) -> Formula:
        """Join by and."""
        formulas = tuple(formulas)
        if len(formulas) == 1:
            return formulas[0]
        literals: set[Formula] = set()
        clauses: set[Formula] = set()
        negated: set[Formula] = set()
        implied: set[Formula] = set()
        switches: list[Formula] = []
        for formula in formulas:
            if formula == FALSE:
                return FALSE
            node = self._nodes[abs(formula)]
            if formula == TRUE:
                continue
            if type(node) is Fact:
                literals.add(formula)
                negated.add(-formula)
                if formula > 0:
                    implied |= self._implied[formula]
            elif type(node) is Switch:
                switches.append(formula)
            elif formula < 0:
                clauses.add(formula)
            elif type(node) is Conjunction:
                literals |= node.literals
                clauses |= node.clauses
                negated |= node.negated
                implied |= node.implied
        if not literals.isdisjoint(negated) or not clauses.isdisjoint([-clause for clause in clauses]):
            return FALSE
        if switches:
            return self._lifted(switches, self._conjunction(literals, clauses, negated, implied))
        return self._conjunction(literals, clauses, negated, implied)

    def _conjunction(
        self, literals: set[Formula], clauses: set[Formula], negated: set[Formula], implied: set[Formula]
    ) -> Formula:
        """Build a conjunction; literals that contradict each other have been ruled out."""
        while self._simplify:
            holding = self._exclusive & literals if self._exclusive else NOTHING
            if len(holding) > 1 or not implied.isdisjoint(negated):
                return FALSE
            known = self._propagate(literals, clauses, negated, implied, holding) if clauses else ()
            if FALSE in known:
                return FALSE
            if not known:
                literals -= implied
                if holding:
                    literals -= self._excluded
                self._subsume(clauses)
                break
            for formula in known:
                self._take(formula, literals, clauses, negated, implied)
            if not literals.isdisjoint(negated):
                return FALSE
        return self._interned(frozenset(literals), frozenset(clauses))

    def _propagate(
        self,
        literals: set[Formula],
        clauses: set[Formula],
        negated: set[Formula],
        implied: set[Formula],
        holding: frozenset[Formula] | set[Formula],
    ) -> list[Formula]:
        """Simplify the clauses by the literals, in place; give what is no clause any more."""
        true = literals | implied
        false = negated | {-fact for fact in implied}
        if holding:
            true |= self._excluded - {-fact for fact in holding}
            false |= self._exclusive - holding
        known: list[Formula] = []
        for clause in tuple(clauses):
            found = self._under(clause, true, false, clauses)
            if found != clause:
                clauses.discard(clause)
                if found > 0 or type(self._nodes[-found]) is Fact:
                    known += [found] if found != TRUE else []
                else:
                    clauses.add(found)
        return known

    def _subsume(self, clauses: set[Formula]) -> None:
        """Drop clauses that say less than another one, in place."""
        if not 1 < len(clauses) <= _MOST_COMPARED:
            return
        found = {clause: self._nodes[-clause] for clause in sorted(clauses)}
        for clause, inner in found.items():
            if isinstance(inner, Conjunction) and not inner.clauses:
                for other, weaker in found.items():
                    if other != clause and isinstance(weaker, Conjunction) and inner.literals <= weaker.literals:
                        clauses.discard(other)

    def _take(
        self, formula: Formula, literals: set[Formula], clauses: set[Formula], negated: set[Formula], implied: set[Formula]
    ) -> None:
        node = self._nodes[abs(formula)]
        if isinstance(node, Conjunction):
            literals |= node.literals
            clauses |= node.clauses
            negated |= node.negated
            implied |= node.implied
        else:
            literals.add(formula)
            negated.add(-formula)
            implied |= self.implied(formula)

    def _under(self, clause: Formula, true: set[Formula], false: set[Formula], clauses: set[Formula]) -> Formula:
        """Simplify a clause, given literals that are true, their negations, and the clauses that hold beside it."""
        inner = self._nodes[-clause]
        assert isinstance(inner, Conjunction)  # noqa: S101 - only a negated conjunction is a clause
        if not inner.literals.isdisjoint(false):
            return TRUE
        left = inner.literals - true
        if not inner.clauses:
            return clause if len(left) == len(inner.literals) else -self._interned(left, NOTHING)
        kept: set[Formula] = set()
        # A clause below this one cannot hold this one again, so no two simplify each other away.
        for alternative in inner.clauses - clauses:
            found = self._nodes[-alternative]
            assert isinstance(found, Conjunction)  # noqa: S101 - see above
            if found.literals.isdisjoint(false):
                kept.add(-self._interned(found.literals - true, found.clauses))
        if kept == inner.clauses and len(left) == len(inner.literals):
            return clause
        # An alternative may have shrunk to a literal or to a conjunction; `all` sorts them back in.
        return -self.all([*left, *kept])

    def decide(self, variable: Variable, cases: Mapping[str, Formula], default: Formula) -> Formula:
        """Decide by the value of a variable, whatever the formulas depend on."""
        inside = [
            found for found in (*cases.values(), default) if (inner := self.variable(found)) and inner.level <= variable.level
        ]
        if not inside:
            return self.switch(variable, cases, default)
        chosen = [self.both(self.switch(variable, {point: TRUE}, FALSE), found) for point, found in cases.items()]
        return self.any([*chosen, self.both(self.switch(variable, dict.fromkeys(cases, FALSE), TRUE), default)])

    def at(self, formula: Formula, variable: Variable, point: Point) -> Formula:
        """Give what is left of a formula where a variable has a value."""
        outer = self.variable(formula)
        if outer is None or outer.level > variable.level:
            return formula
        cases, default = self.cases(formula)
        if outer == variable:
            return cases.get(point, default)
        inside = {key: self.at(inner, variable, point) for key, inner in cases.items()}
        return self.switch(outer, inside, self.at(default, variable, point))

    def _lifted(self, switches: list[Formula], plain: Formula) -> Formula:
        """Join switches and a formula without any by and: value by value."""
        variable = min((self._variable(formula) for formula in switches), key=lambda found: (found.level, found.name))
        inside = [formula for formula in switches if self._variable(formula) != variable]
        inside.append(plain)
        defaults: list[Formula] = []
        special: dict[Point, list[tuple[int, Formula]]] = {}
        for formula in switches:
            if self._variable(formula) == variable:
                cases, default = self.cases(formula)
                for point, found in cases.items():
                    special.setdefault(point, []).append((len(defaults), found))
                defaults.append(default)
        whole = self.all([*inside, *defaults])
        matter = [index for index, default in enumerate(defaults) if default != TRUE]
        joined: dict[Point, Formula] = {}
        for point, own in special.items():
            at = dict(own)
            others = [defaults[index] for index in matter if index not in at]
            joined[point] = self.all([*inside, *others, *at.values()])
        return self.switch(variable, joined, whole)

    def _variable(self, formula: Formula) -> Variable:
        node = self._nodes[abs(formula)]
        assert isinstance(node, Switch)  # noqa: S101 - only switches are lifted
        return node.variable


def _some(variable: Variable | None) -> Variable:
    assert variable is not None  # noqa: S101 - the caller has looked
    return variable
