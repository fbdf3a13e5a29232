"""What is on our Gateway besides our own routes: other routes, what stands on them, and policies of Kuadrant's extensions."""

from __future__ import annotations

import pytest
from diff_corpus import BASE
from drift_cluster import Object, copied, named
from drift_sides import drifted, live, said, side

from compiler.diff.side import Side
from compiler.drift.result import Fate

EVIL = "HTTPRoute `llm/evil` takes the request"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Side:
    """Give the platform of the corpus, whose Gateway is `ingress/gw` for `maas.example.com`."""
    return side(tmp_path_factory.mktemp("written"), BASE)


def route(*paths: Object, kind: str = "HTTPRoute", **spec: object) -> Object:
    """Give a route to our Gateway."""
    rules = [{"matches": [{"path": path} for path in paths], "backendRefs": [{"name": "x", "port": 80}]}]
    parents = [{"name": "gw", "namespace": "ingress"}]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": "evil", "namespace": "llm", "creationTimestamp": "2027-01-01T00:00:00Z"},
        "spec": {"parentRefs": parents, "hostnames": ["maas.example.com"], "rules": rules, **spec},
    }


def policy(group: str, kind: str, target: str, name: str, **spec: object) -> Object:
    """Give a policy of another."""
    reference = {"group": "gateway.networking.k8s.io", "kind": target, "name": name}
    namespace = "ingress" if target == "Gateway" else "llm"
    metadata = {"name": "evil", "namespace": namespace, "creationTimestamp": "2027-01-01T00:00:00Z"}
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": metadata, "spec": {"targetRef": reference, **spec}}


def open_to(**rules: object) -> Object:
    """Give a policy on the other route."""
    return policy("kuadrant.io", "AuthPolicy", "HTTPRoute", "evil", rules=rules)


ANYBODY = open_to(authentication={"a": {"anonymous": {}}})
BELOW = {"type": "PathPrefix", "value": "/llm/granite/v1/"}


def test_a_route_that_takes_requests_past_our_policies_is_told_with_whom_it_lets_in(written: Side) -> None:
    found = drifted(written, [*live(written), route(BELOW), ANYBODY])
    assert [(one.fate, one.name) for one in found.objects] == [
        (Fate.EXTRA, "HTTPRoute llm/evil"),
        (Fate.EXTRA, "AuthPolicy llm/evil"),
    ]
    everybody = f"everybody gets through, without any credential, where {EVIL}"
    assert said(found) == [("newly unmetered, access gained", "llm/granite", everybody)]


def test_without_a_policy_of_its_own_the_gateways_refuses_there(written: Side) -> None:
    found = drifted(written, [*live(written), route(BELOW)])
    assert found.rows
    assert {(what, models) for what, models, _ in said(found)} == {("access lost", "llm/granite")}
    assert all(after.endswith(EVIL) for _, _, after in said(found))


def test_a_policy_that_says_what_ours_say_changes_nothing_but_what_is_metered(written: Side) -> None:
    ours = named(live(written), "AuthPolicy", "maas-auth-granite")
    same = open_to(**ours["spec"]["rules"])
    limits = named(live(written), "TokenRateLimitPolicy", "maas-trlp-granite")
    more = policy("kuadrant.io", "TokenRateLimitPolicy", "HTTPRoute", "evil", limits=limits["spec"]["limits"])
    more["apiVersion"] = "kuadrant.io/v1alpha1"
    theirs = named(live(written), "RateLimitPolicy", "maas-rlp-granite")
    third = policy("kuadrant.io", "RateLimitPolicy", "HTTPRoute", "evil", limits=theirs["spec"]["limits"])
    cluster = [*live(written), route(BELOW), same, more, third]
    assert drifted(written, cluster).rows == ()
    more["status"] = {"conditions": [{"type": "Accepted", "status": "False"}]}
    assert {what for what, *_ in said(drifted(written, cluster))} == {"budget lowered"}


