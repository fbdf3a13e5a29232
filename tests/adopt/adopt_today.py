"""A cluster of today's controller: one AuthPolicy on the Gateway that asks the MaaS API, and limits by one exported key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adopt_cluster import (
    CLUSTER,
    DEFAULT,
    GATEWAY,
    GATEWAY_API,
    GATEWAYS,
    KUADRANT,
    MAAS,
    TOKENS,
    Access,
    Plain,
    Subscription,
    gateway,
    on,
    route,
    service,
    thing,
)

_HOME = "models-as-a-service"
_IS_KEY = 'request.headers.authorization.startsWith("Bearer sk-oai-")'
_API = "https://maas-api.opendatahub.svc.cluster.local:8443/internal/v1"
_INFO = 'auth.metadata["subscription-info"]'
_MODEL = 'request.path.split("/")[1] + "/" + request.path.split("/")[2]'
_KEY = f'has({_INFO}.name) ? {_INFO}.namespace + "/" + {_INFO}.name + "@" + {_MODEL} : ""'
_ASKED = """{
"groups": auth.identity.user.groups,
"username": auth.identity.user.username,
"requestedSubscription": "x-maas-subscription" in request.headers ? request.headers["x-maas-subscription"] : "",
"requestedModel": """


def cluster(models: Sequence[str], access: Sequence[Access], subscriptions: Sequence[Subscription]) -> list[Plain]:
    """Give everything that such a cluster has; all models are `namespace/name`."""
    found = [gateway(), _auth()]
    for model in models:
        namespace, _, name = model.partition("/")
        if name.startswith("gpt"):
            found += outside(namespace, name)
            found += [_limits(model, [one for one in subscriptions if model in one.models])]
            continue
        spec = {"modelRef": {"kind": "LLMInferenceService", "name": name}}
        found += [service(namespace, name), route(namespace, name)]
        found.append(thing(MAAS, "MaaSModelRef", namespace, name, spec=spec, status={"phase": "Ready"}))
        covering = [one for one in subscriptions if model in one.models]
        found += [_limits(model, covering)] if covering else []
    found += [thing(MAAS, "MaaSAuthPolicy", _HOME, one.name, spec=_policy(one), status={}) for one in access]
    return [
        *found,
        *(thing(MAAS, "MaaSSubscription", _HOME, one.name, spec=_subscription(one), status={}) for one in subscriptions),
    ]


def outside(namespace: str, name: str) -> list[Plain]:
    """Give a provider's model, and what the controller makes of it."""
    credential = {"credentialRef": {"name": "openai-key"}}
    spec = {"provider": "openai", "endpoint": "api.openai.com", "targetModel": "gpt-4o", **credential}
    backend = [{"name": f"maas-{name}", "port": 443, "weight": 1}]
    host = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "Host", "value": "api.openai.com"}]}}]
    path = {"path": {"type": "PathPrefix", "value": f"/{namespace}/{name}"}}
    rule = {"matches": [path], "filters": host, "timeouts": {"request": "300s"}, "backendRefs": backend}
    parents = [{"name": GATEWAY, "namespace": GATEWAYS}]
    return [
        thing(MAAS, "ExternalModel", namespace, name, spec=spec, status={"phase": "Ready"}),
        thing(MAAS, "MaaSModelRef", namespace, name, spec={"modelRef": {"kind": "ExternalModel", "name": name}}, status={}),
        thing(GATEWAY_API, "HTTPRoute", namespace, f"maas-{name}", spec={"parentRefs": parents, "rules": [rule]}),
    ]


def _ref(model: str) -> Plain:
    namespace, _, name = model.partition("/")
    return {"name": name, "namespace": namespace}


def _who(one: Access | Subscription) -> Plain:
    return {"groups": [{"name": group} for group in one.groups], "users": list(one.users)}


def _policy(one: Access) -> Plain:
    return {"modelRefs": [_ref(model) for model in one.models], "subjects": _who(one)}


def _subscription(one: Subscription) -> Plain:
    refs = [{**_ref(model), "tokenRateLimits": _rates(rates)} for model, rates in one.models.items()]
    return {"owner": _who(one), "priority": one.priority, "modelRefs": refs}


def _rates(rates: Sequence[tuple[int, str]]) -> list[Plain]:
    return [{"limit": limit, "window": window} for limit, window in rates] or DEFAULT


