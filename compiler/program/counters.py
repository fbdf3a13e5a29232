"""How many counters the budgets make in Limitador."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.program.ir import Budget, Model, Per, Program, Subjects

# The limit of 0 for whom nothing meters, which every model has.
_DENY = 1

# Users, or None for anybody: who is in a group is not known.
_Callers = frozenset[str] | None


def counters(program: Program, users: int) -> dict[str, int]:
    """Give an upper bound of the counters for each model, by `namespace/name`, where there are so many callers.

    A caller may ask for any of its entries by header, and who is in which group is not known, so callers and entries multiply.
    Tiers do too: one user may come by two ways in which put it into different groups. What is certain is that nobody else than
    the users of an entry is counted by it where it is for users alone, and likewise for those who may call the model.
    """
    return {model.id: _DENY + _of(program, model, users) for model in program.models}


def _of(program: Program, model: Model, users: int) -> int:
    # Whoever may not call the model is refused before anything counts.
    allowed = None if model.tiers else _named(grant.subjects for grant in model.grants)
    return sum(
        _windows(entry.budget) * (_count(allowed, _named((entry.subjects,)), users) if entry.budget.per is Per.USER else 1)
        for entry in program.precedence(model)
    )


def _windows(budget: Budget) -> int:
    """Give the windows that are counted: of tokens one at least, for without a limit they are counted all the same."""
    return max(len(budget.tokens), 1) + len(budget.requests)


def _named(subjects: Iterable[Subjects]) -> _Callers:
    users: set[str] = set()
    for one in subjects:
        if one.groups:
            return None
        users.update(one.users)
    return frozenset(users)


def _count(allowed: _Callers, metered: _Callers, users: int) -> int:
    limited = [one for one in (allowed, metered) if one is not None]
    return min(users, len(frozenset.intersection(*limited))) if limited else users