@pytest.mark.parametrize(
    ("one", "models"),
    [
        (route({"value": "/llm/granite"}), {"llm/granite"}),
        (route({"type": "Exact", "value": "/llm/granite/v1/completions"}), {"llm/granite"}),
        (route({"value": "/llm/granite"}, {"value": "/llm/qwen/x"}), {"llm/granite", "llm/qwen"}),
        (route({"value": "/llm/granite"}, hostnames=[]), {"llm/granite"}),
        (route({"value": "/llm/granite"}, hostnames=["*.example.com"]), {"llm/granite"}),
        (route({"value": "/llm/qwen"}, hostnames=["*.example.com"]), set()),
        (route({"value": "/llm/granite"}, hostnames=["other.example.com"]), set()),
        (route({"value": "/llm"}), set()),
        (route({"value": "/llm/granite-2"}), set()),
        (route(), set()),
        (route({"value": "/llm/granite"}, kind="GRPCRoute"), set()),
    ],
)
def test_it_takes_what_is_below_the_path_of_a_model(written: Side, one: Object, models: set[str]) -> None:
    found = drifted(written, [*live(written), one, ANYBODY])
    assert {model for row in found.rows for model in row.models} == models
    assert [drift.key[1] for drift in found.objects] == [one["kind"], *(["AuthPolicy"] if one["kind"] == "HTTPRoute" else [])]


def test_of_a_path_that_nobody_can_compare_nothing_is_known(written: Side) -> None:
    found = drifted(written, [*live(written), route({"type": "RegularExpression", "value": "/.*"}), ANYBODY])
    assert {one.model for one in found.unknown} == {"llm/granite", "llm/guard", "llm/qwen"}


def test_a_route_elsewhere_matters_if_others_judge_it(written: Side) -> None:
    """Without a policy of its own the Gateway's holds there; with one, whoever that lets in gets where the route leads."""
    elsewhere = route({"value": "/elsewhere"})
    limit = policy("kuadrant.io", "RateLimitPolicy", "HTTPRoute", "evil", limits={})
    assert drifted(written, [*live(written), elsewhere]).nothing
    assert drifted(written, [*live(written), elsewhere, limit]).nothing
    found = drifted(written, [*live(written), elsewhere, ANYBODY, limit])
    assert [one.name for one in found.objects] == ["HTTPRoute llm/evil", "AuthPolicy llm/evil", "RateLimitPolicy llm/evil"]
    assert found.objects[0].effect.startswith("it has policies of its own, which hold instead of the Gateway's")


@pytest.mark.parametrize(
    ("refs", "expected"),
    [
        ([{"name": "maas-api", "port": 8080}], True),
        ([{"name": "maas-api", "port": 8080}, {"name": "qwen", "port": 80}], False),
        ([{"name": "maas-api", "namespace": "llm", "port": 8080}], False),
        ([{"name": "maas-api", "kind": "Other", "port": 8080}], False),
        ([], False),
    ],
)
def test_the_route_of_the_maas_api_is_expected_with_a_policy_of_its_own(
    written: Side,
    refs: list[Object],
    expected: bool,  # noqa: FBT001
) -> None:
    one = copied(route({"value": "/maas-api"}), namespace="maas-api")
    one["spec"]["rules"][0]["backendRefs"] = refs
    cluster = [*live(written), one, copied(ANYBODY, namespace="maas-api")]
    assert drifted(written, cluster).nothing is expected


@pytest.mark.parametrize(
    "one",
    [
        route(BELOW, parentRefs=[{"name": "another", "namespace": "ingress"}]),
        route(BELOW, parentRefs=[{"name": "gw"}]),
        route(BELOW, parentRefs="odd"),
        copied(route(BELOW), name="granite-kserve-route"),
        copied(route(BELOW), name="guard-kserve-route"),
    ],
)
def test_routes_of_others_and_those_that_kserve_makes_for_our_models_are_passed_over(written: Side, one: Object) -> None:
    assert drifted(written, [*live(written), one]).nothing


@pytest.mark.parametrize("kind", ["OIDCPolicy", "PlanPolicy", "TelemetryPolicy"])
@pytest.mark.parametrize(("target", "name"), [("Gateway", "gw"), ("HTTPRoute", "maas-model-qwen")])
def test_policies_of_extensions_are_told(written: Side, kind: str, target: str, name: str) -> None:
    one = policy("extensions.kuadrant.io", kind, target, name)
    one["apiVersion"] = "extensions.kuadrant.io/v1alpha1"
    (found,) = drifted(written, [*live(written), one]).objects
    assert (found.fate, found.key[1]) == (Fate.EXTRA, kind)
    assert found.effect == "what its controller makes of it holds beside our policies, or instead of them"


@pytest.mark.parametrize("kind", ["DNSPolicy", "TLSPolicy"])
def test_policies_that_say_nothing_of_callers_are_passed_over(written: Side, kind: str) -> None:
    assert drifted(written, [*live(written), policy("kuadrant.io", kind, "Gateway", "gw")]).nothing
    assert drifted(written, [*live(written), policy("notkuadrant.io", "AuthPolicy", "Gateway", "gw")]).nothing
