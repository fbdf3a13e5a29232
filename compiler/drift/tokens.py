"""Which credentials the methods of two sides tell apart, and of what their formulas speak."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from msgspec import Struct

from compiler.diff.answers import accepting
from compiler.prove.formula import TRUE, Conjunction, Fact, Formula, Switch
from compiler.prove.terms import Terms
from compiler.prove.view import Method, View


class Token(Struct, frozen=True):
    """A kind of token: the methods of which one accepts it, as written and live; none refuses it."""

    written: Method | None
    live: Method | None

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of the methods."""
        return tuple(dict.fromkeys(method.name for method in (self.written, self.live) if method is not None))


def tokens(written: View | None, live: View | None) -> Iterator[Token]:
    """Give every pair of methods that some credential meets.

    Credentials of two kinds are told of only where both methods are on both sides, and another one of them is first.
    """
    sides = [() if view is None else view.methods for view in (written, live)]
    both = {method.name for method in sides[0]} & {method.name for method in sides[1]}
    single = list(dict.fromkeys(one for methods in sides for method in methods for one in method.accepts))
    # A token may be for many audiences; it has one issuer, and a key is one key.
    together = combinations([one for one in single if one.kind == "audience"], 2)
    for token in [*((one,) for one in single), *together]:
        ours, theirs = (accepting(view, frozenset(token)) if view is not None else () for view in (written, live))
        for one, other in product(ours or (None,), theirs or (None,)):
            swapped = one is not None and other is not None and one.name != other.name and {one.name, other.name} <= both
            if len(token) == 1 or swapped:
                yield Token(one, other)


def facts(terms: Terms, formulas: Sequence[Formula]) -> Iterator[Fact]:
    """Give the facts of formulas, whatever variables they have."""
    seen = {TRUE}
    waiting = [abs(formula) for formula in formulas]
    while waiting:
        formula = waiting.pop()
        if formula in seen:
            continue
        seen.add(formula)
        match terms.node(formula):
            case Fact() as fact:
                yield fact
            case Conjunction() as node:
                waiting += [abs(inner) for inner in (*node.literals, *node.clauses)]
            case Switch() as node:
                waiting += [abs(inner) for inner in (node.default, *(inner for _, inner in node.cases))]
