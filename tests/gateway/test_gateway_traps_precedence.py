"""Traps 27 to 31: how policies of different levels meet."""

from __future__ import annotations

import pytest
from gateway_bench import (
    CLUSTER_AUDIENCE,
    GATEWAY,
    MODEL,
    MODEL_PATH,
    REVIEW,
    auth,
    codes,
    platform,
    route,
)

GATEWAY_TARGET = "kind: Gateway, name: maas-default-gateway"


def test_trap_27_two_policies_on_one_target() -> None:
    """Without creation times it is an error and nobody knows; with them the newest replaces the other."""
    deny = REVIEW + '    authorization:\n      deny: {patternMatching: {patterns: [{predicate: "false"}]}}\n'
    unknown = platform(GATEWAY, MODEL, auth(REVIEW, name="a"), auth(deny, name="b"), strict=False)
    assert codes(unknown) == ["two-policies-one-target"]
    assert unknown.ask("freda", MODEL_PATH).reason == "inconclusive"

    def aged(first: str, second: str) -> int | None:
        times = [f', creationTimestamp: "2026-01-0{time}:00:00Z"' for time in (first, second)]
        policies = auth(REVIEW, name="a", extra=times[0]), auth(deny, name="b", extra=times[1])
        return platform(GATEWAY, MODEL, *policies).ask("freda", MODEL_PATH).status

    assert aged("1T00", "2T00") == 403
    assert aged("2T00", "1T00") == 200
    assert aged("1T00", "1T00") == 403


def test_trap_28_a_route_policy_replaces_the_gateways() -> None:
    """A bare policy is an atomic default."""
    deny = auth(
        REVIEW + '    authorization:\n      deny: {patternMatching: {patterns: [{predicate: "false"}]}}\n',
        target=GATEWAY_TARGET,
        namespace="openshift-ingress",
    )
    assert platform(GATEWAY, MODEL, deny).ask("freda", MODEL_PATH).status == 403
    assert platform(GATEWAY, MODEL, deny, auth(REVIEW)).ask("freda", MODEL_PATH).status == 200


def strategic(kind: str, strategy: str, body: str) -> str:
    """Write an AuthPolicy of the Gateway with a strategy."""
    return f"""
apiVersion: kuadrant.io/v1
kind: AuthPolicy
metadata: {{name: gw, namespace: openshift-ingress}}
spec:
  targetRef: {{group: gateway.networking.k8s.io, {GATEWAY_TARGET}}}
  {kind}:
    strategy: {strategy}
    rules:
      authentication:
        cluster: {{kubernetesTokenReview: {{audiences: ["{CLUSTER_AUDIENCE}"]}}}}
      authorization:
{body}"""


NO = '{patternMatching: {patterns: [{predicate: "false"}]}}'


YES = '{patternMatching: {patterns: [{predicate: "true"}]}}'


@pytest.mark.parametrize(
    ("kind", "strategy", "status_code"),
    [("defaults", "atomic", 200), ("defaults", "merge", 403), ("overrides", "atomic", 403), ("overrides", "merge", 403)],
)
def test_strategies_of_the_gateway(kind: str, strategy: str, status_code: int) -> None:
    """A gateway rule that the route does not have survives all but an atomic default."""
    found = platform(GATEWAY, MODEL, strategic(kind, strategy, f"        deny: {NO}\n"), auth(REVIEW))
    assert found.ask("freda", MODEL_PATH).status == status_code


def test_trap_29_a_route_condition_also_gates_merged_gateway_rules() -> None:
    """Even overrides: the route owner switches them off."""
    gated = auth(f"{REVIEW}  when: [{{predicate: 'false'}}]\n")
    merged = platform(GATEWAY, MODEL, strategic("overrides", "merge", f"        deny: {NO}\n"), gated).ask(None, MODEL_PATH)
    assert (merged.status, merged.reason) == (200, "auth-skipped")
    atomic = platform(GATEWAY, MODEL, strategic("overrides", "atomic", f"        deny: {NO}\n"), gated)
    assert atomic.ask("freda", MODEL_PATH).status == 403


@pytest.mark.parametrize(("kind", "status_code"), [("defaults", 200), ("overrides", 403)])
def test_trap_30_merged_rules_collide_by_name(kind: str, status_code: int) -> None:
    """A route rule with the name of a gateway default replaces it, whatever it says."""
    own = auth(f"{REVIEW}    authorization:\n      deny: {YES}\n")
    found = platform(GATEWAY, MODEL, strategic(kind, "merge", f"        deny: {NO}\n"), own)
    assert found.ask("freda", MODEL_PATH).status == status_code


def test_trap_31_a_positional_rule_name_follows_the_position() -> None:
    """An inserted rule moves the policy to another path."""
    second = "    - matches: [{path: {type: PathPrefix, value: /llm/b}}]\n      backendRefs: [{name: b, port: 80}]\n"
    both = route("model", "/llm/a", extra=second)
    deny = auth(f"{REVIEW}    authorization:\n      deny: {NO}\n", target="kind: HTTPRoute, name: model, sectionName: rule-2")
    found = platform(GATEWAY, both, deny)
    assert (found.ask("freda", "/llm/a").status, found.ask("freda", "/llm/b").status) == (200, 403)
    moved = route("model", "/llm/b", extra=second.replace("/llm/b", "/llm/a"))
    found = platform(GATEWAY, moved, deny)
    assert (found.ask("freda", "/llm/a").status, found.ask("freda", "/llm/b").status) == (403, 200)


def test_a_policy_in_another_namespace_reaches_nothing() -> None:
    """A target reference has no namespace."""
    found = platform(GATEWAY, MODEL, auth(REVIEW, namespace="elsewhere"))
    assert codes(found) == ["no-target"]
    answer = found.ask(None, MODEL_PATH)
    assert (answer.status, answer.reason) == (200, "unprotected")


def test_a_policy_on_a_listener_is_more_specific_than_one_on_its_gateway() -> None:
    """`sectionName` of a Gateway is a listener."""
    deny = f"{REVIEW}    authorization:\n      deny: {NO}\n"
    general = auth(deny, name="a", target=GATEWAY_TARGET, namespace="openshift-ingress")
    listener = auth(REVIEW, name="b", target=f"{GATEWAY_TARGET}, sectionName: https", namespace="openshift-ingress")
    other = auth(REVIEW, name="c", target=f"{GATEWAY_TARGET}, sectionName: http", namespace="openshift-ingress")
    assert platform(GATEWAY, MODEL, general, listener).ask("freda", MODEL_PATH).status == 200
    assert platform(GATEWAY, MODEL, general, other).ask("freda", MODEL_PATH).status == 403
