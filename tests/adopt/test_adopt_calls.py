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
        f"allow {{ not {INFO}.accessAllowed }}",
        f"allow {{ {INFO}.accessAllowed == false }}",
        f'allow {{ {INFO}.name != "accessAllowed" }}',
        f"allow {{ {INFO}.accessAllowed; false }}",
        f"allow = false {{ {INFO}.accessAllowed }}",
        f"allow {{ {INFO}.accessAllowed }} else = true",
        f'allow {{ {INFO}.accessAllowed }}\nallow {{ {INFO}.costCenter == "4711" }}',
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


KEY = "input.auth.metadata.apiKeyValidation"


@pytest.mark.parametrize(
    ("rego", "known"),
    [
        (f"allow {{ {KEY}.valid }}", False),
        (f"allow {{ {KEY}.valid == false }}\nallow {{ not {KEY} }}", False),
        (f"# keys\nallow {{\n  {KEY}.valid == true\n}}\nallow {{\n  not {KEY}\n}}", True),
    ],
)
def test_a_rule_about_keys_refuses_callers_without_one_unless_it_says_so(rego: str, known: bool) -> None:  # noqa: FBT001
    objects = _cluster("today")
    _rules(objects)["authorization"]["auth-valid"]["opa"] = {"rego": rego}
    assert _imported(objects) == ((0, False) if known else (4, True))


NEVER = [{"predicate": "false"}]


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("subscription-info", {"when": "x"}),
        ("subscription-info", {"when": ["x"]}),
        ("apiKeyValidation", {"when": []}),
        ("apiKeyValidation", {"when": [{"predicate": "("}]}),
        ("apiKeyValidation", {"when": [{"selector": "request.path", "operator": "neq", "value": "x"}]}),
    ],
    ids=str,
)
def test_a_call_that_is_not_made_of_every_request_is_not_taken_for_answered(name: str, entry: Any) -> None:  # noqa: ANN401
    """Whoever has a token of the cluster is let in by the rule about keys because nobody asked about a key."""
    objects = _cluster("today")
    _rules(objects)["metadata"][name].update(entry)
    assert _imported(objects) == (4, True)


def test_where_nobody_is_asked_nobody_is_let_in() -> None:
    """The one rule lets callers in where the answer says so, and there is none."""
    objects = _cluster("today")
    _rules(objects)["metadata"]["subscription-info"]["when"] = NEVER
    assert _imported(objects) == (1, False)
    assert "today 403, then 200" in run("import", "dump.yaml", "--config", "again", "--unmanaged", "beside").output


def test_a_rule_that_lets_in_whom_nobody_answers_about_is_not_known_where_nobody_is_asked() -> None:
    objects = _cluster("first")
    _rules(objects)["metadata"]["subscription-info"]["when"] = NEVER
    assert _imported(objects) == (4, True)


def _about(**changed: str) -> str:
    said = {
        "groups": "auth.identity.user.groups",
        "username": "auth.identity.user.username",
        "requestedSubscription": '"x-maas-subscription" in request.headers ? request.headers["x-maas-subscription"] : ""',
    }
    return "{" + ", ".join(f'"{name}": {value}' for name, value in (said | changed).items() if value) + "}"


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (_about(), True),
        (_about(groups='["staff"]'), False),
        (_about(groups='auth.identity.user.groups + ["staff"]'), False),
        (_about(username='"root"'), False),
        (_about(requestedSubscription='"gold"'), False),
        (_about(requestedSubscription=""), False),
        (_about(more="true"), False),
        (_about(requestedModel='"llm/other"'), False),
        ("x", False),
        ("[", False),
    ],
)
def test_a_call_that_is_about_somebody_else_is_not_taken_for_answered(body: str, known: bool) -> None:  # noqa: FBT001 - a case
    objects = _cluster("first")
    _rules(objects)["metadata"]["subscription-info"]["http"]["body"] = {"expression": body}
    assert _imported(objects) == ((0, False) if known else (4, True))


@pytest.mark.parametrize("body", ['{"groups": ["admin-group"]}', "{}", "x"])
def test_a_tier_that_is_looked_up_for_other_groups_is_not_known(body: str) -> None:
    objects = _cluster("tiers")
    _rules(objects)["metadata"]["matchedTier"]["http"]["body"] = {"expression": body}
    assert _imported(objects) == (4, True)


@pytest.mark.parametrize("method", [None, "GET", "PUT"])
def test_a_call_in_a_way_that_is_not_the_apis_is_not_taken_for_answered(method: str | None) -> None:
    objects = _cluster("first")
    _rules(objects)["metadata"]["subscription-info"]["http"]["method"] = method
    assert _imported(objects) == (4, True)


@pytest.mark.parametrize(
    "key",
    [
        'auth.metadata["subscription-info"].costCenter',
        'has(auth.metadata["subscription-info"].name) ? "models-as-a-service/gold@llm/granite" : ""',
        'has(auth.metadata.other.name) ? "models-as-a-service/gold@llm/granite" : ""',
    ],
)
def test_a_key_that_tells_something_else_than_what_was_chosen_is_not_known(key: str) -> None:
    objects = _cluster("today")
    properties = _rules(objects)["response"]["success"]["filters"]["identity"]["json"]["properties"]
    properties["selected_subscription_key"] = {"expression": key}
    assert _imported(objects) == (4, True)


def test_a_selector_that_only_compares_an_answer_is_not_known() -> None:
    """What is not there is the empty text to a selector: with the answer taken out, it would let everybody in."""
    objects = _cluster("first")
    asked = {"selector": "auth.metadata.subscription-info.error", "operator": "eq", "value": ""}
    _rules(objects)["authorization"]["more"] = {"patternMatching": {"patterns": [asked]}}
    assert _imported(objects) == (4, True)


@pytest.mark.parametrize("release", ["first", "today", "tiers"])
@pytest.mark.parametrize(
    "way", [{"anonymous": {}}, {"plain": {"selector": "request.headers.authorization"}}], ids=lambda way: next(iter(way))
)
def test_a_way_in_that_takes_everybody_may_take_callers_with_a_token(release: str, way: Any) -> None:  # noqa: ANN401
    """They are somebody else then, and are decided about as that."""
    objects = _cluster(release)
    ways = _rules(objects)["authentication"]
    for one in ways.values():
        one["priority"] = 5
    ways["everybody"] = way
    code, nothing = _imported(objects)
    assert code != 0
    assert nothing


def test_a_way_in_under_a_condition_that_no_token_meets_takes_no_token() -> None:
    objects = _cluster("first")
    sent = {"selector": "request.headers.authorization", "operator": "matches", "value": "^Bearer sk-"}
    plain = {"plain": {"selector": "request.headers.authorization"}, "priority": -1, "when": [sent]}
    _rules(objects)["authentication"]["keys"] = plain
    assert _imported(objects) == (0, False)
    sent["value"] = "^Bearer "
    assert _imported(objects)[0] != 0
