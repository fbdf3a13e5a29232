"""What the families of manifests share: metadata, targets, and the AuthPolicy's parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from compiler.auth import methods
from compiler.cel.tree import Expr
from compiler.expressions import identity, selection
from compiler.expressions.identity import Facts
from compiler.kube.authpolicy import Authentication, DenyWith, Expression, PatternMatching, Predicate, Response, Static, Success
from compiler.kube.base import GATEWAY_GROUP, ObjectMeta, TargetRef
from compiler.program.ir import Gateway, Method, Model, Tier

MANAGED_BY: Final = "maasc"
PART_OF: Final = "models-as-a-service"


def metadata(name: str, namespace: str | None, *, adopted: bool = False, labels: Mapping[str, str] | None = None) -> ObjectMeta:
    """Name an object of ours.

    `adopted` marks objects whose name a controller of the platform also uses, so that it leaves them alone
    (annotation `opendatahub.io/managed`, read by the MaaS controller and the ODH operator).
    """
    ours = {"app.kubernetes.io/managed-by": MANAGED_BY, "app.kubernetes.io/part-of": PART_OF}
    annotations = {"opendatahub.io/managed": "false"} if adopted else {}
    return ObjectMeta(name, namespace, {**ours, **(labels or {})}, annotations)


def on_route(model: Model) -> TargetRef:
    """Point at the route of a model."""
    return TargetRef(GATEWAY_GROUP, "HTTPRoute", model.route)


def on_gateway(gateway: Gateway) -> TargetRef:
    """Point at the Gateway."""
    return TargetRef(GATEWAY_GROUP, "Gateway", gateway.name)


def authentication(chosen: Sequence[Method]) -> dict[str, Authentication]:
    """Give the ways in, one after the other: two of one priority would race (Authorino, evaluateOneAuthConfig)."""
    return {method.name: Authentication(priority, methods.evaluator(method)) for priority, method in enumerate(chosen)}


class Computed(Protocol):
    """Something that is computed from the facts once, and carried by the identity."""

    def overrides(self, facts: Facts) -> Mapping[str, Expr]:
        """Give the fields of the identity by name; the same names for every method."""


def authentication_with_facts(
    chosen: Sequence[Method], tiers: Sequence[Tier], computed: Sequence[Computed]
) -> dict[str, Authentication]:
    """Give the ways in, each with the caller's facts and what is computed from them as overrides of the identity.

    Overrides and not defaults: a claim of the token must not stand in for what we compute.
    """
    plain = authentication(chosen)
    return {
        method.name: Authentication(
            plain[method.name].priority,
            plain[method.name].kubernetes_token_review,
            _overrides(methods.facts(method, tiers), tiers, computed),
        )
        for method in chosen
    }


def _overrides(facts: Facts, tiers: Sequence[Tier], computed: Sequence[Computed]) -> dict[str, Expression]:
    found = {
        identity.USERID_NAME: facts.userid,
        identity.GROUPS_NAME: facts.groups,
        identity.TIER_NAME: selection.tier(facts, tiers, lambda tier: tier.name),
    }
    for one in computed:
        found |= one.overrides(facts)
    return {name: Expression(value) for name, value in found.items()}


def conditions(*predicates: Expr) -> PatternMatching:
    """Ask for all of the conditions; always CEL, because a selector that finds nothing satisfies `neq` and `excl`."""
    return PatternMatching(tuple(Predicate(predicate) for predicate in predicates))


def response(success: Success | None = None) -> Response:
    """Give the answers of an AuthPolicy, with what an accepted request carries on."""
    return Response(
        unauthenticated=DenyWith(401, Static("Authentication required")),
        unauthorized=DenyWith(403, Static("Access denied")),
        success=success,
    )
