"""The MaaS API's own route: it lists models and mints tokens for whoever the gateway vouches for, and spends no budget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from compiler.cel.tree import Compare, Str
from compiler.expressions import access, identity
from compiler.kube.authpolicy import Authentication, Authorization, AuthPolicy, AuthPolicySpec, Rules
from compiler.kube.base import GATEWAY_GROUP, Manifest, TargetRef
from compiler.kube.grants import GrantFrom, GrantTo, ReferenceGrant, ReferenceGrantSpec
from compiler.kube.httproute import (
    BackendRef,
    HttpRoute,
    HttpRouteSpec,
    Match,
    ParentRef,
    PathMatch,
    PathModifier,
    RouteFilter,
    RouteRule,
    UrlRewrite,
)
from compiler.kube.names import object_name
from compiler.program.ir import Program
from compiler.program.methods import at_maas_api
from compiler.targets.common import WayIn, conditions, genuine, metadata, response, ways_in
from compiler.targets.injection import named

ROUTE: Final = "maas-api-route"
AUTH_POLICY: Final = "maas-api-auth-policy"
_GRANT: Final = "maas-chat-proxy"

# Where it is below `/maas-api`; what it serves at the root of the host keeps its path.
_BELOW: Final = "/maas-api"
_AT_ROOT: Final = ("/v1/models", "/v1/subscriptions", "/v1/api-keys")
# What callers need of it where it also proxies chats: on its other paths a chat would pass without access and budget.
_NEEDED: Final = (*_AT_ROOT, "/v1/tokens")


def manifests(program: Program) -> Iterator[Manifest]:
    """Give the route of the MaaS API with its AuthPolicy, and what lets models' routes reach its chat proxy."""
    if program.platform.made.maas_api_route:
        yield _route(program)
        yield _auth_policy(program)
    api = program.platform.maas_api
    for namespace in sorted({model.namespace for model in program.models if model.chat_proxy} - {api.namespace}):
        spec = ReferenceGrantSpec((GrantFrom(GATEWAY_GROUP, "HTTPRoute", namespace),), (GrantTo("", "Service", api.service),))
        yield ReferenceGrant(metadata(object_name(_GRANT, namespace), api.namespace), spec)


def _route(program: Program) -> HttpRoute:
    gateway, api = program.platform.gateway, program.platform.maas_api
    backend = (BackendRef(api.service, api.port),)
    rules = [_rule(path, None, backend) for path in _AT_ROOT]
    if any(model.chat_proxy for model in program.models):
        rules += [_rule(_BELOW + path, path, backend) for path in _NEEDED]
    else:
        rules.append(_rule(_BELOW, "/", backend))
    spec = HttpRouteSpec((ParentRef(gateway.namespace, gateway.name),), (gateway.hostname,), tuple(rules))
    return HttpRoute(metadata(ROUTE, api.namespace, adopted=True), spec)


def _rule(path: str, rewritten: str | None, backend: tuple[BackendRef, ...]) -> RouteRule:
    rewrite = () if rewritten is None else (_rewrite(rewritten),)
    return RouteRule((Match(PathMatch("PathPrefix", path)),), rewrite, backend)


def _rewrite(path: str) -> RouteFilter:
    return RouteFilter("URLRewrite", UrlRewrite(PathModifier("ReplacePrefixMatch", replace_prefix_match=path)))


def _auth_policy(program: Program) -> AuthPolicy:
    """Let in whoever can be named, and tell the MaaS API who it is: it takes user and groups from the headers alone."""
    chosen = at_maas_api(program.platform.methods)
    rules = Rules(
        authentication={way.name: _naming(way) for way in ways_in(chosen, program.tiers)},
        authorization={
            **genuine(chosen),
            "identity-headers": Authorization(0, conditions(*access.identity_headers())),
            "named": Authorization(1, conditions(Compare("!=", identity.USERID, Str("")))),
        },
        response=response(named()),
    )
    target = TargetRef(GATEWAY_GROUP, "HTTPRoute", ROUTE)
    return AuthPolicy(metadata(AUTH_POLICY, program.platform.maas_api.namespace, adopted=True), AuthPolicySpec(target, rules))


def _naming(way: WayIn) -> Authentication:
    """Give a way in with what is told of its callers; the tier is the MaaS API's to look up."""
    overrides = {name: value for name, value in way.authentication.overrides.items() if name != identity.TIER_NAME}
    return replace(way.authentication, overrides=overrides)
