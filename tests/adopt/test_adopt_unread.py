"""What cannot be read closes every model that it may decide about: none of them is told to be decided as today."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import adopt_tiers
import pytest
import yaml
from adopt_cluster import (
    GATEWAY,
    GATEWAY_API,
    GATEWAYS,
    Access,
    FirstRelease,
    Plain,
    Subscription,
    gateway,
    listing,
    on,
    thing,
)
from cli_support import run

PROVED = "proved for every caller and every request: 1 model"
NOTHING = "proved for every caller and every request: nothing"
EXPRESSION = {"path": {"type": "RegularExpression", "value": "/llm/.*"}}
BELOW: Plain = {"path": {"type": "PathPrefix", "value": "/llm/granite/v1/chat"}}
BESIDE: Plain = {"path": {"type": "PathPrefix", "value": "/elsewhere"}}
ODD: Plain = {"headers": [{"name": "x", "type": "RegularExpression", "value": "a.*"}]}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _objects() -> list[Any]:
    access = (Access("staff", ("granite",), ("staff",)),)
    return FirstRelease({"granite": "llm"}, access, (Subscription("gold", {"granite": [(100, "1m")]}, ("staff",)),)).objects()


def _named(objects: list[Any], kind: str) -> Any:  # noqa: ANN401 - an object of a cluster
    return next(one for one in objects if one["kind"] == kind)


def _imported(objects: list[Any]) -> tuple[int, str]:
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    result = run("import", "dump.yaml")
    return result.exit_code, result.output


def _elses(rules: object, *behind: str) -> Plain:
    parents = [{"name": one, "namespace": GATEWAYS} for one in behind or (GATEWAY,)]
    return thing(GATEWAY_API, "HTTPRoute", "others", "elses", spec={"parentRefs": parents, "rules": rules})


def _rules(*matches: object) -> list[Plain]:
    return [{"matches": list(matches), "backendRefs": [{"name": "x", "port": 80}]}]


@pytest.mark.parametrize(
    ("rules", "ending"),
    [
        (_rules(EXPRESSION), 4),
        (_rules(BELOW | ODD), 4),
        (_rules(BESIDE, BELOW | ODD), 4),
        (_rules(BESIDE | ODD), 0),
        (_rules({"path": 3}), 4),
        (_rules({"path": {"value": 3}}), 4),
        (_rules("x"), 4),
        ([{"matches": "x"}], 4),
        ("x", 4),
        (["x"], 4),
    ],
)
def test_a_route_of_others_that_is_not_understood_may_take_requests_for_a_model(rules: object, ending: int) -> None:
    """Where it names paths, those tell: the longer path comes first."""
    code, told = _imported([*_objects(), _elses(rules)])
    assert (code, (NOTHING if ending else PROVED) in told) == (ending, True), told
    assert not ending or "HTTPRoute others/elses" in Path("unmanaged/README.md").read_text(encoding="utf-8")


def test_a_route_behind_another_gateway_takes_nothing_from_ours() -> None:
    other = gateway()
    other["metadata"]["name"] = "other"
    other["spec"]["listeners"][0]["hostname"] = "other.example.com"
    objects = [*_objects(), other]
    assert _imported([*objects, _elses(_rules(EXPRESSION), "other")])[0] == 0


@pytest.mark.parametrize(
    "parent", ["x", [], {}, {"name": [None]}, {"name": GATEWAY, "namespace": {}}, {"name": 3, "namespace": "x"}]
)
@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_a_route_behind_what_cannot_be_read_may_be_behind_our_gateway(parent: object, whose: str) -> None:
    objects = [*_objects(), _elses(_rules(BELOW))]
    spoiled = objects[-1] if whose == "theirs" else _named(objects, "HTTPRoute")
    spoiled["spec"]["parentRefs"] = [parent]
    code, told = _imported(objects if whose == "theirs" else objects[:-1])
    assert (code, NOTHING in told) == (4, True), told


@pytest.mark.parametrize(
    "target", ["x", [], {}, on("HTTPRoute", ""), on("Gatewai", "x"), {**on("HTTPRoute", "x"), "name": 3}], ids=str
)
def test_a_policy_that_may_be_on_anything_is_not_taken_for_none(target: object) -> None:
    """Without it nobody would guard the route, which is told as a thing that is known."""
    objects = _objects()
    _named(objects, "AuthPolicy")["spec"]["targetRef"] = target
    code, told = _imported(objects)
    assert (code, NOTHING in told) == (4, True), told


def test_two_gateways_for_one_host_are_not_told_apart() -> None:
    objects = _objects()
    _named(objects, "TokenRateLimitPolicy")["spec"]["targetRef"]["name"] = "another"
    code, told = _imported(objects)
    assert (code, NOTHING in told) == (4, True), told
    report = Path("unmanaged/README.md").read_text(encoding="utf-8")
    assert "is served by `openshift-ingress/maas-default-gateway` and by `openshift-ingress/another`" in report


def test_a_field_that_is_null_is_one_that_is_not_there() -> None:
    """The API server keeps no such field: a namespace that is null is the route's own."""
    absent, null = _objects(), _objects()
    del _named(absent, "HTTPRoute")["spec"]["parentRefs"][0]["group"]
    null_route = _named(null, "HTTPRoute")
    null_route["spec"]["parentRefs"][0]["group"] = None
    null_route["metadata"]["deletionTimestamp"] = None
    _named(null, "MaaSSubscription")["metadata"]["deletionTimestamp"] = None
    assert _imported(null)[0] == 0
    said = _said()
    for folder in ("config", "unmanaged"):
        Path(folder).rename(f"old-{folder}")
    assert _imported(absent)[0] == 0
    assert said == _said()


