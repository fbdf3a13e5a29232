"""PlanPolicies: the plans of a route or of the whole Gateway, the first one whose condition holds."""

from __future__ import annotations

from compiler.adopt import policies
from compiler.adopt.draft import Draft, origin
from compiler.adopt.gather import Dump
from compiler.adopt.objects import Object, Plain, mapping, mappings
from compiler.adopt.planned import rates
from compiler.adopt.predicates import UnknownShapeError, callers


def plans(dump: Dump, draft: Draft) -> None:
    """Add a subscription for each plan: its requests are one amount for all whom it is for, as Kuadrant counts them."""
    for policy in dump.of("PlanPolicy"):
        kind, name = policies.target(policy)
        if kind == "Gateway":
            found = list(draft.sections["models"])
        else:
            model = draft.routes.get((policy.namespace, name))
            found = [model] if model else []
        if not found:
            draft.leave(policy, "is on no model's route")
            continue
        listed = mappings(policy.spec.get("plans"))
        for index, plan in enumerate(listed):
            _plan(policy, plan, len(listed) - index, found, draft)
        draft.leave(policy, "leaves callers without a plan unlimited, and from now on they are refused")


def _plan(policy: Object, plan: Plain, priority: int, found: list[str], draft: Draft) -> None:
    name = str(plan.get("tier"))
    try:
        who = callers(str(plan.get("predicate", "")))
        if who.tiers or not who:
            draft.leave(policy, f"has the plan `{name}` for nobody by group or name")
            return
        allowed = rates(mapping(plan.get("limits")))
    except (UnknownShapeError, policies.UnusableError) as error:
        draft.leave(policy, f"has the plan `{name}`, which cannot be said: {error}")
        return
    said = {"groups": sorted(who.groups), "users": sorted(who.users)}
    owner = {kind: names for kind, names in said.items() if names}
    where = f"plan `{name}`"
    budgets = {model: _budget(draft.say(allowed, policy, where)) for model in found}
    data: Plain = {"owner": owner, "priority": priority, "models": budgets}
    entry = draft.add("subscriptions", name, data, origin(policy, where))
    entry.remarks.append("all whom the plan is for share its requests, as Kuadrant counts them")


def _budget(requests: list[Plain]) -> Plain:
    return {"unlimited": True, "requests": requests, "per": "subscription"}
