"""A route of ours that is not as written may leave its model without requests, whatever the policies on it say."""

from __future__ import annotations

from typing import Any

import pytest
from diff_corpus import BASE
from drift_cluster import named
from drift_sides import drifted, live, side

from compiler.diff.result import Change
from compiler.diff.side import Side
from compiler.drift.result import Drift

MATCH = {"path": {"type": "PathPrefix", "value": "/llm/qwen"}}
UNTOLD = "its route takes some of its requests, and not all"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Side:
    """Give the platform of the corpus, whose Gateway is `ingress/gw`, and which has one route of its own."""
    return side(tmp_path_factory.mktemp("written"), BASE)


def _routed(written: Side, **spec: Any) -> Drift:  # noqa: ANN401 - parts of a spec
    cluster = live(written)
    route = named(cluster, "HTTPRoute", "maas-model-qwen")["spec"]
    rules = route["rules"][0]
    if "match" in spec:
        rules["matches"] = [spec.pop("match")]
    if "backend" in spec:
        rules["backendRefs"][0]["name"] = spec.pop("backend")
    route |= spec
    found = drifted(written, cluster)
    assert "without a change of meaning" not in found.verdict
    return found


@pytest.mark.parametrize(
    "spec",
    [
        {"parentRefs": [{"namespace": "ingress", "name": "another"}]},
        {"parentRefs": [{"name": "gw"}]},
        {"hostnames": ["other.example.com"]},
        {"match": {"path": {"type": "PathPrefix", "value": "/llm/other"}}},
        {"match": {"path": {"type": "Exact", "value": "/llm"}}},
    ],
    ids=str,
)
def test_a_model_whose_requests_come_elsewhere_is_lost_to_all(written: Side, spec: Any) -> None:  # noqa: ANN401
    found = _routed(written, **spec)
    assert found.rows
    assert {change for row in found.rows for change in row.changes} == {Change.LOST}
    assert {model for row in found.rows for model in row.models} == {"llm/qwen"}


@pytest.mark.parametrize(
    "match",
    [
        {**MATCH, "method": "GET"},
        {**MATCH, "headers": [{"name": "x", "value": "y"}]},
        {"path": {"type": "PathPrefix", "value": "/llm/qwen/v1"}},
        {"path": {"type": "Exact", "value": "/llm/qwen"}},
    ],
    ids=str,
)
def test_of_a_model_some_of_whose_requests_come_nothing_is_known(written: Side, match: Any) -> None:  # noqa: ANN401
    found = _routed(written, match=match)
    assert [(one.model, one.why) for one in found.unknown] == [("llm/qwen", UNTOLD)]


@pytest.mark.parametrize("spec", [{"match": {"path": {"type": "PathPrefix", "value": "/llm/"}}}, {"backend": "other"}], ids=str)
def test_where_all_requests_still_come_the_policies_say_who_may_call_but_not_what(written: Side, spec: Any) -> None:  # noqa: ANN401
    """The verdict does not call that no change of meaning: another model may answer."""
    found = _routed(written, **spec)
    assert (found.rows, found.unknown) == ((), ())
    assert found.verdict == "drift: objects: 1 changed"


def test_policies_that_say_the_same_otherwise_are_no_change_of_meaning(written: Side) -> None:
    cluster = live(written)
    filters = named(cluster, "AuthPolicy", "maas-auth-qwen")["spec"]["rules"]["response"]["success"]["filters"]
    filters["identity"]["json"]["properties"]["more"] = {"expression": '"x"'}
    assert drifted(written, cluster).verdict == "drift, without a change of meaning: objects: 1 changed"


def test_of_policies_that_are_on_no_model_nothing_is_compared(written: Side) -> None:
    """The MaaS API hands out tokens: who may ask it for them is told of by the object alone."""
    cluster = live(written)
    ours = named(cluster, "AuthPolicy", "gateway-auth-policy")
    reference = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "elsewhere"}
    labels = {"app.kubernetes.io/managed-by": "maasc"}
    left = {
        **ours,
        "metadata": {"name": "left", "namespace": "web", "labels": labels},
        "spec": {**ours["spec"], "targetRef": reference},
    }
    found = drifted(written, [*cluster, left])
    assert found.verdict == "drift: objects: 1 extra"
