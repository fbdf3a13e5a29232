"""Policies written by hand become entries where their shape is known, and are kept with the reason where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from cli_support import run

from compiler.adopt.predicates import Callers, Condition, UnknownShapeError, callers, condition

DUMPS = Path(__file__).parent / "dumps"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Import the dump, and give the configuration as plain data."""
    monkeypatch.chdir(tmp_path)
    result = run("import", (DUMPS / "by-hand.yaml").as_posix())
    assert result.exit_code == 4, result.output  # one plan looks at what no token of the cluster is known to have
    found: dict[str, Any] = {}
    for path in Path("config").iterdir():
        found |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def test_who_may_call(config: dict[str, Any]) -> None:
    assert config["access"] == {
        "granite-callers": {"models": ["llm/granite"], "groups": ["research", "sales"], "users": ["alice"]},
        "phi-callers": {"models": ["llm/phi"], "groups": ["research", "sales"]},
    }
    assert config["models"] == {
        "llm/granite": {"backend": {"kind": "LLMInferenceService"}},
        "llm/phi": {"backend": {"kind": "Service", "name": "phi", "port": 8000}},
    }


def test_what_meters_them(config: dict[str, Any]) -> None:
    """Tokens and requests of the same callers are one entry; whom another limit leaves out comes later."""
    assert {name: one for name, one in config["subscriptions"].items() if "llm/granite" in one["models"]} == {
        "research-tokens": {
            "owner": {"groups": ["research"]},
            "models": {
                "llm/granite": {
                    "tokens": [{"limit": 1000, "window": "1h"}, {"limit": 5000, "window": "24h"}],
                    "requests": [{"limit": 30, "window": "1m"}],
                }
            },
        },
        "sales-tokens": {
            "owner": {"groups": ["sales"]},
            "priority": -1,
            "models": {"llm/granite": {"tokens": [{"limit": 200, "window": "1h"}]}},
        },
        "alice-tokens": {
            "owner": {"users": ["alice"]},
            "priority": -2,
            "models": {"llm/granite": {"tokens": [{"limit": 7, "window": "1m"}], "per": "subscription"}},
        },
    }


def test_plans(config: dict[str, Any]) -> None:
    """The first that holds has the highest priority, and all whom it is for share its requests."""
    plans = {name: one for name, one in config["subscriptions"].items() if "llm/phi" in one["models"]}
    assert {name: (one["owner"], one["priority"]) for name, one in plans.items()} == {
        "gold-plan": ({"groups": ["research"]}, 3),
        "silver": ({"groups": ["sales"]}, 2),
    }
    assert plans["gold-plan"]["models"]["llm/phi"] == {
        "unlimited": True,
        "requests": [{"limit": 1000, "window": "24h"}, {"limit": 20, "window": "1m"}],
        "per": "subscription",
    }
    assert plans["silver"]["models"]["llm/phi"]["requests"] == [{"limit": 500, "window": "730h"}]


@pytest.mark.usefixtures("config")
def test_what_is_left_over_is_kept_with_its_reason() -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in Path("unmanaged").glob("*.yaml")}
    assert sorted(kept) == ["authpolicy.yaml", "planpolicy.yaml", "secret.yaml", "tokenratelimitpolicy.yaml"]
    assert kept["authpolicy.yaml"].startswith(
        "# it is on no model's route: what it does is not taken over\napiVersion: kuadrant.io/v1\n"
    )
    assert "# it has the plan `odd`, which cannot be said" in kept["planpolicy.yaml"]
    assert "# it has the limit `weekends`, which cannot be said" in kept["tokenratelimitpolicy.yaml"]
    assert yaml.safe_load(kept["tokenratelimitpolicy.yaml"])["metadata"]["name"] == "granite-tokens"
    page = Path("unmanaged/README.md").read_text(encoding="utf-8")
    assert "the PlanPolicy llm/phi-plans leaves callers without a plan unlimited" in page


