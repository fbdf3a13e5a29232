"""A subscription has one budget on a model, however the model is spelt."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note
from compiler.intent.intent import Intent
from compiler.intent.parse import qualify


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report subscriptions that name one model with and without its namespace."""
    namespace = intent.platform.spec.model_namespace
    for subscription in intent.subscriptions.values():
        first: dict[str, str] = {}
        for written in subscription.spec.models:
            model = qualify(written, namespace)
            other = first.setdefault(model, written)
            if other != written:
                place = subscription.place.at("models")
                yield error(
                    "duplicate-name",
                    f"the subscription `{subscription.name}` has two budgets on `{model}`",
                    place.at(written).on_key(),
                    "which of the two holds would depend on the order in which they are read",
                    Note("the other one is here", place.at(other).on_key()),
                    help="remove one of the two",
                )
