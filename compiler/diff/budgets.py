"""Which of two budgets allows more, window by window."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from compiler.diagnostics.count import noun
from compiler.kube.ratelimit import window
from compiler.program.ir import Budget, Per, Rate


class Relation(Enum):
    """How a budget has changed."""

    SAME = "same"
    RAISED = "raised"
    LOWERED = "lowered"
    MIXED = "mixed"


class Allowed(Struct, frozen=True):
    """What an entry allows: rates by unit (none: no limit on that unit), each caller's own or `shared` by all it meters."""

    tokens: tuple[Rate, ...]
    requests: tuple[Rate, ...]
    shared: bool

    @property
    def nothing(self) -> bool:
        """Tell whether every request is refused."""
        return any(rate.limit == 0 for rate in (*self.tokens, *self.requests))

    def __str__(self) -> str:
        words = [*_rates(self.tokens, "tokens"), *_rates(self.requests, "requests")]
        if not self.tokens:
            words.insert(0, "unlimited tokens")
        return " and ".join(words) + (", shared by all whom it meters" if self.shared else "")


def _rates(rates: tuple[Rate, ...], unit: str) -> list[str]:
    return [f"{rate.limit:,} {noun(rate.limit, unit)} per {window(rate.seconds)}" for rate in rates]


def allowed(budget: Budget) -> Allowed:
    """Give what a budget allows."""
    return Allowed(budget.tokens, budget.requests, budget.per is not Per.USER)


def relation(before: Allowed, after: Allowed) -> Relation:
    """Compare two budgets: one is at most another if each of the other's rates follows from one of its own."""
    up = not at_most(after, before)
    down = not at_most(before, after)
    if up and down:
        return Relation.MIXED
    return Relation.RAISED if up else Relation.LOWERED if down else Relation.SAME


def at_most(one: Allowed, other: Allowed) -> bool:
    """Tell whether whoever keeps to one budget keeps to the other."""
    if one.nothing:
        return True
    apart = one.shared or not other.shared
    return apart and follows(one.tokens, other.tokens) and follows(one.requests, other.requests)


def follows(rates: tuple[Rate, ...], others: tuple[Rate, ...]) -> bool:
    """Tell whether each of the others holds wherever all of the rates do.

    Windows are fixed: as many of a rate's as are needed to fill the other's may pass in one of those.
    """
    return all(any(rate.limit * -(-other.seconds // rate.seconds) <= other.limit for rate in rates) for other in others)
