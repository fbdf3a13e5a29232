"""What stands behind every route when policies attach to routes: the Gateway lets nobody through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.cel.tree import Bool
from compiler.expressions import metering
from compiler.kube.authpolicy import Authorization, AuthPolicy, AuthPolicySpec, Predicate, Rules
from compiler.kube.base import Manifest
from compiler.kube.ratelimit import Limit, RateLimitSpec, TokenRateLimitPolicy
from compiler.program.ir import Program
from compiler.targets.common import authentication, conditions, metadata, on_gateway, response
from compiler.targets.limits import DENIED

AUTH_POLICY: Final = "gateway-auth-policy"
TOKEN_POLICY: Final = "gateway-token-rate-limits"  # noqa: S105 - the name of a policy
REQUEST_POLICY: Final = "gateway-rate-limits"
_DENY: Final = "deny-unconfigured"

# The MaaS API's own paths on the same host; its routes bring their own AuthPolicy and spend no tokens.
MANAGEMENT_PATHS: Final = ("/maas-api", "/v1/api-keys", "/v1/models", "/v1/subscriptions")


def manifests(program: Program) -> Iterator[Manifest]:
    """Give an AuthPolicy that refuses every caller and a token limit of 0, both replaced by a route's own policies.

    The limit needs no field of the identity: on a route with somebody else's AuthPolicy it must hold all the same.
    """
    gateway = program.platform.gateway
    rules = Rules(
        authentication=authentication(program.platform.methods),
        authorization={_DENY: Authorization(0, conditions(Bool(value=False)))},
        response=response(),
    )
    yield AuthPolicy(metadata(AUTH_POLICY, gateway.namespace, adopted=True), AuthPolicySpec(on_gateway(gateway), rules))
    outside = metering.not_below(MANAGEMENT_PATHS)
    limit = Limit((DENIED,), (Predicate(metering.AFTER_AUTHENTICATION), Predicate(outside)))
    yield TokenRateLimitPolicy(
        metadata(TOKEN_POLICY, gateway.namespace, adopted=True), RateLimitSpec(on_gateway(gateway), {_DENY: limit})
    )
