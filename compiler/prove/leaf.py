"""Takes formulas apart for the decision procedures: into formulas without variables, and their facts."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.prove.formula import FALSE, TRUE, Conjunction, Fact, Formula, Other, Point, Switch, Variable
from compiler.prove.terms import Terms

# The values of variables, each by itself or as any other than some.
Values = tuple[tuple[Variable, Point | Other], ...]

# The facts that hold in an example; all others do not.
Example = frozenset[Formula]


class UndecidedError(Exception):
    """A procedure gave up: too large, or two procedures do not agree."""


def leaves(terms: Terms, formula: Formula) -> Iterator[tuple[Values, Formula]]:
    """Give all combinations of values with the formula, free of variables, that is left for each."""
    variable = terms.variable(formula)
    if variable is None:
        yield (), formula
        return
    cases, default = terms.cases(formula)
    named = sorted(cases.items(), key=lambda case: (case[0] is not None, case[0] or ""))
    chosen: list[tuple[Point | Other, Formula]] = [*named, (Other(tuple(cases)), default)]
    for point, inner in chosen:
        for rest, leaf in leaves(terms, inner):
            yield ((variable, point), *rest), leaf


def facts_of(terms: Terms, leaf: Formula) -> tuple[Formula, ...]:
    """Give the facts of a leaf and all that they imply, those implied first."""
    found: set[Formula] = set()
    seen: set[Formula] = set()
    waiting = [abs(leaf)] if leaf not in (TRUE, FALSE) else []
    while waiting:
        formula = waiting.pop()
        if formula in seen:
            continue
        seen.add(formula)
        match terms.node(formula):
            case Fact():
                found.add(formula)
                waiting += terms.implied(formula)
            case Conjunction() as node:
                waiting += [abs(inner) for inner in (*node.literals, *node.clauses)]
            case Switch():
                raise UndecidedError("a formula without variables was expected")
    # Terms number a fact after those that it implies.
    return tuple(sorted(found))


def exclusive_of(terms: Terms, facts: tuple[Formula, ...]) -> tuple[Formula, ...]:
    """Give those facts of which at most one holds."""
    nodes = ((fact, terms.node(fact)) for fact in facts)
    return tuple(fact for fact, node in nodes if isinstance(node, Fact) and node.exclusive)
