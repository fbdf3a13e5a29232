"""The gateway answers when all policies are on the Gateway: tiers, RBAC for each model, limits shared by all routes."""

from __future__ import annotations

import pytest
from gateway_bench import CLUSTER_AUDIENCE, GATEWAY, HOST, Platform, platform

from compiler.gateway.answer import report
from compiler.gateway.identities import Identities, Token

LISTING = 'request.url_path.endsWith("/v1/models")'
PATH = '((has(request.url_path) ? request.url_path : "").split("/") + ["", "", ""])'
TIERS = """has(auth.identity.user.groups) ? [{"g-free": "free", "g-gold": "gold"}].map(m,
 auth.identity.user.groups.filter(g, g in m).map(g, m[g])).map(c, (["gold", "free"].filter(t, t in c) + [""])[0])[0] : \""""
POLICY = f"""
apiVersion: kuadrant.io/v1
kind: AuthPolicy
metadata: {{name: gateway-auth-policy, namespace: openshift-ingress}}
spec:
  targetRef: {{group: gateway.networking.k8s.io, kind: Gateway, name: maas-default-gateway}}
  rules:
    authentication:
      openshift:
        kubernetesTokenReview: {{audiences: ["{CLUSTER_AUDIENCE}"]}}
        overrides:
          userid: {{expression: auth.identity.user.username}}
          tier:
            expression: >-
              {TIERS.replace(chr(10), chr(10) + " " * 14)}"
    authorization:
      model-access:
        kubernetesSubjectAccessReview:
          user: {{expression: auth.identity.userid}}
          authorizationGroups: {{expression: '["system:serviceaccounts:gw-tier-" + auth.identity.tier]'}}
          resourceAttributes:
            group: {{value: serving.kserve.io}}
            resource: {{value: llminferenceservices}}
            namespace: {{expression: '{PATH}[1]'}}
            name: {{expression: '{PATH}[2]'}}
            verb: {{value: post}}
    response:
      success:
        filters:
          identity:
            json:
              properties:
                userid: {{expression: auth.identity.userid}}
                selected_subscription: {{expression: '"tier:" + auth.identity.tier'}}
"""


def budget(kind: str, version: str, free: int, gold: int) -> str:
    """Write the limits of the tiers."""
    return f"""
apiVersion: kuadrant.io/{version}
kind: {kind}
metadata: {{name: gateway-{kind.lower()}, namespace: openshift-ingress}}
spec:
  targetRef: {{group: gateway.networking.k8s.io, kind: Gateway, name: maas-default-gateway}}
  limits:
    free:
      rates: [{{limit: {free}, window: 1m}}]
      when: [{{predicate: 'auth.identity.selected_subscription == "tier:free"'}}, {{predicate: '!({LISTING})'}}]
      counters: [{{expression: auth.identity.userid}}]
    gold:
      rates: [{{limit: {gold}, window: 1m}}]
      when: [{{predicate: 'auth.identity.selected_subscription == "tier:gold"'}}, {{predicate: '!({LISTING})'}}]
      counters: [{{expression: auth.identity.userid}}]
"""


def grant(model: str, tier: str) -> str:
    """Let a tier post to a model."""
    return f"""
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: maas-post-{model}-{tier}, namespace: llm}}
rules: [{{apiGroups: [serving.kserve.io], resources: [llminferenceservices], resourceNames: [{model}], verbs: [post]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: maas-post-{model}-{tier}, namespace: llm}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: maas-post-{model}-{tier}}}
subjects: [{{kind: Group, name: "system:serviceaccounts:gw-tier-{tier}", apiGroup: rbac.authorization.k8s.io}}]
"""


MEMBERS: dict[str, tuple[str, ...]] = {"fred": ("g-free",), "gold": ("g-free", "g-gold"), "no": ()}
WORLD = Identities({name: Token((CLUSTER_AUDIENCE,), name, groups) for name, groups in MEMBERS.items()})
MANIFESTS = (
    GATEWAY,
    POLICY,
    budget("TokenRateLimitPolicy", "v1alpha1", 100, 1000),
    budget("RateLimitPolicy", "v1", 2, 50),
    grant("small", "free"),
    grant("small", "gold"),
    grant("large", "gold"),
)


@pytest.fixture(scope="module", params=["1.3", "1.4", "1.4.6", "1.5"])
def tiers(request: pytest.FixtureRequest) -> Platform:
    return platform(*MANIFESTS, world=WORLD, release=request.param)


@pytest.mark.parametrize(
    ("caller", "model", "status"),
    [
        ("fred", "small", 200),
        ("fred", "large", 403),
        ("gold", "small", 200),
        ("gold", "large", 200),
        ("no", "small", 403),
        (None, "small", 401),
    ],
)
def test_a_tier_reaches_its_models(tiers: Platform, caller: str | None, model: str, status: int) -> None:
    """The route comes from the Role, access from its binding."""
    found = tiers.ask(caller, f"/llm/{model}/v1/chat/completions")
    assert found.status == status
    assert found.guard == f"llm/{model}-kserve-route"


def test_a_tier_is_limited_in_requests_and_tokens(tiers: Platform) -> None:
    """Both count for each user and each route."""
    first = tiers.ask("fred", "/llm/small/v1/chat/completions")
    assert [(limit.unit, limit.name, limit.limit) for limit in first.limits] == [("requests", "free", 2), ("tokens", "free", 100)]
    second = tiers.ask("fred", "/llm/small/v1/chat/completions", state=first.counters)
    assert second.status == 200
    assert tiers.ask("fred", "/llm/small/v1/chat/completions", state=second.counters).status == 429
    spent = report(first, 100)
    denied = tiers.ask("fred", "/llm/small/v1/chat/completions", state=spent)
    assert (denied.status, [limit.unit for limit in denied.limits if limit.exceeded]) == (429, ["tokens"])
    assert tiers.ask("gold", "/llm/small/v1/chat/completions", state=spent).status == 200


def test_listing_is_not_limited(tiers: Platform) -> None:
    """It still needs access."""
    assert tiers.ask("fred", "/llm/small/v1/models").limits == ()
    assert tiers.ask("fred", "/llm/large/v1/models").status == 403


def test_a_model_without_a_role_is_not_there(tiers: Platform) -> None:
    """Nothing tells that the cluster has it."""
    assert tiers.ask("fred", "/llm/none/v1/models").status == 404
    assert tiers.ask("fred", "/llm/small/v1", host=HOST.replace("maas", "other")).status == 404
