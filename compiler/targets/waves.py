"""The order in which Argo CD applies objects: limits before the policy that lets callers reach them."""

from __future__ import annotations

from dataclasses import is_dataclass, replace
from enum import IntEnum
from typing import Final

from compiler.kube.accounts import ServiceAccount, TokenSecret
from compiler.kube.authpolicy import AuthPolicy
from compiler.kube.base import Manifest
from compiler.kube.core import Role, RoleBinding
from compiler.kube.egress import DestinationRule, ExternalNameService, ServiceEntry
from compiler.kube.gateway import Gateway, GatewayClass, Kuadrant
from compiler.kube.grants import ReferenceGrant
from compiler.kube.httproute import HttpRoute
from compiler.kube.namespaces import Namespace
from compiler.kube.ratelimit import RateLimitPolicy, TokenRateLimitPolicy
from compiler.kube.secrets import ExternalSecret, SealedSecret

SYNC_WAVE: Final = "argocd.argoproj.io/sync-wave"
SYNC_OPTIONS: Final = "argocd.argoproj.io/sync-options"
PRUNE_LAST: Final = "PruneLast=true"

_GATEWAY: Final = "Gateway"


class Wave(IntEnum):
    """The waves of one sync, the lowest first; what is removed goes in the opposite order.

    A token policy counts 0 for every entry that it does not know, so that limits may come before the policy that
    selects entries. A route comes before its policies, because Kuadrant accepts none without a target; until they are
    there the Gateway's own deny stands behind it.
    """

    PLATFORM = -1
    GATEWAY_LIMITS = 0
    ACCOUNTS = GATEWAY_LIMITS
    GATEWAY_AUTH = 1
    TOKENS = GATEWAY_AUTH
    BACKENDS = GATEWAY_AUTH
    ROUTES = 2
    LIMITS = 3
    AUTH = 4
    BINDINGS = 5
    TIERS = 6
    KEYS = 7


def wave(manifest: Manifest) -> Wave:
    """Give the wave of an object."""
    match manifest:
        case TokenRateLimitPolicy() | RateLimitPolicy():
            return Wave.GATEWAY_LIMITS if manifest.spec.target_ref.kind == _GATEWAY else Wave.LIMITS
        case AuthPolicy():
            return Wave.GATEWAY_AUTH if manifest.spec.target_ref.kind == _GATEWAY else Wave.AUTH
        case GatewayClass() | Gateway() | Kuadrant() | Namespace():
            # What everything else stands on or in: it comes first and goes last.
            return Wave.PLATFORM
        case HttpRoute():
            return Wave.ROUTES
        case ExternalNameService() | ServiceEntry() | DestinationRule() | ReferenceGrant():
            # A route that leads nowhere, or without TLS, is never there; what it leads to is removed after it.
            return Wave.BACKENDS
        case ServiceAccount():
            return Wave.ACCOUNTS
        case TokenSecret():
            # Of an account that is not there, Kubernetes removes the token's Secret; Authorino reads it but once.
            return Wave.TOKENS
        case Role():
            return Wave.AUTH
        case RoleBinding():
            return Wave.BINDINGS
        case ExternalSecret() | SealedSecret():
            # A key is accepted once every policy knows what it opens, and is the first to go.
            return Wave.KEYS
        case _:
            # The MaaS API hands out tokens of a tier only once every policy knows the tier.
            return Wave.TIERS


def in_wave(manifest: Manifest) -> Manifest:
    """Give the object with the annotations that tell Argo CD when to apply and when to remove it.

    Nothing denies requests where a RateLimitPolicy is missing, as the token policy's limit of 0 does for tokens. So it
    is removed last of all: after the policies that let callers through without its counts.
    """
    assert is_dataclass(manifest)  # noqa: S101 - every kind is one
    order = {SYNC_WAVE: str(int(wave(manifest)))}
    if isinstance(manifest, RateLimitPolicy):
        order[SYNC_OPTIONS] = PRUNE_LAST
    metadata = replace(manifest.metadata, annotations=dict(sorted({**manifest.metadata.annotations, **order}.items())))
    return replace(manifest, metadata=metadata)
