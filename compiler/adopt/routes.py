"""Policies that were written by hand for the route of a model: who may call it, and what meters them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from compiler.adopt import policies
from compiler.adopt.draft import Draft, Entry, origin
from compiler.adopt.gather import Dump
from compiler.adopt.headers import refuses_headers
from compiler.adopt.objects import Object, Plain, mapping
from compiler.adopt.predicates import Callers, Condition, UnknownShapeError, callers, condition
from compiler.adopt.ways import claims, is_about_tokens

_GROUPS: Final = ("auth.identity.user.groups", "auth.identity.groups")
_NAMES: Final = ("auth.identity.user.username", "auth.identity.userid")
_OTHERS: Final = "is on no model's route: what it does is not taken over"
# How the platform of tiers asks the cluster's RBAC.
_ABOUT_TIERS: Final = "kubernetesSubjectAccessReview"


def by_hand(dump: Dump, draft: Draft) -> None:
    """Add what policies on routes and on the Gateway say that no controller makes, and that is not about tiers."""
    replaced = {(one.kind, draft.routes.get((one.namespace, policies.target(one)[1]))) for one in dump.of(*policies.POLICIES)}
    # Tokens before requests: an entry is called after its budget of tokens.
    for policy in (one for kind in policies.POLICIES for one in dump.of(kind) if not policies.is_generated(one)):
        kind, name = policies.target(policy)
        model = draft.routes.get((policy.namespace, name))
        if kind == "Gateway":
            # A policy on a route replaces that of the Gateway as a whole.
            models = [one for one in draft.sections["models"] if (policy.kind, one) not in replaced]
        else:
            models = [model] if model is not None else []
        if not models and kind != "Gateway":
            draft.leave(policy, _OTHERS)
        elif policy.kind == "AuthPolicy":
            _access(policy, models, draft)
        else:
            _limits(policy, models, dump, draft)


def _access(policy: Object, models: Sequence[str], draft: Draft) -> None:
    authorization = mapping(mapping(policies.body(policy).get("rules")).get("authorization"))
    on_gateway = policies.target(policy)[0] == "Gateway"
    if on_gateway and (not models or not authorization or any(_ABOUT_TIERS in mapping(rule) for rule in authorization.values())):
        # Which tiers may call which model is said by the cluster's RBAC.
        return
    found: Callers | None = None
    groups, users = claims(policy)
    selectors = groups.union(_GROUPS), users.union(_NAMES)
    for name, rule in sorted(authorization.items()):
        if refuses_headers(mapping(rule)) or is_about_tokens(mapping(rule)):
            continue
        try:
            said = _rule(mapping(rule), selectors)
        except UnknownShapeError as error:
            draft.leave(policy, f"has the rule `{name}`, whose condition cannot be expressed here: {error}")
            return
        if found is not None:
            draft.leave(policy, "has several rules that must all hold, and access is one or the other")
            return
        found = said
    if found is None:
        draft.leave(policy, "lets in everybody whom it accepts: no rule of it asks for a group or a name")
        return
    if not found or found.tiers:
        draft.leave(policy, "lets nobody in by group or name")
        return
    data: Plain = {"models": list(models)} | _subjects(found)
    draft.add("access", policy.name, data, origin(policy))


# The selectors that find groups, and those that find names.
_Selectors = tuple[frozenset[str], frozenset[str]]


def _rule(rule: Plain, selectors: _Selectors) -> Callers:
    patterns = mapping(rule.get("patternMatching")).get("patterns")
    if not isinstance(patterns, list) or not patterns:
        raise UnknownShapeError("it is no list of patterns")
    if len(patterns) > 1:
        raise UnknownShapeError("several patterns must all hold")
    return _pattern(patterns[0], selectors)


def _pattern(pattern: Plain, selectors: _Selectors) -> Callers:
    match pattern:
        case {"any": list(some)}:
            found = Callers()
            for one in some:
                found |= _pattern(one, selectors)
            return found
        case {"selector": str(selector), "operator": "incl", "value": str(value)} if selector in selectors[0]:
            return Callers(groups=frozenset({value}))
        case {"selector": str(selector), "operator": "eq", "value": str(value)} if selector in selectors[1]:
            return Callers(users=frozenset({value}))
        case {"predicate": str(text)}:
            return callers(text)
        case _:
            raise UnknownShapeError("a pattern compares something else than groups and names")


def _subjects(found: Callers) -> Plain:
    said = {"groups": sorted(found.groups), "users": sorted(found.users)}
    return {kind: names for kind, names in said.items() if names}


class _Limit(Struct, frozen=True):
    name: str
    asked: Condition
    rates: list[Plain]
    shared: bool


def _limits(policy: Object, models: Sequence[str], dump: Dump, draft: Draft) -> None:
    """Add a subscription for each limit; one that excludes the callers of others comes after them."""
    if any((plan.namespace, plan.name) == (policy.namespace, policy.name) for plan in dump.of("PlanPolicy")):
        # Kuadrant makes it of the plan, which says the same.
        return
    for limit in _usable(policy, draft):
        for model in models:
            _limit(policy, limit, model, draft)


def _limit(policy: Object, limit: _Limit, model: str, draft: Draft) -> None:
    unit = policies.LIMITING[policy.kind]
    said = origin(policy, f"limit `{limit.name}`")
    owner = _subjects(limit.asked.who or Callers())
    rates = draft.say(limit.rates, policy, f"limit `{limit.name}`")
    beside = _beside(draft, owner, model)
    if beside is not None:
        _join(beside.data["models"][model], unit, rates)
        beside.origins.append(said)
        return
    budget: Plain = {unit: rates} if unit == "tokens" else {"unlimited": True, unit: rates}
    if limit.shared:
        budget["per"] = "subscription"
    entry = _elsewhere(draft, limit.name, owner, policy.kind)
    if entry is not None and model not in entry.data["models"]:
        entry.data["models"][model] = budget
        entry.origins.append(said)
        return
    excluded = len(limit.asked.without.groups | limit.asked.without.users)
    data: Plain = {"owner": owner, **({"priority": -excluded} if excluded else {}), "models": {model: budget}}
    entry = draft.add("subscriptions", limit.name, data, said)
    if excluded:
        entry.remarks.append("its priority is below those of the limits whose callers it leaves out")


def _beside(draft: Draft, owner: Plain, model: str) -> Entry | None:
    """Find what meters the same callers on the model already: tokens and requests of one entry hold together."""
    found = (entry for entry in draft.sections["subscriptions"].values() if entry.data["owner"] == owner)
    return next((entry for entry in found if model in entry.data["models"]), None)


def _elsewhere(draft: Draft, name: str, owner: Plain, kind: str) -> Entry | None:
    """Find the limit of the same name for the same callers on another model."""
    entry = draft.sections["subscriptions"].get(name)
    same = entry is not None and entry.data["owner"] == owner and any(one.startswith(kind) for one in entry.origins)
    return entry if same else None


def _join(budget: Plain, unit: str, rates: list[Plain]) -> None:
    budget.setdefault(unit, []).extend(rates)
    if unit == "tokens":
        budget.pop("unlimited", None)


def _usable(policy: Object, draft: Draft) -> Iterator[_Limit]:
    for name, limit in policies.limits(policy):
        if policies.is_denying(limit) or (policies.target(policy)[0] == "Gateway" and policies.is_of_tiers(limit)):
            continue
        try:
            yield _read(name, limit)
        except (UnknownShapeError, policies.UnusableError) as error:
            draft.leave_limit(policy, name, f"which cannot be said: {error}")


def _read(name: str, limit: Plain) -> _Limit:
    asked = condition(policies.predicates(limit))
    if not asked.who or asked.who.tiers:
        raise UnknownShapeError("it is for everybody, or for a tier")
    counted = policies.counters(limit)
    if counted not in ((), ("auth.identity.userid",)):
        raise policies.UnusableError("its counters are neither one for each user nor one for all")
    return _Limit(name, asked, policies.rates(limit), not counted)
