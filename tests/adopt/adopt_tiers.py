"""A cluster of the tier era: one AuthPolicy and two policies of limits on the Gateway, and a mapping of groups to tiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import yaml
from adopt_cluster import (
    CLUSTER,
    GATEWAY,
    GATEWAY_API,
    GATEWAYS,
    HOST,
    KUADRANT,
    TOKENS,
    Plain,
    gateway,
    on,
    route,
    service,
    thing,
)

_LISTING: Final = '!request.path.endsWith("/v1/models")'


@dataclass(frozen=True)
class Tier:
    """A tier with its limits of tokens, of requests, or of neither."""

    name: str
    level: int
    groups: tuple[str, ...]
    tokens: tuple[int, str] | None = None
    requests: tuple[int, str] | None = None


TIERS: Final = (
    Tier("free", 0, ("tier-free-users", "system:authenticated"), (100, "1m"), (5, "2m")),
    Tier("premium", 1, ("tier-premium-users", "premium-group"), (50000, "1m"), (20, "2m")),
    Tier("enterprise", 2, ("tier-enterprise-users", "admin-group"), (100000, "1m"), (50, "2m")),
)


def cluster(models: Mapping[str, Sequence[str] | None], tiers: Sequence[Tier] = TIERS) -> list[Plain]:
    """Give everything that such a cluster has; `models` (`namespace/name`) with the tiers of their annotation, if any."""
    found = [gateway(), _mapping(tiers), _auth()]
    found += [_limits("TokenRateLimitPolicy", tiers)] if any(one.tokens for one in tiers) else []
    found += [_limits("RateLimitPolicy", tiers)] if any(one.requests for one in tiers) else []
    for name, listed in models.items():
        namespace, _, short = name.partition("/")
        found += [service(namespace, short, listed), route(namespace, short)]
    return [*found, *_maas_api()]


def _mapping(tiers: Sequence[Tier]) -> Plain:
    listed = [
        {"name": one.name, "displayName": f"{one.name.title()} Tier", "level": one.level, "groups": list(one.groups)}
        for one in tiers
    ]
    labels = {"app": "maas-api", "component": "tier-mapping"}
    return thing("v1", "ConfigMap", "maas-api", "tier-to-group-mapping", labels=labels, data={"tiers": yaml.safe_dump(listed)})


def _auth() -> Plain:
    rules = {
        "metadata": {
            "matchedTier": {
                "http": {
                    "url": "http://maas-api.maas-api.svc.cluster.local:8080/v1/tiers/lookup",
                    "method": "POST",
                    "contentType": "application/json",
                    "body": {"expression": '{ "groups": auth.identity.user.groups }'},
                },
                "cache": {"key": {"selector": "auth.identity.user.username"}, "ttl": 300},
            }
        },
        "authentication": {
            "service-accounts": {
                "kubernetesTokenReview": {"audiences": [f"{GATEWAY}-sa"]},
                "defaults": {"userid": {"expression": 'auth.identity.user.username.split(":")[3]'}},
                "cache": {"key": {"selector": "context.request.http.headers.authorization.@case:lower"}, "ttl": 600},
            }
        },
        "authorization": {
            "tier-access": {
                "kubernetesSubjectAccessReview": {
                    "user": {"expression": "auth.identity.user.username"},
                    "authorizationGroups": {"expression": "auth.identity.user.groups"},
                    "resourceAttributes": {
                        "group": {"value": "serving.kserve.io"},
                        "resource": {"value": "llminferenceservices"},
                        "namespace": {"expression": 'request.path.split("/")[1]'},
                        "name": {"expression": 'request.path.split("/")[2]'},
                        "verb": {"value": "post"},
                    },
                },
                "cache": {"key": {"selector": "{auth.identity.user.username}:{request.path}"}, "ttl": 60},
            }
        },
        "response": {
            "success": {
                "headers": {
                    "X-MaaS-Username": {"plain": {"selector": "auth.identity.userid"}},
                    "X-MaaS-Tier": {"plain": {"selector": "auth.metadata.matchedTier.tier"}},
                },
                "filters": {
                    "identity": {
                        "json": {
                            "properties": {
                                "userid": {"expression": "auth.identity.userid"},
                                "tier": {"expression": "auth.metadata.matchedTier.tier"},
                            }
                        }
                    }
                },
            }
        },
    }
    spec = {"targetRef": on("Gateway", GATEWAY), "rules": rules}
    return thing(KUADRANT, "AuthPolicy", GATEWAYS, "gateway-auth-policy", spec=spec, status={"conditions": []})


def _limits(kind: str, tiers: Sequence[Tier]) -> Plain:
    limits = {}
    for one in tiers:
        rate = one.tokens if kind == "TokenRateLimitPolicy" else one.requests
        if rate is None:
            continue
        tier = f'auth.identity.tier == "{one.name}"'
        name, predicate = (
            (f"{one.name}-user-tokens", f"{tier} && {_LISTING}") if kind == "TokenRateLimitPolicy" else (one.name, tier)
        )
        limits[name] = {
            "rates": [{"limit": rate[0], "window": rate[1]}],
            "when": [{"predicate": predicate}],
            "counters": [{"expression": "auth.identity.userid"}],
        }
    name = "gateway-token-rate-limits" if kind == "TokenRateLimitPolicy" else "gateway-rate-limits"
    version = TOKENS if kind == "TokenRateLimitPolicy" else KUADRANT
    return thing(version, kind, GATEWAYS, name, spec={"targetRef": on("Gateway", GATEWAY), "limits": limits}, status={})


def _maas_api() -> list[Plain]:
    parents = [{"name": GATEWAY, "namespace": GATEWAYS}]
    backend = [{"name": "maas-api", "port": 8080, "weight": 100}]
    rules = [
        {"matches": [{"path": {"type": "PathPrefix", "value": path}}], "backendRefs": backend}
        for path in ("/v1/models", "/maas-api")
    ]
    review = {"kubernetesTokenReview": {"audiences": [CLUSTER, f"{GATEWAY}-sa"]}}
    headers = {"X-MaaS-Username": {"plain": {"selector": "auth.identity.user.username"}}}
    auth = {"authentication": {"openshift-identities": review}, "response": {"success": {"headers": headers}}}
    return [
        thing(
            GATEWAY_API,
            "HTTPRoute",
            "maas-api",
            "maas-api-route",
            spec={"parentRefs": parents, "hostnames": [HOST], "rules": rules},
        ),
        thing(
            KUADRANT,
            "AuthPolicy",
            "maas-api",
            "maas-api-auth-policy",
            spec={"targetRef": on("HTTPRoute", "maas-api-route"), "rules": auth},
        ),
    ]
