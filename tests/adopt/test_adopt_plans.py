"""Plans are asked about as Kuadrant makes limits of them: the first that holds, shared by all, and none for anybody else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from adopt_cluster import CLUSTER, GATEWAY, GATEWAYS, KUADRANT, Plain, gateway, on, route, service, thing
from adopt_proof import compared

from compiler.adopt.proof.proof import Proof

PLANS = [
    {"tier": "gold", "predicate": '"research" in auth.identity.user.groups', "limits": {"daily": 1000}},
    {"tier": "silver", "predicate": '"sales" in auth.identity.user.groups', "limits": {"custom": [{"limit": 5, "window": "1m"}]}},
]
REVIEW = {"kubernetesTokenReview": {"audiences": [CLUSTER]}}


def _platform(plans: list[Plain], *groups: str, **response: Any) -> list[Plain]:  # noqa: ANN401 - a policy's part
    to = on("HTTPRoute", "phi-kserve-route")
    member = [{"selector": "auth.identity.user.groups", "operator": "incl", "value": name} for name in groups]
    rules: Plain = {
        "authentication": {"cluster": REVIEW},
        "authorization": {"members": {"patternMatching": {"patterns": [{"any": member}]}}},
    }
    if response:
        rules["response"] = {"success": {"filters": response}}
    return [
        gateway(),
        service("llm", "phi"),
        route("llm", "phi"),
        thing(KUADRANT, "AuthPolicy", "llm", "callers", spec={"targetRef": to, "rules": rules}),
        thing("extensions.kuadrant.io/v1alpha1", "PlanPolicy", "llm", "plans", spec={"targetRef": to, "plans": plans}),
    ]


def _proved(objects: list[Plain]) -> Proof:
    (proof,) = compared(objects).proofs
    return proof


def _reasons(proof: Proof) -> set[str]:
    return {one.reason for one in proof.differences}


def test_plans_are_proved_alike() -> None:
    """Whoever is in the groups of both has the first; the amount is one for all whom a plan is for."""
    proof = _proved(_platform(PLANS, "research", "sales"))
    assert proof.verdict == "explained"
    assert _reasons(proof) == {"identity", "header", "listing"}
    assert all("shared" in str(one.today) for one in proof.differences)


def test_whoever_has_no_plan_is_unlimited_today() -> None:
    proof = _proved(_platform(PLANS, "research", "sales", "staff"))
    (one,) = (one for one in proof.differences if one.reason == "unmetered")
    assert str(one.asked).startswith("`somebody` in `staff` asks for")
    assert (str(one.today), str(one.then)) == ("200, unmetered", "403")


def test_the_order_of_plans_matters() -> None:
    """The configuration is made of the same list: were it another way round, the proof would tell."""
    objects = _platform(PLANS, "research", "sales")
    other = copy.deepcopy(objects)
    limits = {
        plan["tier"]: {
            "rates": [{"limit": 7, "window": "1m"}],
            "when": [{"predicate": f'auth.kuadrant.plan == "{plan["tier"]}"'}],
        }
        for plan in PLANS
    }
    made = {"targetRef": on("HTTPRoute", "phi-kserve-route"), "limits": limits}
    other.append(thing(KUADRANT, "RateLimitPolicy", "llm", "plans", spec=made))
    proof = _proved(other)
    assert proof.verdict == "differs"
    assert {str(one.today) for one in proof.differences if one.reason == "other"} == {"200, 7 requests in 60s shared"}
    assert _proved(objects).verdict == "explained"


def test_what_a_missing_plan_takes_with_it_is_a_matter_of_time() -> None:
    """Whoever has no plan may lose what else is exported, or not: nothing is proved."""
    identity = {"json": {"properties": {"userid": {"selector": "auth.identity.user.username"}}}}
    proof = _proved(_platform(PLANS, "research", "staff", identity=identity))
    assert proof.verdict == "sampled"
    assert "is a matter of time, as when `somebody` in `staff` asks" in str(proof.why)


def _on_gateway(objects: list[Plain]) -> None:
    for one in objects:
        if one["kind"] == "PlanPolicy":
            one["spec"]["targetRef"] = on("Gateway", GATEWAY)
            one["metadata"]["namespace"] = GATEWAYS


def _gateway_beside(objects: list[Plain]) -> None:
    _on_gateway(objects)
    beside = copy.deepcopy(objects[3])
    beside["metadata"] |= {"namespace": GATEWAYS, "name": "all"}
    beside["spec"]["targetRef"] = on("Gateway", GATEWAY)
    objects.append(beside)


def _own_filter(objects: list[Plain]) -> None:
    objects[3]["spec"]["rules"]["response"] = {"success": {"filters": {"kuadrant": {"json": {"properties": {}}}}}}


def _plans(plans: list[Plain]) -> Any:  # noqa: ANN401 - a change
    def change(objects: list[Plain]) -> None:
        objects[4]["spec"]["plans"] = plans

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_on_gateway, "no AuthPolicies are on its target"),
        (_gateway_beside, "it is on a Gateway, and routes have policies of their own"),
        (_own_filter, "its AuthPolicy exports a `kuadrant` of its own"),
        (_plans([]), "it has none"),
        (_plans([PLANS[0] | {"tier": 'a"b'}]), "a plan has a name that is none"),
        (
            _plans([PLANS[0] | {"predicate": "size(auth.identity.user.groups) > 1"}]),
            "the condition of `gold` is beyond",
        ),
        (_plans([PLANS[0] | {"limits": {}}]), "it has no limits"),
    ],
)
def test_what_kuadrant_makes_of_a_plan_is_not_guessed(change: Any, why: str) -> None:  # noqa: ANN401 - a function
    objects = _platform(PLANS, "research")
    change(objects)
    proof = _proved(objects)
    assert proof.verdict == "sampled"
    assert "what Kuadrant makes of its plans is not known" in str(proof.why)
    assert why in str(proof.why)
