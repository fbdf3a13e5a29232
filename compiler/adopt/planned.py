"""What Kuadrant makes of PlanPolicies: the plan of each caller among what limits see, and a limit for each plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from compiler.adopt import policies
from compiler.adopt.gather import Dump
from compiler.adopt.objects import Object, Plain, mapping, mappings
from compiler.cel import parse as cel
from compiler.cel import printer
from compiler.cel.build import equals, path
from compiler.cel.printer import spellable
from compiler.cel.tree import Compare, Expr, Ident, Index, Int, ListLit, Macro, Str, Ternary

# The windows that Kuadrant gives to these words.
WINDOWS: Final = {"daily": "24h", "weekly": "168h", "monthly": "730h", "yearly": "8760h"}

# What the plan is exported as.
FILTER: Final = "kuadrant"
_PLAN: Final = "plan"
_VERSION: Final = "kuadrant.io/v1"


class Planned(Struct, frozen=True):
    """What is made of all plans: `filters` by AuthPolicy, `limits` with their PlanPolicy, and why nothing is known of others."""

    filters: Mapping[str, Plain] = field(default_factory=dict)
    limits: tuple[tuple[Object, Plain], ...] = ()
    refused: tuple[tuple[Object, str], ...] = ()


class _UnknownError(ValueError):
    """Nothing tells what Kuadrant makes of these plans; says what of them."""


def planned(dump: Dump) -> Planned:
    """Work out what is made of the plans of a dump."""
    filters: dict[str, Plain] = {}
    limits: list[tuple[Object, Plain]] = []
    refused: list[tuple[Object, str]] = []
    written = {one.id for one in dump.of("RateLimitPolicy")}
    for policy in dump.of("PlanPolicy"):
        try:
            auth = _beside(policy, dump)
            plans = [(str(plan.get("tier", "")), plan) for plan in mappings(policy.spec.get("plans"))]
            filters[auth.id] = {"json": {"properties": {_PLAN: {"expression": printer.text(_plan(plans))}}}}
            if policy.id not in written:
                limits.append((policy, _limits(policy, plans)))
        except (_UnknownError, policies.UnusableError) as error:
            refused.append((policy, f"what Kuadrant makes of its plans is not known: {error}"))
    return Planned(filters, tuple(limits), tuple(refused))


def _beside(policy: Object, dump: Dump) -> Object:
    """Give the AuthPolicy on the same target, among whose exports the plan is."""
    to = policies.target(policy)
    on = [one for one in dump.of("AuthPolicy") if one.namespace == policy.namespace and policies.target(one) == to]
    if len(on) != 1:
        raise _UnknownError(f"{len(on) or 'no'} AuthPolicies are on its target")
    if to[0] == "Gateway" and any(policies.target(one)[0] != "Gateway" for one in dump.of("AuthPolicy", "RateLimitPolicy")):
        raise _UnknownError("it is on a Gateway, and routes have policies of their own")
    success = mapping(mapping(mapping(policies.body(on[0]).get("rules")).get("response")).get("success"))
    if FILTER in mapping(success.get("filters")):
        raise _UnknownError(f"its AuthPolicy exports a `{FILTER}` of its own")
    return on[0]


def _plan(plans: list[tuple[str, Plain]]) -> Expr:
    """Give the expression of the first plan whose condition holds; without one, or with an error of any, it is an error."""
    if not plans:
        raise _UnknownError("it has none")
    found: list[Expr] = []
    for name, plan in plans:
        if not name or not spellable(name) or '"' in name:
            raise _UnknownError("a plan has a name that is none")
        try:
            found.append(Ternary(cel.parse(str(plan.get("predicate", ""))), Str(name), Str("")))
        except ValueError as error:
            raise _UnknownError(f"the condition of `{name}` is beyond what is read here") from error
    return Index(Macro("filter", ListLit(tuple(found)), "p", Compare("!=", Ident("p"), Str(""))), Int(0))


def _limits(policy: Object, plans: list[tuple[str, Plain]]) -> Plain:
    """Give the policy of the same name: one amount for all whom a plan is for."""
    limits = {
        name: {
            "rates": rates(mapping(plan.get("limits"))),
            "when": [{"predicate": printer.text(equals(path("auth", FILTER, _PLAN), name))}],
        }
        for name, plan in plans
    }
    metadata = {"name": policy.name, "namespace": policy.namespace}
    spec = {"targetRef": policy.spec.get("targetRef"), "limits": limits}
    return {"apiVersion": _VERSION, "kind": "RateLimitPolicy", "metadata": metadata, "spec": spec}


def rates(limits: Plain) -> list[Plain]:
    """Give the rates of a plan.

    Raises:
        UnusableError: it has none, or one that cannot be said.
    """
    found: list[object] = [{"limit": limits[word], "window": window} for word, window in WINDOWS.items() if word in limits]
    custom = limits.get("custom")
    found += custom if isinstance(custom, list) else []
    if not found:
        raise policies.UnusableError("it has no limits")
    return policies.rates({"rates": found})
