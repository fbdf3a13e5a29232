"""Corners where what holds, or what is evaluated, is not plain."""

from __future__ import annotations

import pytest
from gateway_bench import (
    CLUSTER_AUDIENCE,
    EXPORT,
    GATEWAY,
    HOST,
    MODEL,
    MODEL_PATH,
    REVIEW,
    Platform,
    auth,
    codes,
    limits,
    platform,
    route,
    step,
)

from compiler.engines.base import Value
from compiler.gateway.cluster import AmbiguousRouteError, effective, effectives
from compiler.gateway.identities import Identities
from compiler.gateway.manifests import Secret

DENY = '    authorization:\n      deny: {patternMatching: {patterns: [{predicate: "false"}]}}\n'
TWO_LISTENERS = f"""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: maas-default-gateway, namespace: openshift-ingress}}
spec:
  gatewayClassName: openshift-default
  listeners:
    - {{name: http, hostname: {HOST}, port: 80, protocol: HTTP, allowedRoutes: {{namespaces: {{from: All}}}}}}
    - {{name: https, hostname: {HOST}, port: 443, protocol: HTTPS, allowedRoutes: {{namespaces: {{from: All}}}}}}
"""


def test_two_listeners_of_one_host_are_treated_alike() -> None:
    """They are two paths; unless their policies differ, one answer fits both."""
    found = platform(TWO_LISTENERS, MODEL, auth(REVIEW))
    assert len(effectives(found.cluster, "llm/model")) == 2
    assert effective(found.cluster, "llm/model").auth is not None
    assert found.ask(None, MODEL_PATH).status == 401


def test_listeners_of_one_host_with_different_policies_have_no_answer() -> None:
    """The filter does not tell them apart, and which one it finds first is not known."""
    target = "kind: Gateway, name: maas-default-gateway, sectionName: http"
    found = platform(
        TWO_LISTENERS, MODEL, auth(REVIEW), limits("    l: {rates: []}\n", target=target, namespace="openshift-ingress")
    )
    assert found.ask("freda", MODEL_PATH).reason == "inconclusive"
    with pytest.raises(AmbiguousRouteError):
        effective(found.cluster, "llm/model")


@pytest.mark.parametrize(
    ("parent", "status"), [("sectionName: http", 200), ("port: 80", 200), ("sectionName: tls", 404), ("port: 8080", 404)]
)
def test_a_route_may_attach_to_one_listener(parent: str, status: int) -> None:
    """By its name or by its port."""
    chosen = MODEL.replace("namespace: openshift-ingress}]", f"namespace: openshift-ingress, {parent}}}]")
    found = platform(TWO_LISTENERS, chosen)
    assert found.ask(None, MODEL_PATH).status == status
    assert len(effectives(found.cluster, "llm/model")) == (1 if status == 200 else 0)


@pytest.mark.parametrize(
    ("first", "second", "status"), [("2025", "2026", 200), ("2026", "2025", 403), ("2026", "2026", 200), ("2026", None, None)]
)
def test_routes_that_are_selected_alike_go_by_age(first: str, second: str | None, status: int | None) -> None:
    """The older one is selected, and with no age known there is no answer."""

    def aged(name: str, year: str | None) -> str:
        written = route(name, "/llm/model")
        return written if year is None else written.replace("{name:", f'{{creationTimestamp: "{year}-01-01T00:00:00Z", name:', 1)

    found = platform(
        GATEWAY,
        aged("a", first),
        aged("b", second),
        auth(REVIEW, name="a", target="kind: HTTPRoute, name: a"),
        auth(REVIEW + DENY, name="b", target="kind: HTTPRoute, name: b"),
    )
    assert found.ask("freda", MODEL_PATH).status == status


KEYS = """    authentication:
      keys: {apiKey: {selector: {matchLabels: {app: maas}}}, credentials: {customHeader: {name: x-key}}}
"""
LABELS = (("app", "maas"), ("authorino.kuadrant.io/managed-by", "authorino"))


