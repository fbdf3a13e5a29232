"""What is written becomes what is meant: names resolved, windows in seconds, entries in the order in which they win."""

from __future__ import annotations

from typing import Any

from worlds import Config, program_of

from compiler.program.ir import Model, Per, Rate, Subjects


def config(**sections: Any) -> Config:  # noqa: ANN401 - plain data
    platform = {
        "kuadrant": "1.5",
        "gateway": {"namespace": "ingress", "name": "gw", "hostname": "maas.example.com"},
        "modelNamespace": "llm",
        "authentication": [{"name": "openshift", "kind": "tokenReview", "audiences": ["a"]}, {"name": "t", "kind": "tierToken"}],
    }
    models: Config = {"granite": {"backend": {"kind": "LLMInferenceService"}}}
    groups: Config = {name: {} for name in ("a", "b", "c")}
    users: Config = {"alice": {"email": "alice@example.com", "sub": "s-1"}, "bob": {}}
    return {"platform": platform, "models": models, "groups": groups, "users": users, **sections}


def model(**sections: Any) -> Model:  # noqa: ANN401 - plain data
    (found,) = program_of({"a.yaml": config(**sections)}).models
    return found


TOKENS = [{"limit": 5, "window": "1m"}]


def test_windows_become_seconds_the_shortest_first() -> None:
    rates = [{"limit": 9, "window": "1d12h"}, {"limit": 1, "window": "90s"}, {"limit": 2, "window": "1w"}]
    found = model(subscriptions={"s": {"owner": {"groups": ["a"]}, "models": {"granite": {"tokens": rates}}}})
    assert found.entries[0].budget.tokens == (Rate(1, 90), Rate(9, 129_600), Rate(2, 604_800))


def test_every_spelling_of_a_user_is_the_user() -> None:
    for spelling in ("alice", "alice@example.com", "s-1"):
        found = model(access={"x": {"models": ["granite"], "users": [spelling]}})
        assert found.grants[0].subjects == Subjects((), ("alice",))


def test_entries_are_in_the_order_in_which_they_win() -> None:
    def owned(priority: int, limit: int) -> Config:
        return {
            "owner": {"groups": ["a"]},
            "priority": priority,
            "models": {"granite": {"tokens": [{"limit": limit, "window": "1m"}]}},
        }

    found = model(
        subscriptions={"low": owned(1, 900), "small": owned(5, 10), "large": owned(5, 20), "also-small": owned(5, 10)},
        policies={"p": {"kind": "TokenRateLimitPolicy", "tokens": TOKENS}},
        teams={"t": {"groups": ["b"], "defaultPolicy": "p", "grants": [{"model": "granite"}]}},
    )
    assert [entry.key for entry in found.entries] == ["large", "also-small", "small", "low", "team:t"]


def test_unlimited_is_the_largest_of_budgets() -> None:
    found = model(
        subscriptions={
            name: {"owner": {"groups": ["a"]}, "models": {"granite": budget}}
            for name, budget in {"much": {"tokens": [{"limit": 10**9, "window": "1s"}]}, "all": {"unlimited": True}}.items()
        }
    )
    assert [entry.key for entry in found.entries] == ["all", "much"]


def test_all_tiers_are_meant_by_a_star() -> None:
    tiers = {name: {"level": level, "groups": [name], "tokens": TOKENS} for level, name in enumerate("abc")}
    models = {"granite": {"backend": {"kind": "LLMInferenceService"}, "tiers": "*"}}
    program = program_of({"a.yaml": config(tiers=tiers, models=models)})
    assert program.models[0].tiers == ("a", "b", "c")
    assert [tier.name for tier in program.tiers] == ["c", "b", "a"]
    assert program.tiers[0].projected == "system:serviceaccounts:gw-tier-c"


def test_a_team_lets_in_and_meters_at_once() -> None:
    team: Config = {
        "members": [{"user": "alice"}, {"user": "bob"}],
        "groups": ["c"],
        "defaultPolicy": "p",
        "grants": [{"model": "granite", "user": "alice"}, {"model": "llm/granite", "user": "bob"}],
    }
    policies = {"p": {"kind": "TokenRateLimitPolicy", "tokens": TOKENS, "per": "team"}}
    found = model(teams={"t": team}, policies=policies)
    ((grant,), (entry,)) = found.grants, found.entries
    assert grant.subjects == entry.subjects == Subjects((), ("alice", "bob"))
    assert entry.budget.per is Per.TEAM
    whole = model(teams={"t": {**team, "grants": [*team["grants"], {"model": "granite"}]}}, policies=policies)
    assert whole.grants[0].subjects == Subjects(("c",), ("alice", "bob"))


def test_the_backend_is_named_like_the_model_unless_it_has_a_name() -> None:
    assert model().route == "granite-kserve-route"
    named = model(models={"granite": {"backend": {"kind": "LLMInferenceService", "name": "other"}}})
    assert (named.route, named.prefix) == ("other-kserve-route", "/llm/other")
    served = model(models={"granite": {"backend": {"kind": "Service", "name": "svc", "port": 80}}})
    assert (served.route, served.prefix) == ("maas-model-granite", "/llm/granite")
