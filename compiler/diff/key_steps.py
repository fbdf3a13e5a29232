"""What an API key opens while every policy is as it will be and the key is still what it was: keys are applied last."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from compiler.diff.bearer import Asked, callers, changed
from compiler.diff.budgets import Allowed
from compiler.diff.meaning import Outcome
from compiler.diff.result import Step
from compiler.diff.safety import judge
from compiler.diff.side import Side

_APPLIED = "whatever else changes"


def steps_of_keys(base: Side, head: Side) -> Iterator[Step]:
    """Give what keys open for the moment, where that is not safe or less than before and after."""
    for keys in changed(base.program, head.program):
        old = keys[0]
        if old is None:
            continue
        for ident, model in head.models.items():
            before = Asked(base.program, old, base.models.get(ident))
            now, after = Asked(head.program, old, model), Asked(head.program, keys[1], model)
            judged = judge(*(_Has.of(one.outcome) for one in (before, now, after)))
            if judged is not None:
                missing = f"the key `{old.id}`{'' if keys[1] else ' removed'}"
                groups = ", ".join(f"`{group}`" for group in old.groups) or "no group"
                person = f"user `{old.user}` in {groups}"
                yield Step(judged[0], (ident,), callers(keys), (_APPLIED,), (missing,), judged[1], person)


class _Has(Struct, frozen=True):
    allowed: Allowed
    entry: str
    # Policies that are proved count whomever they let through.
    metered: bool = True

    @classmethod
    def of(cls, outcome: Outcome) -> _Has | None:
        """Give what an outcome is worth; nothing where it is a refusal."""
        return None if outcome.key is None or outcome.allowed is None else cls(outcome.allowed, outcome.key)