def _said() -> list[Any]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(Path("config").iterdir())]


@pytest.mark.parametrize("namespace", [None, "", [], {}, 3])
@pytest.mark.parametrize("kind", ["AuthPolicy", "HTTPRoute", "MaaSSubscription"])
def test_an_object_in_no_namespace_is_in_no_cluster(kind: str, namespace: object) -> None:
    """Policies reach only what is in their own: such a one would be on nothing."""
    objects = _objects()
    _named(objects, kind)["metadata"]["namespace"] = namespace
    code, told = _imported(objects)
    assert (code, f"error[bad-dump]: the {kind} has no name, or is in no namespace" in told) == (2, True), told


def test_a_name_with_what_ends_a_line_or_stands_in_no_file_is_spelt_out() -> None:
    """The API server takes any text for the name of a limit; comments and the report have it on one line."""
    objects = json.loads(json.dumps(adopt_tiers.cluster({"llm/granite": ["free"]})))
    for policy in (one for one in objects if one["kind"] in ("TokenRateLimitPolicy", "RateLimitPolicy")):
        limits = policy["spec"]["limits"]
        limits.update({f"{name}\nplatform: {{}}\x00\x07\u2028y": limits.pop(name) for name in list(limits)})
    Path("dump.json").write_text(f"{json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': objects})}\n", encoding="utf-8")
    result = run("import", "dump.json")
    assert result.exit_code == 0, result.output
    assert sorted(key for said in _said() for key in said) == ["groups", "models", "platform", "tiers"]
    assert "platform: {}\\x00\\x07 y`" in Path("config/tiers.yaml").read_text(encoding="utf-8")
    report = Path("unmanaged/README.md").read_text(encoding="utf-8")
    assert "platform: {}\\x00" in report
    assert not any(line.startswith("platform") for line in report.splitlines())


@pytest.mark.parametrize("text", ["[" * 100_000, '["\\ud800"]', "[1]", "x", '{"free": 1}', "9" * 5000])
def test_an_annotation_that_is_no_list_of_names_names_no_tier(text: str) -> None:
    """Neither one that is nested without end, nor half a character, which no file can hold."""
    objects = adopt_tiers.cluster({"llm/granite": ["free"]})
    _named(objects, "LLMInferenceService")["metadata"]["annotations"]["alpha.maas.opendatahub.io/tiers"] = text
    code, told = _imported(objects)
    assert (code, "that is no JSON list of names" in told) == (0, True), told


@pytest.mark.parametrize("ref", [{"port": 80}, {"name": 3, "port": 80}, {"name": "phi"}, {"name": "phi", "port": "x"}])
def test_a_route_to_nothing_that_can_be_called_is_of_no_model(ref: Plain) -> None:
    """What is written for it would not compile, and the models beside it would not be proved."""
    path = {"path": {"type": "PathPrefix", "value": "/llm/phi"}}
    parents = [{"name": GATEWAY, "namespace": GATEWAYS}]
    rules = [{"matches": [path], "backendRefs": [ref]}]
    odd = thing(GATEWAY_API, "HTTPRoute", "llm", "phi", spec={"parentRefs": parents, "rules": rules})
    guard = copy.deepcopy(_named(_objects(), "AuthPolicy"))
    guard["metadata"] |= {"name": "phi", "labels": {}}
    guard["spec"]["targetRef"] = on("HTTPRoute", "phi")
    code, told = _imported([*_objects(), odd, guard])
    assert (code, PROVED in told, "the AuthPolicy llm/phi is on no model's route" in told) == (0, True, True), told


@pytest.mark.parametrize(
    "kind", ["../../outside", "/outside", "..", "Auth/Policy", "Auth Policy", "x\x00", "", "é", "A" * 64, "../config/platform"]
)
def test_a_kind_that_is_none_calls_no_file(kind: str) -> None:
    """What is left over is put into a file for each kind: a dump must not choose where that is."""
    Path("deep/er").mkdir(parents=True)
    objects = _objects()
    _named(objects, "HTTPRoute")["kind"] = kind
    Path("dump.json").write_text(f"{json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': objects})}\n", encoding="utf-8")
    before = sorted(Path().rglob("*"))
    result = run("import", "dump.json", "--config", "deep/er/config", "--unmanaged", "deep/er/unmanaged")
    assert (result.exit_code, "error[bad-dump]: this is no Kubernetes object" in result.output) == (2, True), result.output
    assert sorted(Path().rglob("*")) == before


def test_kinds_that_differ_by_case_share_a_file() -> None:
    """As one file they are one on every disk, and none is lost."""
    odd = [thing("kuadrant.io/v1", kind, "llm", f"a-{kind}", spec={}) for kind in ("Odd", "ODD", "odd")]
    code, told = _imported([*_objects(), *odd])
    assert code == 0, told
    assert Path("unmanaged/odd.yaml").read_text(encoding="utf-8").count("\nkind: ") == len(odd)
