"""Budgets once everything is read: equal rates are one, and none is unlimited while a limit of tokens could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from compiler.adopt import policies
from compiler.adopt.draft import Draft, Entry
from compiler.adopt.objects import Object, Plain
from compiler.adopt.windows import once

_UNLIMITED: Final = "no limit of the platform counts these tokens: the tier is unlimited today"
_BESIDE: Final = "limits that may hold beside these could not be read: "
_UNREAD: Final = "no budget of tokens is written, because limits that may be the one could not be read: "
_NAMED: Final = 3


def budgets(draft: Draft) -> None:
    """Finish the budgets of tiers and subscriptions."""
    counting = [(policy, name) for policy, name in draft.unread if policies.LIMITING[policy.kind] == "tokens"]
    for name, tier in draft.sections["tiers"].items():
        unread = [(policy, limit) for policy, limit in draft.unread if _may_be_of(name, policy, limit, draft)]
        if not tier.data.get("tokens") and counting:
            tier.remarks.append(_UNREAD + _listed(counting))
            unread = [one for one in unread if one not in counting]
        elif not tier.data.get("tokens"):
            tier.data["unlimited"] = True
            tier.remarks.append(_UNLIMITED)
        tier.remarks += [_BESIDE + _listed(unread)] if unread else []
    for subscription in draft.sections["subscriptions"].values():
        for model, budget in _of(subscription):
            unread = [(policy, name) for policy, name in draft.unread if _is_on(policy, model, draft)]
            tokens = [one for one in unread if one in counting]
            if tokens and budget.pop("unlimited", None):
                subscription.remarks.append(f"on `{model}` {_UNREAD}{_listed(tokens)}")
                unread = [one for one in unread if one not in counting]
            subscription.remarks += [f"on `{model}` {_BESIDE}{_listed(unread)}"] if unread else []
    once(draft)


def _of(subscription: Entry) -> Iterator[tuple[str, Plain]]:
    for model, budget in subscription.data.get("models", {}).items():
        if isinstance(budget, dict):
            yield model, budget


def _is_on(policy: Object, model: str, draft: Draft) -> bool:
    kind, name = policies.target(policy)
    return kind == "Gateway" or draft.routes.get((policy.namespace, name)) == model


def _may_be_of(tier: str, policy: Object, name: str, draft: Draft) -> bool:
    """Tell whether a limit that could not be read may be a tier's: it names the tier, or none that there is."""
    text = " ".join(policies.predicates(dict(policies.limits(policy))[name]))
    named = {other for other in draft.sections["tiers"] if re.search(rf"[\"']{re.escape(other)}[\"']", text)}
    return tier in named or not named


def _listed(unread: Sequence[tuple[Object, str]]) -> str:
    told = [f"`{name}` of the {policy.said}" for policy, name in unread]
    more = f", and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    return f"{', '.join(told[:_NAMED])}{more}"
