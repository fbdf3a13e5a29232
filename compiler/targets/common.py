"""What the families of manifests share: metadata, targets, and the AuthPolicy's parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from compiler.auth import methods
from compiler.cel.tree import Expr, Str
from compiler.expressions import identity, selection
from compiler.expressions.identity import Facts
from compiler.kube.authpolicy import (
    Authentication,
    Authorization,
    DenyWith,
    Expression,
    PatternMatching,
    Predicate,
    Response,
    Static,
    Success,
)
from compiler.kube.base import GATEWAY_GROUP, ObjectMeta, TargetRef
from compiler.program.ir import Gateway, Model, Tier
from compiler.program.methods import Method

MANAGED_BY: Final = "maasc"
PART_OF: Final = "models-as-a-service"

_OURS: Final = {"app.kubernetes.io/managed-by": MANAGED_BY, "app.kubernetes.io/part-of": PART_OF}
_ADOPTED: Final = {"opendatahub.io/managed": "false"}


def metadata(
    name: str,
    namespace: str | None,
    *,
    adopted: bool = False,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> ObjectMeta:
    """Name an object of ours.

    `adopted` marks objects whose name a controller of the platform also uses, so that it leaves them alone
    (annotation `opendatahub.io/managed`, read by the MaaS controller and the ODH operator).
    """
    told = _ADOPTED if adopted else {}
    return ObjectMeta(name, namespace, {**_OURS, **labels} if labels else _OURS, {**annotations, **told} if annotations else told)


def on_route(model: Model) -> TargetRef:
    """Point at the route of a model."""
    return TargetRef(GATEWAY_GROUP, "HTTPRoute", model.route)


def on_gateway(gateway: Gateway) -> TargetRef:
    """Point at the Gateway."""
    return TargetRef(GATEWAY_GROUP, "Gateway", gateway.name)


def authentication(chosen: Sequence[Method]) -> dict[str, Authentication]:
    """Give the ways in, one after the other: two of one priority would race (Authorino, evaluateOneAuthConfig)."""
    return {method.name: methods.authentication(method, priority) for priority, method in enumerate(chosen)}


def genuine(chosen: Sequence[Method]) -> dict[str, Authorization]:
    """Give the rule that refuses accepted credentials which are somebody else's; none where the ways in leave no doubt."""
    patterns = methods.genuine(chosen)
    return {"issuer-and-audience": Authorization(0, PatternMatching(patterns))} if patterns else {}


class Computed(Protocol):
    """Something that is computed from the facts once, and carried by the identity."""

    def overrides(self, facts: Facts) -> Mapping[str, Expr]:
        """Give the fields of the identity by name; the same names for every method."""


class WayIn(Struct, frozen=True):
    """A way in with what it tells of a caller, whatever is called."""

    name: str
    facts: Facts
    authentication: Authentication


def ways_in(chosen: Sequence[Method], tiers: Sequence[Tier]) -> tuple[WayIn, ...]:
    """Give the ways in, each with the caller's facts as overrides of the identity.

    Overrides and not defaults: a claim of the token must not stand in for what we compute.
    """
    plain = authentication(chosen)
    told = bool(methods.genuine(chosen))
    return tuple(_way_in(method, plain[method.name], tiers, named=told) for method in chosen)


def _way_in(method: Method, plain: Authentication, tiers: Sequence[Tier], *, named: bool) -> WayIn:
    """Give one way in; with `named` the identity carries the method's name, for rules that are about some methods only."""
    facts = selection.with_tier(methods.facts(method, tiers), tiers)
    overrides = {
        **({identity.METHOD_NAME: Expression(Str(method.name))} if named else {}),
        identity.USERID_NAME: Expression(facts.userid),
        identity.GROUPS_NAME: Expression(facts.groups),
        identity.TIER_NAME: Expression(selection.tier(facts, tiers)),
    }
    return WayIn(method.name, facts, replace(plain, overrides=overrides))


def carrying(ways: Sequence[WayIn], computed: Sequence[Computed]) -> dict[str, Authentication]:
    """Give the ways in with what is computed from each one's facts as further overrides of the identity."""
    return {way.name: replace(way.authentication, overrides=_overrides(way, computed)) for way in ways}


def _overrides(way: WayIn, computed: Sequence[Computed]) -> Mapping[str, Expression]:
    found = dict(way.authentication.overrides)
    for one in computed:
        found |= {name: Expression(value) for name, value in one.overrides(way.facts).items()}
    return found


def conditions(*predicates: Expr) -> PatternMatching:
    """Ask for all of the conditions; always CEL, because a selector that finds nothing satisfies `neq` and `excl`."""
    return PatternMatching(tuple(Predicate(predicate) for predicate in predicates))


_UNAUTHENTICATED: Final = DenyWith(401, Static("Authentication required"))
_UNAUTHORIZED: Final = DenyWith(403, Static("Access denied"))


def response(success: Success | None = None) -> Response:
    """Give the answers of an AuthPolicy, with what an accepted request carries on."""
    return Response(_UNAUTHENTICATED, _UNAUTHORIZED, success)