def test_one_key_in_two_secrets_has_no_answer() -> None:
    """Either identity may be found; a Secret that is no base64 holds no key."""
    one, two = (Secret("kuadrant-system", name, LABELS, (), (("api_key", "a2V5"),)) for name in ("one", "two"))
    broken = Secret("kuadrant-system", "broken", LABELS, (), (("api_key", "?"),))

    def ask(*secrets: Secret) -> Platform:
        return platform(GATEWAY, MODEL, auth(KEYS), world=Identities(secrets=secrets))

    assert ask(one, broken).ask(None, MODEL_PATH, {"x-key": "key"}).status == 200
    assert ask(one, two).ask(None, MODEL_PATH, {"x-key": "key"}).reason == "inconclusive"
    assert ask(broken).ask(None, MODEL_PATH, {"x-key": "?"}).status == 401


def test_secrets_of_the_manifests_are_looked_at() -> None:
    """They are in the cluster like others."""
    written = """
apiVersion: v1
kind: Secret
metadata:
  name: k
  namespace: kuadrant-system
  labels: {app: maas, authorino.kuadrant.io/managed-by: authorino}
data: {api_key: a2V5}
"""
    assert platform(GATEWAY, MODEL, auth(KEYS), written).ask(None, MODEL_PATH, {"x-key": "key"}).status == 200


def reviewed(user: str, groups: str) -> str:
    """Write a rule that asks the cluster."""
    return f"""{REVIEW}    authorization:
      access:
        kubernetesSubjectAccessReview:
          user: {user}
          {groups}
          resourceAttributes: {{namespace: {{value: llm}}, resource: {{value: r}}, verb: {{value: get}}, group: {{value: g}}}}
"""


RBAC = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: llm}
rules: [{apiGroups: [g], resources: [r], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: r, namespace: llm}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: free-user}, {kind: User, name: petra}]
"""


@pytest.mark.parametrize(
    ("user", "groups", "status"),
    [
        ("{expression: auth.identity.user.username}", "authorizationGroups: {expression: auth.identity.user.groups}", 200),
        ("{value: petra}", "", 200),
        ("{value: eve}", "", 403),
        ("{value: eve}", "groups: [free-user]", 200),
        ("{value: eve}", "authorizationGroups: {value: '[\"free-user\"]'}", 200),
        ("{value: eve}", "authorizationGroups: {value: [free-user]}", 200),
        ("{value: eve}", "authorizationGroups: {value: [null, free-user]}", 200),
        ("{value: eve}", "authorizationGroups: {value: [1]}", 403),
        ("{value: petra}", "authorizationGroups: {selector: auth.identity.nope}", 403),
        ("{value: petra}", "authorizationGroups: {expression: auth.identity.nope}", 403),
        ("{expression: auth.identity.nope}", "", 403),
    ],
)
def test_who_an_access_review_is_about(user: str, groups: str, status: int) -> None:
    """Only the user and the groups that the rule names; what cannot be resolved refuses."""
    assert platform(GATEWAY, MODEL, RBAC, auth(reviewed(user, groups))).ask("freda", MODEL_PATH).status == status


def test_response_items_behind_a_condition() -> None:
    """A false condition leaves the item out; two items of one key are no answer."""
    rules = (
        REVIEW
        + """    response:
      success:
        headers:
          a: {key: x-a, when: [{selector: request.method, operator: eq, value: POST}], plain: {selector: request.method}}
          b: {key: x-a, when: [{selector: request.method, operator: neq, value: %s}], plain: {selector: request.path}}
