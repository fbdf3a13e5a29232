"""The order in which Argo CD applies objects: limits before the policy that lets callers reach them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.kube.authpolicy import AuthPolicy
from compiler.kube.base import Manifest
from compiler.kube.ratelimit import RateLimitPolicy, TokenRateLimitPolicy

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


# Of the kinds that have one wave, whatever they are about; those that are not here come with the tiers.
_OF_KIND: Final[Mapping[str, Wave]] = {
    # What everything else stands on or in: it comes first and goes last.
    "GatewayClass": Wave.PLATFORM,
    "Gateway": Wave.PLATFORM,
    "Kuadrant": Wave.PLATFORM,
    "Namespace": Wave.PLATFORM,
    "ServiceAccount": Wave.ACCOUNTS,
    # A token of an account: without the account Kubernetes removes it, and Authorino reads it but once.
    "Secret": Wave.TOKENS,
    # A route that leads nowhere, or without TLS, is never there; what it leads to is removed after it.
    "Service": Wave.BACKENDS,
    "ServiceEntry": Wave.BACKENDS,
    "DestinationRule": Wave.BACKENDS,
    "ReferenceGrant": Wave.BACKENDS,
    "HTTPRoute": Wave.ROUTES,
    "Role": Wave.AUTH,
    "RoleBinding": Wave.BINDINGS,
    # A key is accepted once every policy knows what it opens, and is the first to go.
    "ExternalSecret": Wave.KEYS,
    "SealedSecret": Wave.KEYS,
}


def wave(manifest: Manifest) -> Wave:
    """Give the wave of an object."""
    match manifest:
        case TokenRateLimitPolicy() | RateLimitPolicy():
            return Wave.GATEWAY_LIMITS if manifest.spec.target_ref.kind == _GATEWAY else Wave.LIMITS
        case AuthPolicy():
            return Wave.GATEWAY_AUTH if manifest.spec.target_ref.kind == _GATEWAY else Wave.AUTH
        case _:
            # The MaaS API hands out tokens of a tier only once every policy knows the tier.
            return _OF_KIND.get(manifest.kind, Wave.TIERS)


def in_wave(manifest: Manifest) -> Manifest:
    """Give the object with the annotations that tell Argo CD when to apply and when to remove it.

    Nothing denies requests where a RateLimitPolicy is missing, as the token policy's limit of 0 does for tokens. So it
    is removed last of all: after the policies that let callers through without its counts.
    """
    assert isinstance(manifest, Struct)  # noqa: S101 - every kind is one
    said = tuple(manifest.metadata.annotations.items())
    annotations = _annotations(said, wave(manifest), last=isinstance(manifest, RateLimitPolicy))
    return replace(manifest, metadata=replace(manifest.metadata, annotations=annotations))


@lru_cache(maxsize=1 << 6)
def _annotations(said: tuple[tuple[str, str], ...], when: Wave, *, last: bool) -> Mapping[str, str]:
    """Give the annotations of an object; those of one kind have the same, which nobody changes."""
    order = {SYNC_WAVE: str(int(when)), **({SYNC_OPTIONS: PRUNE_LAST} if last else {})}
    return dict(sorted({**dict(said), **order}.items()))
