"""Clusters as `kubectl get -A -o yaml` prints them: of the tier era, and of the MaaS controller's first release and today's.

What the controllers make of their resources is written down here a second time, after the shapes that are published for
them, so that an import is tried on policies that no part of this program has made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

Plain = dict[str, Any]

GATEWAY: Final = "maas-default-gateway"
GATEWAYS: Final = "openshift-ingress"
HOST: Final = "maas.apps.example.com"
CLUSTER: Final = "https://kubernetes.default.svc"
MAAS: Final = "maas.opendatahub.io/v1alpha1"
KUADRANT: Final = "kuadrant.io/v1"
TOKENS: Final = "kuadrant.io/v1alpha1"
GATEWAY_API: Final = "gateway.networking.k8s.io/v1"
DEFAULT: Final = [{"limit": 100, "window": "1m"}]


@dataclass(frozen=True)
class Access:
    """A MaaSAuthPolicy."""

    name: str
    models: tuple[str, ...]
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subscription:
    """A MaaSSubscription; `models` by name, with the rates that are written, if any."""

    name: str
    models: Mapping[str, Sequence[tuple[int, str]]]
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    priority: int = 0
    metadata: Plain = field(default_factory=dict)


def thing(version: str, kind: str, namespace: str, name: str, **rest: Any) -> Plain:  # noqa: ANN401 - any object
    """Give an object with what the API server adds to each."""
    labels, annotations = rest.pop("labels", None), rest.pop("annotations", {})
    metadata: Plain = {
        "name": name,
        "creationTimestamp": "2026-03-01T08:00:00Z",
        "generation": 3,
        "resourceVersion": "482113",
        "uid": "5b0a4b5e-0d2e-4d86-8a3f-7f0c1a8a0a11",
        "managedFields": [{"manager": "maas-controller", "operation": "Update", "fieldsV1": {"f:spec": {}}}],
        "annotations": {**annotations, "kubectl.kubernetes.io/last-applied-configuration": json.dumps({"kind": kind})},
    }
    if namespace:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def listing(objects: Iterable[Plain]) -> str:
    """Give the text that `kubectl` prints for several objects."""
    whole = {"apiVersion": "v1", "items": list(objects), "kind": "List", "metadata": {"resourceVersion": ""}}
    # Through JSON, because a cluster knows no aliases.
    text: str = yaml.safe_dump(json.loads(json.dumps(whole)), sort_keys=True)
    return text


def write(folder: Path, objects: Iterable[Plain], name: str = "dump.yaml") -> Path:
    """Write a dump into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(listing(objects), encoding="utf-8")
    return path


def gateway() -> Plain:
    """Give the gateway of all models."""
    listener = {
        "name": "https",
        "hostname": HOST,
        "port": 443,
        "protocol": "HTTPS",
        "allowedRoutes": {"namespaces": {"from": "All"}},
        "tls": {"certificateRefs": [{"name": "maas-tls"}]},
    }
    return thing(
        GATEWAY_API,
        "Gateway",
        GATEWAYS,
        GATEWAY,
        spec={"gatewayClassName": "openshift-default", "listeners": [listener]},
        status={},
    )


def route(namespace: str, name: str) -> Plain:
    """Give the route that KServe makes for a model."""
    spec = {
        "parentRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": GATEWAY, "namespace": GATEWAYS}],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": f"/{namespace}/{name}"}}],
                "filters": [
                    {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}}
                ],
                "backendRefs": [{"kind": "Service", "name": f"{name}-kserve-workload-svc", "port": 8000, "weight": 1}],
                "timeouts": {"backendRequest": "0s", "request": "0s"},
            }
        ],
    }
    return thing(GATEWAY_API, "HTTPRoute", namespace, f"{name}-kserve-route", spec=spec, status={"parents": []})


def service(namespace: str, name: str, tiers: Sequence[str] | None = None) -> Plain:
    """Give the LLMInferenceService of a model."""
    annotations = {} if tiers is None else {"alpha.maas.opendatahub.io/tiers": json.dumps(list(tiers))}
    spec = {"model": {"name": name, "uri": f"hf://example/{name}"}, "replicas": 1, "router": {"route": {}}}
    return thing("serving.kserve.io/v1alpha1", "LLMInferenceService", namespace, name, annotations=annotations, spec=spec)


def on(kind: str, name: str) -> Plain:
    """Give a reference to what a policy is on."""
    return {"group": "gateway.networking.k8s.io", "kind": kind, "name": name}


