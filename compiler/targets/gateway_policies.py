"""Policies of the Gateway for all models at once (gateway attachment): tier from groups, access from Kubernetes RBAC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.cel.build import path
from compiler.cel.tree import Concat, Expr, Has, Index, Int, ListLit, Method, Select, Str, Ternary
from compiler.expressions import access, identity, metering, selection
from compiler.expressions.groups import Mentioned
from compiler.kube.authpolicy import (
    Authorization,
    AuthPolicy,
    AuthPolicySpec,
    Expression,
    ResourceAttributes,
    Rules,
    Static,
    SubjectAccessReview,
)
from compiler.kube.base import Manifest
from compiler.kube.ratelimit import RateLimitPolicy, RateLimitSpec, TokenRateLimitPolicy
from compiler.program.ir import Program
from compiler.targets.common import carrying, conditions, genuine, metadata, on_gateway, response, ways_in
from compiler.targets.gateway_deny import AUTH_POLICY, MANAGEMENT_PATHS, REQUEST_POLICY, TOKEN_POLICY
from compiler.targets.injection import success
from compiler.targets.limits import Limits
from compiler.targets.model_rbac import API_GROUP, RESOURCE, VERB

# The user of an access review, which must name one: no binding to a user of the cluster may open what no tier opens.
_NOBODY: Final = "maasc:caller-of-a-tier"


def manifests(program: Program) -> Iterator[Manifest]:
    """Give the AuthPolicy, the TokenRateLimitPolicy, and where requests are limited the RateLimitPolicy of the Gateway."""
    gateway = program.platform.gateway
    yield _auth_policy(program)
    entries = tuple(tier.entry for tier in program.tiers)
    scope = (metering.not_below(MANAGEMENT_PATHS), metering.not_any_listing())
    limits = Limits(metering.Meter(program.platform.bridge, entries, program.tiers), scope)
    yield TokenRateLimitPolicy(
        metadata(TOKEN_POLICY, gateway.namespace, adopted=True),
        RateLimitSpec(on_gateway(gateway), limits.of_tokens()),
    )
    requests = limits.of_requests()
    if requests:
        yield RateLimitPolicy(
            metadata(REQUEST_POLICY, gateway.namespace, adopted=True), RateLimitSpec(on_gateway(gateway), requests)
        )


def _auth_policy(program: Program) -> AuthPolicy:
    gateway = program.platform.gateway
    review = SubjectAccessReview(
        user=Static(_NOBODY),
        authorization_groups=Expression(access.projected_groups(program.tiers)),
        resource_attributes=ResourceAttributes(
            group=Static(API_GROUP),
            resource=Static(RESOURCE),
            namespace=Expression(_path_segment(1)),
            name=Expression(_path_segment(2)),
            verb=Static(VERB),
        ),
    )
    selected = selection.Selection((), program.tiers)
    mentioned = Mentioned(tuple(group for tier in program.tiers for group in tier.members.groups))
    rules = Rules(
        authentication=carrying(ways_in(program.platform.methods, program.tiers), (selected, mentioned)),
        authorization={
            **genuine(program.platform.methods),
            "identity-headers": Authorization(0, conditions(*access.identity_headers())),
            "model-access": Authorization(1, kubernetes_subject_access_review=review),
            "subscription": Authorization(2, conditions(selection.has_selection(selected.key))),
        },
        response=response(success(selected, mentioned)),
    )
    return AuthPolicy(metadata(AUTH_POLICY, gateway.namespace, adopted=True), AuthPolicySpec(on_gateway(gateway), rules))


def _path_segment(index: int) -> Expr:
    """Give a segment of the path (`/namespace/model/...`), or `""` where the path is too short; no query string."""
    request = path("request")
    whole = Ternary(Has(Select(request, "url_path")), identity.URL_PATH, Str(""))
    padding = ListLit((Str(""),) * 3)
    return Index(Concat((Method(whole, "split", (Str("/"),)), padding)), Int(index))
