"""The second decision procedure, independent of the first: reduced ordered binary decision diagrams of our own."""

from __future__ import annotations

from typing import Final

from compiler.prove.formula import TRUE, Conjunction, Formula
from compiler.prove.leaf import Example, UndecidedError, exclusive_of, facts_of
from compiler.prove.terms import Terms

ZERO: Final = 0
ONE: Final = 1

# A diagram may need as many nodes as there are assignments; what a platform means needs a few thousand.
_MOST_NODES: Final = 500_000

_END: Final = 1 << 60


class Diagram:
    """Decision diagrams over one order of facts; every Boolean function is one node.

    A node is a number: its level, where to go when the fact there does not hold, and where when it does.
    """

    def __init__(self, most: int = _MOST_NODES) -> None:
        self._levels = [_END, _END]
        self._low = [ZERO, ONE]
        self._high = [ZERO, ONE]
        self._known: dict[tuple[int, int, int], int] = {}
        self._done: dict[tuple[int, int, int], int] = {}
        self._most = most

    def fact(self, level: int) -> int:
        """Give the function that is true where the fact of a level holds."""
        return self._node(level, ZERO, ONE)

    def _node(self, level: int, low: int, high: int) -> int:
        if low == high:
            return low
        key = (level, low, high)
        found = self._known.get(key)
        if found is None:
            if len(self._levels) >= self._most:
                raise UndecidedError(f"the decision diagram has more than {self._most} nodes")
            found = len(self._levels)
            self._levels.append(level)
            self._low.append(low)
            self._high.append(high)
            self._known[key] = found
        return found

    def choose(self, condition: int, then: int, otherwise: int) -> int:
        """Give `condition ? then : otherwise`.

        Raises:
            UndecidedError: the diagrams have become too large.
        """
        # On a stack of our own: the depth is the number of facts.
        waiting: list[tuple[int, int, int, bool]] = [(condition, then, otherwise, False)]
        values: list[int] = []
        while waiting:
            test, yes, no, split = waiting.pop()
            if split:
                high, low = values.pop(), values.pop()
                level = min(self._levels[test], self._levels[yes], self._levels[no])
                found = self._node(level, low, high)
                self._done[test, yes, no] = found
                values.append(found)
                continue
            known = self._settled(test, yes, no)
            if known is not None:
                values.append(known)
                continue
            level = min(self._levels[test], self._levels[yes], self._levels[no])
            waiting.append((test, yes, no, True))
            waiting.append((*(self._branch(part, level, self._high) for part in (test, yes, no)), False))  # type: ignore[arg-type]
            waiting.append((*(self._branch(part, level, self._low) for part in (test, yes, no)), False))  # type: ignore[arg-type]
        return values[0]

    def _settled(self, test: int, yes: int, no: int) -> int | None:
        if test == ONE or yes == no:
            return yes
        if test == ZERO:
            return no
        if (yes, no) == (ONE, ZERO):
            return test
        return self._done.get((test, yes, no))

    def _branch(self, node: int, level: int, side: list[int]) -> int:
        return side[node] if self._levels[node] == level else node

    def split(self, node: int) -> tuple[int, int, int]:
        """Give the level of a node that is neither ZERO nor ONE, and where it leads without the fact and with it."""
        return self._levels[node], self._low[node], self._high[node]

    def negate(self, node: int) -> int:
        """Give the function that is true where this one is not."""
        return self.choose(node, ZERO, ONE)

    def both(self, left: int, right: int) -> int:
        """Give the function that is true where both are."""
        return self.choose(left, right, ZERO)

    def path(self, node: int) -> frozenset[int] | None:
        """Give the levels that hold in one example, as few as the first way down allows; None when nothing is true."""
        if node == ZERO:
            return None
        found: set[int] = set()
        while node != ONE:
            if self._low[node] != ZERO:
                node = self._low[node]
            else:
                found.add(self._levels[node])
                node = self._high[node]
        return frozenset(found)


def example(terms: Terms, leaf: Formula) -> Example | None:
    """Find an example in which a formula without variables holds, or None when there is none.

    Raises:
        UndecidedError: the diagrams have become too large.
    """
    facts = facts_of(terms, leaf)
    diagram = Diagram()
    nodes = {fact: diagram.fact(level) for level, fact in enumerate(facts)}
    whole = translated(terms, leaf, nodes, diagram)
    for fact in facts:
        for other in sorted(terms.implied(fact)):
            whole = diagram.both(whole, diagram.choose(nodes[fact], nodes[other], ONE))
    whole = diagram.both(whole, at_most_one(diagram, [nodes[fact] for fact in exclusive_of(terms, facts)]))
    found = diagram.path(whole)
    return None if found is None else frozenset(facts[level] for level in found)


def at_most_one(diagram: Diagram, nodes: list[int]) -> int:
    """Give the function that is true where no two of these are; they are in the order of their levels."""
    none, one = ONE, ONE
    for node in reversed(nodes):
        none, one = diagram.choose(node, ZERO, none), diagram.choose(node, none, one)
    return one


def translated(terms: Terms, leaf: Formula, nodes: dict[Formula, int], diagram: Diagram) -> int:
    """Give a formula without variables as a diagram; `nodes` are those of its facts.

    Raises:
        UndecidedError: the diagrams have become too large.
    """
    done: dict[Formula, int] = {TRUE: ONE, **nodes}
    waiting = [abs(leaf)]
    while waiting:
        formula = waiting[-1]
        if formula in done:
            waiting.pop()
            continue
        node = terms.node(formula)
        assert isinstance(node, Conjunction)  # noqa: S101 - facts are named, variables were refused
        inner = sorted((*node.literals, *node.clauses))
        missing = [abs(part) for part in inner if abs(part) not in done]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        whole = ONE
        # The lowest facts last: each step then only adds on top.
        for part in sorted(inner, key=abs, reverse=True):
            whole = diagram.both(whole, done[part] if part > 0 else diagram.negate(done[-part]))
        done[formula] = whole
    return done[leaf] if leaf > 0 else diagram.negate(done[-leaf])