def deny_by_default() -> list[Plain]:
    """Give the two policies that the controller puts on the gateway for models nobody configured."""
    tokens = {
        "defaults": {
            "limits": {
                "deny-all-by-default": {
                    "counters": [{"expression": "auth.identity.userid"}],
                    "rates": [{"limit": 0, "window": "1m"}],
                    "when": [{"predicate": '!request.path.startsWith("/maas-api") && !request.path.startsWith("/v1/models")'}],
                }
            }
        },
        "targetRef": on("Gateway", GATEWAY),
    }
    return [thing(TOKENS, "TokenRateLimitPolicy", GATEWAYS, "gateway-default-deny", spec=tokens)]


class FirstRelease:
    """The controller of February 2026: resources in one namespace, models by name, policies on each model's route."""

    def __init__(self, models: Mapping[str, str], access: Sequence[Access], subscriptions: Sequence[Subscription]) -> None:
        self.models = dict(models)
        self.access = tuple(access)
        self.subscriptions = tuple(subscriptions)

    def objects(self) -> list[Plain]:
        """Give everything that a cluster has of it."""
        found = [gateway(), *deny_by_default()]
        for name, namespace in self.models.items():
            found += [service(namespace, name), route(namespace, name), self._model(name, namespace)]
            found.append(self._auth(name, namespace))
            found += [self._limits(name, namespace)] if any(name in one.models for one in self.subscriptions) else []
        found += [self._policy(one) for one in self.access]
        found += [self._subscription(one) for one in self.subscriptions]
        return found

    def _model(self, name: str, namespace: str) -> Plain:
        ref = {"kind": "LLMInferenceService", "name": name, "namespace": namespace}
        return thing(MAAS, "MaaSModel", "opendatahub", name, spec={"modelRef": ref}, status={"phase": "Ready"})

    def _policy(self, one: Access) -> Plain:
        subjects: Plain = {"groups": [{"name": group} for group in one.groups], "users": list(one.users)}
        spec = {"modelRefs": list(one.models), "subjects": subjects}
        return thing(MAAS, "MaaSAuthPolicy", "opendatahub", one.name, spec=spec, status={"phase": "Active"})

    def _subscription(self, one: Subscription) -> Plain:
        refs = []
        for model, rates in one.models.items():
            said = {"tokenRateLimits": [{"limit": limit, "window": window} for limit, window in rates]} if rates else {}
            refs.append({"name": model, **said})
        owner = {"groups": [{"name": group} for group in one.groups], "users": list(one.users)}
        spec = {"owner": owner, "priority": one.priority, "modelRefs": refs}
        if one.metadata:
            spec["tokenMetadata"] = one.metadata
        return thing(MAAS, "MaaSSubscription", "opendatahub", one.name, spec=spec, status={"phase": "Active"})

    def _auth(self, model: str, namespace: str) -> Plain:
        info = 'auth.metadata["subscription-info"]'
        policies = [one for one in self.access if model in one.models]
        said: list[Plain] = []
        for one in policies:
            said += [{"operator": "incl", "selector": "auth.identity.user.groups", "value": group} for group in one.groups]
            said += [{"operator": "eq", "selector": "auth.identity.user.username", "value": user} for user in one.users]
        asked = 'request.headers["x-maas-subscription"]'
        header = f'"x-maas-subscription" in request.headers ? {asked} : ""'
        authorization: Plain = {
            "subscription-error-check": {
                "metrics": False,
                "priority": 0,
                "opa": {"rego": 'allow { not object.get(input.auth.metadata["subscription-info"], "error", false) }'},
            }
        }
        if said:
            patterns = said if len(said) == 1 else [{"any": said}]
            authorization["require-group-membership"] = {
                "metrics": False,
                "priority": 0,
                "patternMatching": {"patterns": patterns},
            }
        told = {
            name: {"expression": f'has({info}.{field}) ? {info}.{field} : ""'}
            for name, field in {
                "selected_subscription": "name",
                "organizationId": "organizationId",
                "costCenter": "costCenter",
                "subscription_error": "error",
                "subscription_error_message": "message",
            }.items()
        }
        rules = {
            "authentication": {
                "service-accounts": {
                    "cache": {"key": {"selector": "context.request.http.headers.authorization.@case:lower"}, "ttl": 600},
                    "defaults": {"userid": {"selector": "auth.identity.user.username"}},
                    "kubernetesTokenReview": {"audiences": [f"{GATEWAY}-sa", CLUSTER]},
                    "metrics": False,
                    "priority": 0,
                }
            },
            "metadata": {
                "subscription-info": {
                    "cache": {"key": {"selector": f'auth.identity.user.username + "|" + ({header})'}, "ttl": 60},
                    "http": {
                        "url": "https://maas-api.opendatahub.svc.cluster.local:8443/v1/subscriptions/select",
                        "contentType": "application/json",
                        "method": "POST",
                        "body": {
                            "expression": '{\n"groups": auth.identity.user.groups,\n"username": auth.identity.user.username,\n'
                            f'"requestedSubscription": {header}\n}}'
                        },
                    },
                    "metrics": False,
                    "priority": 0,
                }
            },
            "authorization": authorization,
            "response": {
                "unauthenticated": {"code": 401, "message": {"value": "Authentication required"}},
                "unauthorized": {
                    "code": 403,
                    "body": {"expression": f'has({info}.message) ? {info}.message : "Access denied"'},
                    "headers": {"content-type": {"value": "text/plain"}},
                },
                "success": {
                    "filters": {
                        "identity": {
                            "metrics": True,
                            "priority": 0,
                            "json": {
                                "properties": {
                                    "groups": {"expression": "auth.identity.user.groups"},
                                    "groups_str": {"expression": 'auth.identity.user.groups.join(",")'},
                                    "userid": {"selector": "auth.identity.userid"},
                                    "subscription_labels": {"expression": f"has({info}.labels) ? {info}.labels : {{}}"},
                                    **told,
                                }
                            },
                        }
                    }
                },
            },
        }
        labels = {"maas.opendatahub.io/model": model, "app.kubernetes.io/managed-by": "maas-controller"}
        annotations = {"maas.opendatahub.io/auth-policies": ",".join(one.name for one in policies)}
        spec = {"rules": rules, "targetRef": on("HTTPRoute", f"{model}-kserve-route")}
        return thing(
            KUADRANT, "AuthPolicy", namespace, f"maas-auth-{model}", labels=labels, annotations=annotations, spec=spec, status={}
        )

    def _limits(self, model: str, namespace: str) -> Plain:
        subscriptions = [one for one in self.subscriptions if model in one.models]
        subscriptions.sort(key=lambda one: -max(limit for limit, _ in one.models[model] or [(100, "1m")]))
        asked, named = 'request.headers["x-maas-subscription"]', 'request.headers.exists(h, h == "x-maas-subscription")'
        userid = [{"expression": "auth.identity.userid"}]
        nothing = [{"limit": 0, "window": "1m"}]
        limits: Plain = {}
        for place, one in enumerate(subscriptions):
            own = _membership([one])
            if not own:
                continue  # as the controller does: its name stays known to the limit for unknown headers
            higher = _membership(subscriptions[:place])
            by_default = f"!{named} && !({higher})" if higher else f"!{named}"
            rates = [{"limit": limit, "window": window} for limit, window in one.models[model]] or DEFAULT
            explicit = f'{asked} == "{one.name}"'
            limits[f"{one.name}-{model}-tokens"] = {
                "rates": rates,
                "when": [{"predicate": own}, {"predicate": f"{explicit} || ({by_default})"}],
                "counters": userid,
            }
            limits[f"deny-not-member-{one.name}-{model}"] = {
                "rates": nothing,
                "when": [{"predicate": explicit}, {"predicate": f"!({own})"}],
                "counters": userid,
            }
        others = [{"predicate": f'{asked} != "{one.name}"'} for one in subscriptions]
        limits[f"deny-unsubscribed-{model}"] = {
            "rates": nothing,
            "when": [{"predicate": f"!({_membership(subscriptions)})"}],
            "counters": userid,
        }
        limits[f"deny-invalid-header-{model}"] = {"rates": nothing, "when": [{"predicate": named}, *others], "counters": userid}
        labels = {"maas.opendatahub.io/model": model, "app.kubernetes.io/managed-by": "maas-controller"}
        spec = {"limits": limits, "targetRef": on("HTTPRoute", f"{model}-kserve-route")}
        return thing(TOKENS, "TokenRateLimitPolicy", namespace, f"maas-trlp-{model}", labels=labels, spec=spec, status={})


def _membership(subscriptions: Sequence[Subscription]) -> str:
    groups = [group for one in subscriptions for group in one.groups]
    compared = " || ".join(f'g == "{group}"' for group in groups)
    parts = [f'auth.identity.groups_str.split(",").exists(g, {compared})'] if groups else []
    parts += [f'auth.identity.userid == "{user}"' for one in subscriptions for user in one.users]
    return " || ".join(parts)
