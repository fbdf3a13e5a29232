"""Each budget says what it allows: rates, or `unlimited` in so many words, and not both."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Place
from compiler.intent.intent import Intent
from compiler.intent.model import BudgetSpec, PolicySpec


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report budgets that say nothing of tokens, and those that contradict themselves."""
    for tier in intent.tiers.values():
        yield from _of(tier.spec, tier.place, f"the tier `{tier.name}`")
    for subscription in intent.subscriptions.values():
        for model, budget in subscription.spec.models.items():
            if _is_odd(budget):
                whose = f"the subscription `{subscription.name}` on `{model}`"
                yield from _of(budget, subscription.place.at("models", model), whose)
    for policy in intent.policies.values():
        spec = policy.spec
        mismatch = _mismatch(spec)
        if mismatch:
            wanted, instead = mismatch
            yield error(
                "policy-kind-mismatch",
                f"a {spec.kind} limits {wanted}, and the policy `{policy.name}` limits {instead}",
                policy.place.at("kind"),
                "the unit would be a guess, and 50,000 requests are a very different budget from 50,000 tokens",
                help=f"write `{wanted}` alone, or change the kind",
            )
        elif spec.kind == "TokenRateLimitPolicy":
            yield from _of(spec, policy.place, f"the policy `{policy.name}`")


def _mismatch(spec: PolicySpec) -> tuple[str, str] | None:
    """Tell what a policy of the kind limits and what this one limits, where the two differ."""
    if spec.kind == "TokenRateLimitPolicy":
        return ("tokens", "requests") if spec.requests else None
    if spec.tokens:
        return "requests", "tokens"
    return None if spec.requests else ("requests", "nothing")


def _is_odd(budget: BudgetSpec) -> bool:
    """Tell whether a budget says too much or too little of tokens."""
    return budget.unlimited == bool(budget.tokens)


def _of(budget: BudgetSpec, place: Place, whose: str) -> Iterator[Diagnostic]:
    if budget.unlimited and budget.tokens:
        yield error(
            "contradicting-budget",
            f"{whose} has token rates and is `unlimited`",
            place.at("unlimited"),
            "one of the two would not hold",
            help="remove one of the two",
        )
    if not budget.unlimited and not budget.tokens:
        yield error(
            "no-budget",
            f"{whose} has no token budget",
            place.on_key(),
            "unmetered, or a default that nobody chose: which of the two would depend on the platform",
            help="add `tokens: [{limit: ..., window: ...}]`, or say `unlimited: true`",
        )
