"""Rates of one budget have different windows, and each can bind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from compiler.checks.report import error, warning
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.intent.intent import Intent
from compiler.intent.model import BudgetSpec, RateSpec
from compiler.intent.scalars import window_seconds

# Tokens are counted after the response, so a single one can use up more than any rate allows.
_IDLE: Final = {
    "requests": "it changes nothing: the other rate always stops the caller first",
    "tokens": "it changes nothing, unless responses overshoot: otherwise the other rate stops the caller first",
}


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report windows of equal length, and rates that never bind."""
    for holder, path, budget in _budgets(intent):
        for unit, rates in (("tokens", budget.tokens), ("requests", budget.requests)):
            if len(rates) > 1:
                yield from _of(holder.at(*path, unit), unit, rates)


def _budgets(intent: Intent) -> Iterator[tuple[Place, tuple[str, ...], BudgetSpec]]:
    """Give every budget by the place of what holds it, and the way from there: there are many, and few are reported."""
    for tier in intent.tiers.values():
        yield tier.place, (), tier.spec
    for subscription in intent.subscriptions.values():
        for model, budget in subscription.spec.models.items():
            yield subscription.place, ("models", model), budget
    for policy in intent.policies.values():
        yield policy.place, (), policy.spec


def _of(place: Place, unit: str, rates: Sequence[RateSpec]) -> Iterator[Diagnostic]:
    first: dict[int, int] = {}
    for index, rate in enumerate(rates):
        other = first.setdefault(window_seconds(rate.window), index)
        if other != index:
            yield error(
                "same-window-twice",
                f"the windows `{rates[other].window}` and `{rate.window}` have the same length",
                place.at(index, "window"),
                "Limitador identifies a limit by its window in seconds: one of the two would be dropped",
                Note("the other one is here", place.at(other, "window")),
                help="keep one of the two rates",
            )
            return
    for index, rate in enumerate(rates):
        binding = next((other for other in range(len(rates)) if other != index and _never_exceeds(rates[other], rate)), None)
        if binding is not None:
            tighter = rates[binding]
            yield warning(
                "rate-never-binds",
                f"{rate.limit} {unit} in `{rate.window}` never bind where {tighter.limit} in `{tighter.window}` hold as well",
                place.at(index),
                _IDLE[unit],
                Note("this rate stops the caller first", place.at(binding)),
                help="lower the limit, or remove the rate",
            )


def _never_exceeds(other: RateSpec, rate: RateSpec) -> bool:
    """Tell whether `other` lets less through in the window of `rate` than `rate` does, wherever the windows fall."""
    windows = -(-window_seconds(rate.window) // window_seconds(other.window)) + 1
    return windows * other.limit <= rate.limit
