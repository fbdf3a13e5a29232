"""The first decision procedure: z3."""

from __future__ import annotations

from typing import Any, Final

from compiler.prove.formula import TRUE, Conjunction, Formula
from compiler.prove.leaf import Example, UndecidedError, exclusive_of, facts_of
from compiler.prove.terms import Terms

# z3's own unit of work; a limit in seconds would give different answers on different machines.
_WORK: Final = 50_000_000


def example(terms: Terms, leaf: Formula) -> Example | None:
    """Find an example in which a formula without variables holds, or None when there is none.

    Raises:
        UndecidedError: z3 gave up.
    """
    import z3  # noqa: PLC0415 - a tenth of a second that most proofs do not need

    facts = facts_of(terms, leaf)
    names = {fact: z3.Bool(f"f{fact}") for fact in facts}
    solver = z3.Solver()
    solver.set("random_seed", 0)
    solver.set("rlimit", _WORK)
    for fact in facts:
        for other in sorted(terms.implied(fact)):
            solver.add(z3.Implies(names[fact], names[other]))
    exclusive = exclusive_of(terms, facts)
    if len(exclusive) > 1:
        solver.add(z3.AtMost(*[names[fact] for fact in exclusive], 1))
    solver.add(_translated(terms, leaf, names, z3))
    answer = solver.check()
    if answer == z3.unsat:
        return None
    if answer != z3.sat:
        raise UndecidedError(f"z3 gave up: {solver.reason_unknown()}")
    model = solver.model()
    return frozenset(fact for fact in facts if z3.is_true(model.eval(names[fact], model_completion=True)))


def _translated(terms: Terms, leaf: Formula, names: dict[Formula, Any], z3: Any) -> Any:  # noqa: ANN401 - z3 has no types
    done: dict[Formula, Any] = {TRUE: z3.BoolVal(True), **names}  # noqa: FBT003 - z3's signature
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
        done[formula] = z3.And(*[done[part] if part > 0 else z3.Not(done[-part]) for part in inner])
    return done[leaf] if leaf > 0 else z3.Not(done[-leaf])