"""
    )
    found = platform(GATEWAY, MODEL, auth(rules % "POST")).ask("freda", MODEL_PATH)
    assert ("x-a", "POST") in found.headers
    assert step(found, "response", "b").outcome == "skipped"
    assert platform(GATEWAY, MODEL, auth(rules % "GET")).ask("freda", MODEL_PATH).reason == "inconclusive"


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ('(auth.identity).userid == "freda"', None, 429),
        ('size(auth.identity) > 0 && auth.identity.userid == "freda"', 200, 429),
        ("auth.identity.userid", 200, 200),
        ("has(auth.identity.userid) && size(auth) == 1", 429, 429),
    ],
)
def test_paths_as_the_filter_reads_them(text: str, old: int | None, new: int) -> None:
    """Before 1.5 a path is fetched whole: one that begins another hides it, and parentheses hide what it is."""
    body = limits(f"    l: {{rates: [{{limit: 0, window: 1m}}], when: [{{predicate: '{text}'}}]}}\n")
    for release, expected in (("1.4.6", old), ("1.5", new)):
        found = platform(GATEWAY, MODEL, auth(REVIEW + EXPORT), body, release=release).ask("freda", MODEL_PATH)
        assert found.status == expected


def test_limits_of_requests_behind_a_deferred_auth_limit_nothing() -> None:
    """They wait for the response as well."""
    early = limits("    t: {rates: [{limit: 5, window: 1m}]}\n", name="t")
    late = limits(
        "    r: {rates: [{limit: 0, window: 1m}], when: [{predicate: 'auth.identity.userid != \"\"'}]}\n",
        kind="RateLimitPolicy",
        name="r",
    )
    found = platform(GATEWAY, MODEL, auth(REVIEW + EXPORT), early, late).ask("freda", MODEL_PATH)
    assert (found.status, found.reason) == (200, "auth-deferred")
    assert step(found, "requests", "").outcome.startswith("waits")


def test_a_condition_beside_defaults_is_reported() -> None:
    """The cluster keeps it and ignores it."""
    body = limits("    l: {rates: [{limit: 5, window: 1m}]}\n").replace(
        "  limits:\n", "  when: [{predicate: 'false'}]\n  defaults:\n   limits:\n"
    )
    found = platform(GATEWAY, MODEL, body, strict=False)
    assert codes(found) == ["unmodelled"]
    assert found.diagnostics[0].place is not None
    assert found.diagnostics[0].place.path == ("spec", "when")


def test_strategies_hold_for_limits_too() -> None:
    """Limits are merged by their names, and by nothing else."""

    def budget(amount: int, kind: str, strategy: str) -> int:
        body = f"""   strategy: {strategy}
   limits:
    l: {{rates: [{{limit: {amount}, window: 1m}}]}}
    m: {{rates: [{{limit: 7, window: 1h}}]}}
"""
        target = "kind: Gateway, name: maas-default-gateway"
        general = limits(body, name="general", kind="RateLimitPolicy", target=target, namespace="openshift-ingress")
        general = general.replace("  limits:\n", f"  {kind}:\n", 1)
        own = limits("    l: {rates: [{limit: 1, window: 1m}]}\n", kind="RateLimitPolicy")
        found = platform(GATEWAY, MODEL, general, own).ask(None, MODEL_PATH)
        return sum(limit.limit for limit in found.limits)

    assert budget(5, "defaults", "atomic") == 1
    assert budget(5, "defaults", "merge") == 1 + 7
    assert budget(5, "overrides", "atomic") == 5 + 7
    assert budget(5, "overrides", "merge") == 5 + 7


def test_the_trace_tells_what_was_asked() -> None:
    """Every step has its place, and the expressions with what came out of them."""
    found = platform(GATEWAY, MODEL, auth(REVIEW + DENY)).ask("freda", MODEL_PATH)
    assert [entry.phase for entry in found.trace] == ["selection", "authentication", "authorization"]
    refusal = found.trace[-1]
    assert (refusal.asked[0].text, refusal.asked[0].outcome) == ("false", Value(False))  # noqa: FBT003 - what came out
    assert refusal.asked[0].place.path[-1] == "predicate"


def test_audiences_are_one_of() -> None:
    """Any of the audiences is enough."""
    rules = f'    authentication: {{c: {{kubernetesTokenReview: {{audiences: ["x", "{CLUSTER_AUDIENCE}"]}}}}}}\n'
    assert platform(GATEWAY, MODEL, auth(rules)).ask("freda", MODEL_PATH).status == 200
