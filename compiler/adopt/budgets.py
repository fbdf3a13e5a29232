"""Budgets once everything is read: equal rates are one, and none is unlimited while a limit of tokens could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from compiler.adopt import policies
from compiler.adopt.draft import Draft, Entry
from compiler.adopt.objects import Object, Plain
from compiler.adopt.windows import once

_UNLIMITED: Final = "no limit of the platform counts these tokens: the tier is unlimited today"
_UNREAD: Final = "no budget of tokens is written, because limits that may be the one could not be read: "
_NAMED: Final = 3


def budgets(draft: Draft) -> None:
    """Finish the budgets of tiers and subscriptions."""
    counting = [(policy, name) for policy, name in draft.unread if policies.LIMITING[policy.kind] == "tokens"]
    for tier in draft.sections["tiers"].values():
        if not tier.data.get("tokens"):
            if counting:
                tier.remarks.append(_UNREAD + _listed(counting))
            else:
                tier.data["unlimited"] = True
                tier.remarks.append(_UNLIMITED)
    for subscription in draft.sections["subscriptions"].values():
        for model, budget in _of(subscription):
            unread = [(policy, name) for policy, name in counting if _is_on(policy, model, draft)]
            if unread and budget.pop("unlimited", None):
                subscription.remarks.append(f"on `{model}` {_UNREAD}{_listed(unread)}")
    once(draft)


def _of(subscription: Entry) -> Iterator[tuple[str, Plain]]:
    for model, budget in subscription.data.get("models", {}).items():
        if isinstance(budget, dict):
            yield model, budget


def _is_on(policy: Object, model: str, draft: Draft) -> bool:
    kind, name = policies.target(policy)
    return kind == "Gateway" or draft.routes.get((policy.namespace, name)) == model


def _listed(unread: Sequence[tuple[Object, str]]) -> str:
    told = [f"`{name}` of the {policy.said}" for policy, name in unread]
    more = f", and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    return f"{', '.join(told[:_NAMED])}{more}"
