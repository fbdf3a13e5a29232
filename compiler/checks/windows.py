"""Rates of one budget have different windows, and each can bind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compiler.checks.report import error, warning
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.intent.intent import Intent
from compiler.intent.model import BudgetSpec, RateSpec
from compiler.intent.scalars import window_seconds


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report windows of equal length, and rates that never bind."""
    for place, budget in _budgets(intent):
        yield from _of(place.at("tokens"), budget.tokens)
        yield from _of(place.at("requests"), budget.requests)


def _budgets(intent: Intent) -> Iterator[tuple[Place, BudgetSpec]]:
    for tier in intent.tiers.values():
        yield tier.place, tier.spec
    for subscription in intent.subscriptions.values():
        for model, budget in subscription.spec.models.items():
            yield subscription.place.at("models", model), budget
    for policy in intent.policies.values():
        yield policy.place, policy.spec


def _of(place: Place, rates: Sequence[RateSpec]) -> Iterator[Diagnostic]:
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
            )
            return
    for index, rate in enumerate(rates):
        binding = next((other for other in rates if other is not rate and _never_exceeds(other, rate)), None)
        if binding is not None:
            yield warning(
                "rate-never-binds",
                f"{rate.limit} in `{rate.window}` can never be reached while {binding.limit} in `{binding.window}` holds",
                place.at(index),
                "no effect: the other rate always stops the caller first",
            )


def _never_exceeds(other: RateSpec, rate: RateSpec) -> bool:
    """Tell whether `other` lets less through in the window of `rate` than `rate` does, wherever the windows fall."""
    windows = -(-window_seconds(rate.window) // window_seconds(other.window)) + 1
    return windows * other.limit <= rate.limit
