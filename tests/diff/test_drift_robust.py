"""Whatever a cluster holds: what is not as written is drift, or is not known, and the comparison comes to its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from drift_cluster import applied
from drift_sides import compiled, objects

from compiler.diff.side import Side
from compiler.drift import dump
from compiler.drift.compare import drift
from compiler.drift.result import Drift, Fate
from compiler.drift.written import Written

CASES = Path(__file__).parents[1] / "cases"
JUNK: tuple[Any, ...] = (None, "x", [], -1, {}, [None], {"x": None}, True, 10**30, [{}], "", 0.5, ["x", 3])
# Of all values of a case as many are spoiled, each once, and the kinds of junk by turns.
SPOILED = 60
ROUTES = "gateway.networking.k8s.io/v1"


@cache
def _side(case: str) -> Side:
    return compiled(CASES / case / "config")


@cache
def _text(case: str) -> str:
    return json.dumps([applied(one.data, number) for number, one in enumerate(objects(_side(case)))])


def _cluster(case: str) -> list[Any]:
    found: list[Any] = json.loads(_text(case))
    return found


def _drifted(case: str, there: list[Any]) -> Drift | None:
    """Compare; None where it is no dump of a cluster."""
    of = _side(case)
    listed = {"apiVersion": "v1", "items": there, "kind": "List", "metadata": {}}
    found, wrong = dump.objects({"live.json": f"{json.dumps(listed)}\n".encode()})
    return None if wrong else drift(Written(tuple(objects(of))), found, of.program, None)


def _spots(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 - JSON
    if path:
        yield path
    for key, inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from _spots(inner, (*path, key))


def _spoiled(there: Any, spot: tuple[str | int, ...], junk: object) -> None:  # noqa: ANN401 - JSON
    *way, last = spot
    for part in way:
        there = there[part]
    there[last] = deepcopy(junk)


@pytest.mark.parametrize("case", ["keys", "tiers-on-the-gateway", "ways-in", "external-models", "telemetry"])
def test_a_spoiled_object_of_ours_is_drift_or_not_known(case: str) -> None:
    """Any value of any object is something else; what only the API server says of it is none of ours, as are its defaults."""
    spots = [spot for spot in _spots(_cluster(case)) if "status" not in spot and "managedFields" not in spot]
    seen = 0
    for spot, number in zip(spots[:: max(1, len(spots) // SPOILED)], count(), strict=False):
        there, junk = _cluster(case), JUNK[number % len(JUNK)]
        _spoiled(there, spot, junk)
        found = _drifted(case, there)
        if found is None:
            continue
        seen += 1
        same = len(there) == len(_cluster(case)) and found.same == len(there)
        assert found.nothing == same, (spot, junk)
        if same:
            assert junk is None or "metadata" in spot, (spot, junk)
    assert seen > SPOILED // 2


def _route(name: str, rules: object, **spec: object) -> dict[str, Any]:
    parents = [{"name": "maas-default-gateway", "namespace": "openshift-ingress"}]
    metadata = {"name": name, "namespace": "others"}
    return {
        "apiVersion": ROUTES,
        "kind": "HTTPRoute",
        "metadata": metadata,
        "spec": {"parentRefs": parents, "rules": rules, **spec},
    }


def _guard(to: str) -> dict[str, Any]:
    spec = {"targetRef": {"kind": "HTTPRoute", "name": to}, "rules": {"authentication": {"all": {"anonymous": {}}}}}
    return {"apiVersion": "kuadrant.io/v1", "kind": "AuthPolicy", "metadata": {"name": to, "namespace": "others"}, "spec": spec}


def _extra(case: str, *more: dict[str, Any]) -> list[str]:
    found = _drifted(case, [*_cluster(case), *more])
    assert found is not None
    return [one.name for one in found.objects if one.fate is Fate.EXTRA]


@pytest.mark.parametrize(
    "rules",
    [
        "x",
        ["x"],
        [{"matches": "x"}],
        [{"matches": ["x"]}],
        [{"matches": [{"path": 3}]}],
        [{"matches": [{"path": {"value": 3}}]}],
        [{"matches": [{"path": {"type": [], "value": "/"}}]}],
    ],
)
def test_a_route_of_others_whose_paths_cannot_be_read_may_take_any_request(rules: object) -> None:
    assert _extra("tiers-on-the-gateway", _route("odd", rules)) == ["HTTPRoute others/odd"]


@pytest.mark.parametrize("rules", [None, [], [{}], [{"matches": None}], [{"matches": [{"path": None}]}], [{"matches": []}]])
def test_a_route_of_others_without_a_path_has_what_no_other_takes(rules: object) -> None:
    assert _extra("tiers-on-the-gateway", _route("odd", rules)) == []


def test_a_parent_whose_namespace_is_null_is_in_that_of_the_route() -> None:
    below = _route("odd", [{"matches": [{"path": {"type": "Exact", "value": "/llm/qwen3/v1"}}]}])
    below["metadata"]["namespace"] = "openshift-ingress"
    below["spec"]["parentRefs"][0]["namespace"] = None
    assert _extra("tiers-on-the-gateway", below) == ["HTTPRoute openshift-ingress/odd"]


@pytest.mark.parametrize("name", [[], {}, 3])
def test_a_route_that_leads_nowhere_that_can_be_read_does_not_lead_to_the_api(name: object) -> None:
    """Nor does anything that says so make an object one that a controller made of ours."""
    rules = [{"matches": [{"path": {"value": "/odd"}}], "backendRefs": [{"name": name, "namespace": "maas-api"}]}]
    assert _extra("tiers-on-the-gateway", _route("odd", rules), _guard("odd"))[:1] == ["HTTPRoute others/odd"]
    owners = [{"apiVersion": "v1", "kind": name, "name": "x"}, {"apiVersion": "v1", "kind": "ConfigMap", "name": name}]
    metadata = {
        "name": "left",
        "namespace": "llm",
        "labels": {"app.kubernetes.io/managed-by": "maasc"},
        "ownerReferences": owners,
    }
    left = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    assert _extra("tiers-on-the-gateway", left) == ["ConfigMap llm/left"]


@pytest.mark.parametrize("selector", ["", "auth", "auth.identity"])
def test_a_comparison_of_nothing_in_particular_is_not_known(selector: str) -> None:
    there = _cluster("ways-in")
    for policy in there:
        rules = policy["spec"]["rules"]["authorization"] if policy["kind"] == "AuthPolicy" else {}
        rules["more"] = {"patternMatching": {"patterns": [{"selector": selector, "operator": "eq", "value": "x"}]}}
    found = _drifted("ways-in", there)
    assert found is not None
    assert {one.model for one in found.unknown} == {one.id for one in _side("ways-in").program.models}
