"""Answers of the MaaS API are known only where a policy asks it; what anything else would answer is known to nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import adopt_tiers
import adopt_today
import pytest
from adopt_cluster import Access, FirstRelease, Subscription, listing
from cli_support import run

NOTHING = "proved for every caller and every request: nothing"
ELSEWHERE = {"http": {"url": "https://maas-api.opendatahub.svc.cluster.local:8443/v1/anything", "method": "GET"}}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _cluster(release: str) -> list[Any]:
    groups = ("staff",)
    match release:
        case "first":
            subscriptions = (Subscription("gold", {"granite": [(100, "1m")]}, groups),)
            return FirstRelease({"granite": "llm"}, (Access("staff", ("granite",), groups),), subscriptions).objects()
        case "today":
            subscriptions = (Subscription("gold", {"llm/granite": [(100, "1m")]}, groups),)
            return adopt_today.cluster(["llm/granite"], (Access("staff", ("llm/granite",), groups),), subscriptions)
        case _:
            return adopt_tiers.cluster({"llm/granite": ["free"]})


def _rules(objects: list[Any]) -> Any:  # noqa: ANN401 - an object of a cluster
    spec = next(one for one in objects if one["kind"] == "AuthPolicy")["spec"]
    return spec.get("defaults", spec)["rules"]


def _imported(objects: list[Any]) -> tuple[int, bool]:
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    result = run("import", "dump.yaml")
    return result.exit_code, NOTHING in result.output


CALLS = [("first", "subscription-info"), ("today", "subscription-info"), ("today", "apiKeyValidation"), ("tiers", "matchedTier")]


@pytest.mark.parametrize("instead", [None, "x", {}, {"http": "x"}, {"http": {"url": 3}}, ELSEWHERE], ids=str)
@pytest.mark.parametrize(("release", "name"), CALLS)
def test_what_is_asked_elsewhere_or_not_at_all_is_not_taken_for_answered(release: str, name: str, instead: object) -> None:
    objects = _cluster(release)
    fetched = _rules(objects)["metadata"]
    del fetched[name]
    fetched |= {name: instead} if instead is not None else {}
    assert _imported(objects) == (4, True)


@pytest.mark.parametrize("fetched", ["x", ["x"], 3])
def test_metadata_that_cannot_be_read_is_not_left_out(fetched: object) -> None:
    objects = _cluster("first")
    _rules(objects)["metadata"] = fetched
    assert _imported(objects) == (4, True)


@pytest.mark.parametrize(
    "looks",
    [
        {"selector": "auth.metadata.other.blocked", "operator": "neq", "value": "yes"},
        {"predicate": '!(has(auth.metadata.other) && auth.metadata.other.blocked == "yes")'},
        {"predicate": 'auth["metadata"] != null'},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_condition_on_what_another_service_says_is_not_known(looks: object) -> None:
    objects = _cluster("first")
    _rules(objects)["metadata"]["other"] = ELSEWHERE
    _rules(objects)["authorization"]["more"] = {"patternMatching": {"patterns": [looks]}}
    assert _imported(objects) == (4, True)


def test_what_is_fetched_and_not_looked_at_decides_nothing() -> None:
    """Neither do annotations of keys, which are called metadata as well."""
    objects = _cluster("tiers")
    rules = _rules(objects)
    rules["metadata"]["other"] = ELSEWHERE
    rules["response"]["success"]["headers"] = {}
    properties = rules["response"]["success"]["filters"]["identity"]["json"]["properties"]
    properties["more"] = {"selector": "auth.identity.metadata.annotations.x"}
    assert "auth.metadata" in str(properties)
    assert _imported(objects) == (0, False)


INFO = 'input.auth.metadata["subscription-info"]'


@pytest.mark.parametrize(
    "rego",
    [
        f'allow {{ {INFO}.accessAllowed == true }}\nallow {{ input.auth.identity.user.username == "mallory" }}',
        f"allow {{ {INFO}.accessAllowed == true }}\nallow {{ true }}",
        f"default allow = true\nallow {{ {INFO}.accessAllowed == true }}",
        f"default allow := true\nallow {{ {INFO}.accessAllowed }}",
        f"allow {{ {INFO}.accessAllowed == true }}\nallow {{ not data.closed }}",
        f"# {INFO}.accessAllowed\nallow",
        f"# {INFO}.accessAllowed",
        f"allow {{ {INFO}.accessAllowed; input[x] }}",
        f"allow {{ {INFO}.accessAllowed }}\nallow {' ' * 200} {{ true }}",
        f"allow {{ {INFO}.accessAllowed }}\nallow\n{{ true }}",
        # Each word may begin a rule: whoever looks for its end from each one never comes to an end.
        f"# {INFO}.accessAllowed " + "allow " * 40_000,
    ],
    ids=lambda rego: rego[:60],
)
def test_a_rule_that_decides_by_more_than_the_answer_is_not_known(rego: str) -> None:
    """A policy that was taken over by hand still calls its rules as the controller did."""
    objects = _cluster("today")
    _rules(objects)["authorization"]["require-group-membership"]["opa"]["rego"] = rego
    assert _imported(objects) == (4, True)


@pytest.mark.parametrize(
    "rego",
    [
        f"allow {{ {INFO}.accessAllowed == true }}",
        f"default allow = false\nallow {{ {INFO}.accessAllowed }}",
        f"default allow := false\nallow = true {{\n  {INFO}.accessAllowed == true\n}}",
        f"allow := true if {{\n  {INFO}.accessAllowed == true\n}}",
    ],
)
def test_a_rule_that_decides_by_the_answer_is_known_in_each_spelling(rego: str) -> None:
    objects = _cluster("today")
    _rules(objects)["authorization"]["require-group-membership"]["opa"]["rego"] = rego
    assert _imported(objects) == (0, False)
