"""Each budget says what it allows: rates, or `unlimited` in so many words, and not both."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Place
from compiler.intent.intent import Intent
from compiler.intent.model import BudgetSpec


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report budgets that say nothing of tokens, and those that contradict themselves."""
    for tier in intent.tiers.values():
        yield from _of(tier.spec, tier.place, f"the tier `{tier.name}`")
    for subscription in intent.subscriptions.values():
        for model, budget in subscription.spec.models.items():
            yield from _of(budget, subscription.place.at("models", model), f"the subscription `{subscription.name}` on `{model}`")
    for policy in intent.policies.values():
        spec = policy.spec
        if spec.kind == "TokenRateLimitPolicy":
            yield from _of(spec, policy.place, f"the policy `{policy.name}`")
        if (spec.kind == "TokenRateLimitPolicy" and spec.requests) or (
            spec.kind == "RateLimitPolicy" and (spec.tokens or not spec.requests)
        ):
            wanted = "tokens" if spec.kind == "TokenRateLimitPolicy" else "requests"
            yield error(
                "policy-kind-mismatch",
                f"a {spec.kind} limits {wanted}, and `{policy.name}` does not do just that",
                policy.place.at("kind"),
                "50,000 requests and 50,000 tokens are very different budgets: the unit would be a guess",
                help=f"give `{wanted}` and nothing else, or the other kind",
            )


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
            place,
            "unmetered, or a silent default of the platform: nobody said which",
            help="add `tokens: [{limit: ..., window: ...}]`, or say `unlimited: true`",
        )