def test_a_mistake_in_the_configuration_is_told_from_what_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that was not taken over, and counts, is a difference that nobody explains away."""
    monkeypatch.chdir(tmp_path)
    text = (DUMPS / "by-hand.yaml").read_text(encoding="utf-8")
    odd = 'auth.identity.email.endsWith("@example.com")'
    assert odd in text
    Path("dump.yaml").write_text(text.replace(odd, 'request.method == "POST"'), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert result.exit_code == 1
    assert "error[decides-otherwise]: " in result.output
    assert (
        "`alice` asks for `/llm/granite/v1/chat/completions`: today 200, 1 token in 60s, 7 tokens in 60s shared" in result.output
    )


SPLIT = 'auth.identity.groups_str.split(",")'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'{SPLIT}.exists(g, g == "a")', Callers(groups=frozenset({"a"}))),
        (f'{SPLIT}.exists(x, x == "a" || "b" == x)', Callers(groups=frozenset({"a", "b"}))),
        ('auth.identity.groups.split(",").exists(g, g == "free")', Callers(groups=frozenset({"free"}))),
        ('auth.identity.user.groups.exists(g, g in ["a", "b"])', Callers(groups=frozenset({"a", "b"}))),
        ('"a" in auth.identity.groups', Callers(groups=frozenset({"a"}))),
        ('auth.identity.tier == "free"', Callers(tiers=frozenset({"free"}))),
        ('auth.identity.tier in ["free", "pro"]', Callers(tiers=frozenset({"free", "pro"}))),
        (f'{SPLIT}.exists(g, g == "a") || auth.identity.userid == "u"', Callers(frozenset({"a"}), frozenset({"u"}))),
    ],
)
def test_known_shapes(text: str, expected: Callers) -> None:
    assert callers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'auth.identity.plan == "x"',
        "true",
        'auth.identity.tier != "x"',
        f'{SPLIT}.exists(g, g.startsWith("a"))',
        f'{SPLIT}.all(g, g == "a")',
        'auth.identity.email.split(",").exists(g, g == "a")',
        f'{SPLIT}.exists(g, g == "a") && auth.identity.tier == "x"',
        '"a" in auth.identity.emails',
        "auth.identity.tier == (",
        f'{SPLIT}.exists(g, g in ["a", auth.identity.b])',
    ],
)
def test_unknown_shapes_are_no_callers(text: str) -> None:
    """Nothing is guessed: what is half understood would let in or meter the wrong callers."""
    with pytest.raises(UnknownShapeError):
        callers(text)


def test_conditions() -> None:
    """A conjunction over several predicates: who, who not, and listings."""
    told = condition(['auth.identity.tier == "free" && !request.path.endsWith("/v1/models")'])
    assert told == Condition(Callers(tiers=frozenset({"free"})), listing_free=True)
    told = condition([f'{SPLIT}.exists(g, g == "a")', f'!({SPLIT}.exists(g, g == "b"))'])
    assert told == Condition(Callers(groups=frozenset({"a"})), Callers(groups=frozenset({"b"})))
    assert condition([]) == Condition()
    with pytest.raises(UnknownShapeError, match="twice"):
        condition(['auth.identity.tier == "a"', 'auth.identity.tier == "b"'])
    with pytest.raises(UnknownShapeError):
        condition(['!request.path.endsWith("/health")'])


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "operator: incl, value: sales",
            "operator: excl, value: sales",
            "a pattern compares something else",
        ),
        (
            "selector: auth.identity.user.username, operator: eq",
            "selector: auth.identity.sub, operator: eq",
            "has the rule `members`",
        ),
        (
            "patternMatching: {patterns: [{predicate: '!(\"x-maas-username\" in request.headers)'}]}",
            'patternMatching: {patterns: [{predicate: auth.identity.userid == "bob"}]}',
            "has several rules that must all hold",
        ),
        (
            "patternMatching: {patterns: [{predicate: '!(\"x-maas-username\" in request.headers)'}]}",
            "opa: {rego: 'allow { true }'}",
            "has the rule `no-identity-of-their-own`, whose condition cannot be expressed here: it is no list of patterns",
        ),
        (
            'patterns: [{predicate: \'auth.identity.user.groups.exists(g, g in ["sales", "research"])\'}]',
            "patterns: [{predicate: 'auth.identity.tier == \"free\"'}]",
            "lets nobody in by group or name",
        ),
        (
            'patterns: [{predicate: \'auth.identity.user.groups.exists(g, g in ["sales", "research"])\'}]',
            "patterns: [{predicate: 'auth.identity.userid == \"a\"'}, {predicate: 'auth.identity.userid == \"b\"'}]",
            "several patterns must all hold",
        ),
        (
            "counters: [{expression: auth.identity.userid}]",
            "counters: [{expression: auth.identity.team}]",
            "its counters",
        ),
        ("rates: [{limit: 200, window: 1h}]", "rates: [{limit: -3, window: 1h}]", "a limit is no amount from 0"),
        ("rates: [{limit: 200, window: 1h}]", "rates: [{limit: 3, window: 1d}]", "a window is none that is known"),
        (
            "when: [{predicate: 'auth.identity.email.endsWith(\"@example.com\")'}]",
            "when: []",
            "it is for everybody",
        ),
        ("limits: {monthly: 500}", "limits: {}", "has the plan `silver`, which cannot be said: it has no limits"),
        (
            "'\"sales\" in auth.identity.user.groups'",
            "'auth.identity.tier == \"sales\"'",
            "has the plan `silver` for nobody by group or name",
        ),
        ("HTTPRoute, name: phi-route}\n  plans", "HTTPRoute, name: gone}\n  plans", "is on no model's route"),
    ],
)
def test_what_has_another_shape_is_left_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, reason: str
) -> None:
    """Each with its reason, and never as half of what it says."""
    monkeypatch.chdir(tmp_path)
    text = (DUMPS / "by-hand.yaml").read_text(encoding="utf-8")
    assert old in text
    Path("dump.yaml").write_text(text.replace(old, new), encoding="utf-8")
    assert reason in run("import", "dump.yaml").output


def test_a_plan_of_the_gateway_is_for_all_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (DUMPS / "by-hand.yaml").read_text(encoding="utf-8")
    moved = text.replace("HTTPRoute, name: phi-route}\n  plans", "Gateway, name: maas-default-gateway}\n  plans")
    Path("dump.yaml").write_text(moved, encoding="utf-8")
    run("import", "dump.yaml")
    found = yaml.safe_load(Path("config/subscriptions.yaml").read_text(encoding="utf-8"))["subscriptions"]
    assert set(found["silver"]["models"]) == {"llm/granite", "llm/phi"}


def test_names_of_the_cluster_are_kept_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy whose name is no label gets one; groups with unusual characters need a wider pattern."""
    monkeypatch.chdir(tmp_path)
    text = (DUMPS / "by-hand.yaml").read_text(encoding="utf-8")
    text = text.replace("granite-callers", "granite.callers").replace("    sales-tokens:", "    Sales_Tokens:")
    Path("dump.yaml").write_text(text.replace("value: sales", "value: sales team!"), encoding="utf-8")
    run("import", "dump.yaml")
    assert "  granite-callers:\n" in Path("config/access.yaml").read_text(encoding="utf-8")
    assert "  sales-tokens:\n" in Path("config/subscriptions.yaml").read_text(encoding="utf-8")
    platform = yaml.safe_load(Path("config/platform.yaml").read_text(encoding="utf-8"))
    assert platform["platform"]["names"] == r"[A-Za-z0-9:._@/+!\ -]+"
    assert "sales team!" in platform["groups"]
    assert "bad-group-name" not in run("check").output