def _limits(model: str, subscriptions: Sequence[Subscription]) -> Plain:
    namespace, _, name = model.partition("/")
    limits: Mapping[str, Plain] = {
        f"{_HOME}-{one.name}-{name}-tokens": {
            "rates": _rates(one.models[model]),
            "when": [
                {
                    "predicate": f'auth.identity.selected_subscription_key == "{_HOME}/{one.name}@{model}"'
                    ' && !request.path.endsWith("/v1/models")'
                }
            ],
            "counters": [{"expression": "auth.identity.userid"}],
        }
        for one in subscriptions
    }
    labels = {"maas.opendatahub.io/model": name, "app.kubernetes.io/managed-by": "maas-controller"}
    to = f"maas-{name}" if name.startswith("gpt") else f"{name}-kserve-route"
    spec = {"targetRef": on("HTTPRoute", to), "limits": limits}
    return thing(TOKENS, "TokenRateLimitPolicy", namespace, f"maas-trlp-{name}", labels=labels, spec=spec, status={})


def _opa(rego: str) -> Plain:
    return {
        "metrics": False,
        "priority": 0,
        "opa": {"rego": rego},
        "cache": {"key": {"selector": "auth.identity.userid"}, "ttl": 60},
    }


def _auth() -> Plain:
    said = {"keyId": "keyId", "selected_subscription": "name"}
    rules = {
        "authentication": {
            "api-keys": {
                "plain": {"selector": "request.headers.authorization"},
                "when": [{"selector": "request.headers.authorization", "operator": "matches", "value": "^Bearer sk-oai-.*"}],
                "priority": 0,
            },
            "openshift-identities": {
                "kubernetesTokenReview": {"audiences": [CLUSTER]},
                "when": [{"predicate": f"!{_IS_KEY}"}],
                "defaults": {"userid": {"selector": "auth.identity.user.username"}},
                "priority": 2,
            },
        },
        "metadata": {
            "apiKeyValidation": {
                "http": {
                    "url": f"{_API}/api-keys/validate",
                    "method": "POST",
                    "body": {"expression": '{"key": request.headers.authorization}'},
                },
                "when": [{"predicate": _IS_KEY}],
                "priority": 0,
            },
            "subscription-info": {
                "http": {
                    "url": f"{_API}/subscriptions/select",
                    "method": "POST",
                    "body": {"expression": f"{_ASKED}{_MODEL}}}"},
                },
                "priority": 1,
            },
        },
        "authorization": {
            "deny-client-identity-headers": {
                "patternMatching": {
                    "patterns": [
                        {"predicate": '!("x-maas-username" in request.headers)'},
                        {"predicate": '!("x-maas-group" in request.headers)'},
                    ]
                }
            },
            "auth-valid": _opa(
                "allow { input.auth.metadata.apiKeyValidation.valid }\nallow { not input.auth.metadata.apiKeyValidation }"
            ),
            "subscription-valid": _opa(
                'allow { info := input.auth.metadata["subscription-info"]; not info.error; info.phase == "Active" }'
            ),
            "require-group-membership": _opa('allow { input.auth.metadata["subscription-info"].accessAllowed == true }'),
        },
        "response": {
            "unauthorized": {"code": 403, "body": {"expression": f'has({_INFO}.message) ? {_INFO}.message : "Access denied"'}},
            "success": {
                "headers": {"X-MaaS-Username": {"plain": {"selector": "auth.identity.userid"}}},
                "filters": {
                    "identity": {
                        "json": {
                            "properties": {
                                "userid": {"selector": "auth.identity.userid"},
                                "groups_str": {"expression": 'auth.identity.user.groups.join(",")'},
                                "selected_subscription_key": {"expression": _KEY},
                                **{
                                    name: {"expression": f'has({_INFO}.{field}) ? {_INFO}.{field} : ""'}
                                    for name, field in said.items()
                                },
                            }
                        }
                    }
                },
            },
        },
    }
    spec = {
        "targetRef": on("Gateway", GATEWAY),
        "defaults": {"when": [{"predicate": 'request.path != "/maas-api/health" || request.method != "GET"'}], "rules": rules},
    }
    labels = {"app.kubernetes.io/managed-by": "maas-controller"}
    return thing(KUADRANT, "AuthPolicy", GATEWAYS, "maas-gateway-auth", labels=labels, spec=spec, status={})
