"""What is told to change the answer, in cases that a person would ask about."""

from __future__ import annotations

from pathlib import Path

import pytest
from explain_support import Platform, compiled, platform

from compiler.explain.explanation import explain
from compiler.explain.question import Question


def told(of: Question) -> list[tuple[str, int]]:
    return [(change.says, change.decision.status) for change in explain(of).changes]


def line(of: Question) -> tuple[str, tuple[str | int, ...]] | None:
    edit = explain(of).edit
    return (edit.says, edit.place.path) if edit else None


def test_a_higher_tier_that_takes_access_away_is_the_group_to_drop() -> None:
    of = platform("tiers-on-routes").ask("granite", "system:authenticated", "premium-group")
    assert told(of) == [("drop the group `premium-group`", 200)]
    assert line(of) == ("add `premium` to the tiers of the model `llm/granite`", ("models", "granite", "tiers"))


def test_a_header_that_names_somebody_elses_entry_is_dropped_or_replaced() -> None:
    of = platform("subscriptions").ask("simulator-model", "free-user", headers=("X-MaaS-Subscription:  premium",))
    assert told(of) == [
        ("drop the header `x-maas-subscription`", 200),
        ("send the header `x-maas-subscription: free`", 200),
        ("add the group `premium-user`", 200),
    ]
    assert line(of) == (
        "add `free-user` to the groups that own the subscription `premium`",
        ("subscriptions", "premium", "owner", "groups"),
    )


def test_the_user_is_added_before_its_groups() -> None:
    of = platform("subscriptions").ask("premium-model", "free-user", user="bob")
    assert line(of) is None, "it would also need a budget"
    of = platform("subscriptions").ask("simulator-model", user="bob")
    assert line(of) is None
    assert told(of) == [(f"add the group `{group}`", 200) for group in ("free-user", "premium-user", "research")]
    of = platform("subscriptions").ask("other/granite", "premium-user", user="bob")
    says = "add `bob` to the users that own the subscription `research-gold`"
    assert line(of) == (says, ("subscriptions", "research-gold", "owner", "users"))


def test_an_identity_header_is_dropped() -> None:
    headers = ("x-maas-tier: gold",)
    assert told(platform("subscriptions").ask("simulator-model", "free-user", headers=headers)) == [
        ("drop the header `x-maas-tier`", 200)
    ]
    assert told(platform("subscriptions").ask("simulator-model", "free-user", headers=(*headers, "x-maas-group: a"))) == [
        ("drop the headers `x-maas-group`, `x-maas-tier`", 200)
    ]


def test_without_a_credential_one_is_to_be_brought() -> None:
    assert told(platform("teams").ask("qwen3", credential=False)) == [
        ("bring a credential that `openshift` accepts", 403),
        ("bring a credential that `tier-tokens` accepts", 403),
    ]


def test_a_tier_token_is_told_of_no_group_that_it_cannot_have() -> None:
    of = platform("tiers-on-routes").ask("qwen3", "premium-group", method="tier-tokens")
    assert explain(of).decision.status == 403
    assert told(of) == [
        ("add the group `system:serviceaccounts:maas-default-gateway-tier-enterprise`", 200),
        ("add the group `system:serviceaccounts:maas-default-gateway-tier-premium`", 200),
    ]
    assert any("vouches for no groups" in note for note in of.notes)


def test_what_lets_a_caller_in_is_the_line_to_remove() -> None:
    of = platform("subscriptions").ask("simulator-model", "free-user")
    assert line(of) == ("remove `free-user` from the access entry `everybody`", ("access", "everybody", "groups", 0))
    assert line(platform("subscriptions").ask("simulator-model", "free-user", "research")) is None


def test_a_budget_of_nothing_is_the_limit_to_raise() -> None:
    of = platform("odd-names").ask("m", "it's")
    assert explain(of).decision.status == 429
    assert line(of) == ("raise the limit of 0 tokens of `all`", ("subscriptions", "all", "models", "m", "tokens", 0, "limit"))


CONFIG = """\
platform:
  kuadrant: "1.5"
  gateway: {namespace: openshift-ingress, name: gw, hostname: maas.example.com}
  modelNamespace: llm
  authentication: [{name: openshift, kind: tokenReview, audiences: [a]}]
groups: {one: {}, two: {}, three: {}, four: {}}
users: {alice: {email: alice@example.com}}
tiers:
  low: {level: 0, groups: [one], tokens: [{limit: 0, window: 1m}]}
  high: {level: 1, groups: [two], tokens: [{limit: 5, window: 1m}]}
policies: {none: {kind: TokenRateLimitPolicy, tokens: [{limit: 0, window: 1d}]}}
teams:
  closed: {defaultPolicy: none, members: [{user: alice@example.com}], grants: [{model: b, user: alice}]}
models:
  a: {backend: {kind: LLMInferenceService}, tiers: [low, high]}
  b: {backend: {kind: LLMInferenceService}}
  c: {backend: {kind: LLMInferenceService}, tiers: "*"}
  d: {backend: {kind: LLMInferenceService}}
  e: {backend: {kind: LLMInferenceService}}
  f: {backend: {kind: LLMInferenceService}}
access:
  b: {models: [b], groups: [two]}
  d: {models: [d], groups: [two]}
  f: {models: [f], groups: [three]}
subscriptions:
  all:
    owner: {groups: [one, three, four], users: [alice]}
    models: {d: {unlimited: true}, e: {unlimited: true}, f: {unlimited: true}}
"""


@pytest.fixture
def small(tmp_path: Path) -> Platform:
    (tmp_path / "all.yaml").write_text(CONFIG)
    return compiled(tmp_path)


def test_budgets_of_nothing_are_found_where_they_are_written(small: Platform) -> None:
    assert line(small.ask("a", "one")) == ("raise the limit of 0 tokens of `tier:low`", ("tiers", "low", "tokens", 0, "limit"))
    says = "raise the limit of 0 tokens of `team:closed`"
    assert line(small.ask("b", user="alice@example.com")) == (says, ("policies", "none", "tokens", 0, "limit"))
    assert ("add the group `two`", 200) in told(small.ask("a", "one"))


def test_tiers_and_entries_are_widened_and_narrowed(small: Platform) -> None:
    assert line(small.ask("a", "two")) == ("remove `high` from the tiers of the model `llm/a`", ("models", "a", "tiers", 1))
    assert line(small.ask("b", "one")) is None, "the tier of this caller has no budget"
    assert line(small.ask("b", "two")) == ("remove the access entry `b`", ("access", "b"))
    assert line(small.ask("c", "two")) is None, "all tiers is no line about one"
    assert line(small.ask("c")) is None


def test_a_user_without_access_is_added_to_the_entry(small: Platform) -> None:
    """Rather than its group: that would let others in as well."""
    of = small.ask("d", "one", user="alice")
    assert line(of) == ("add `alice` to the users of the access entry `d`", ("access", "d"))
    of = small.ask("d", "four")
    assert line(of) == ("add `four` to the groups of the access entry `d`", ("access", "d", "groups"))


@pytest.mark.parametrize("groups", [("one",), ("three",), ("one", "three", "four")])
def test_of_several_lines_for_a_group_none_is_obvious(small: Platform, groups: tuple[str, ...]) -> None:
    """The group could be added, or its tier, or the model to an entry that the group has."""
    of = small.ask("d", *groups)
    assert explain(of).decision.reason == "no-access"
    assert line(of) is None


def test_each_of_several_lines_is_told(small: Platform) -> None:
    assert [edit.says for edit in explain(small.ask("d", "three")).edits] == [
        "add `three` to the groups of the access entry `d`",
        "add `llm/d` to the models of the access entry `f`",
    ]


def test_a_model_is_added_to_the_entry_that_the_caller_already_has(small: Platform) -> None:
    of = small.ask("e", "three", user="alice")
    assert [(edit.says, edit.place.path) for edit in explain(of).edits] == [
        ("add `llm/e` to the models of the access entry `f`", ("access", "f", "models")),
        ("grant `llm/e` to the team `closed`", ("teams", "closed", "grants")),
    ]


def test_a_user_who_is_on_no_list_is_added_to_the_team_that_may_call() -> None:
    of = platform("teams").ask("simulator-model", user="carol")
    assert line(of) == ("remove `carol` from the members of the team `visitors`", ("teams", "visitors", "members", 0, "user"))
    of = platform("teams").ask("qwen3", user="bob")
    assert line(of) == ("grant `llm/qwen3` to `bob` in the team `demo`", ("teams", "demo", "grants"))
    of = platform("teams").ask("qwen3", user="alice")
    assert line(of) == (
        "remove the grant of `llm/qwen3` to `alice@example.com` from the team `demo`",
        ("teams", "demo", "grants", 1),
    )


def test_a_group_of_a_team_is_given_a_model_and_loses_it_with_the_grant() -> None:
    of = platform("teams").ask("qwen3", "ml-people")
    assert line(of) == ("grant `llm/qwen3` to the team `ml`", ("teams", "ml", "grants"))
    of = platform("teams").ask("simulator-model", "ml-people")
    assert line(of) == ("remove the grant of `llm/simulator-model` from the team `ml`", ("teams", "ml", "grants", 0))


TEAMS = """\
groups: {five: {}, six: {}}
users: {bob: {}, carol: {}}
models:
  g: {backend: {kind: LLMInferenceService}}
  h: {backend: {kind: LLMInferenceService}}
access: {h: {models: [h], groups: [five, six]}}
policies: {some: {kind: TokenRateLimitPolicy, tokens: [{limit: 7, window: 1d}]}}
teams:
  by-group: {defaultPolicy: some, groups: [five], grants: [{model: g}, {model: h}]}
  by-name: {defaultPolicy: some, members: [{user: carol}], grants: []}
"""


def test_callers_join_the_team_that_has_the_model(small: Platform, tmp_path: Path) -> None:
    assert small.intent.teams
    (tmp_path / "teams.yaml").write_text(TEAMS)
    small = compiled(tmp_path)
    assert line(small.ask("g", user="bob")) == ("add `bob` to the members of the team `by-group`", ("teams", "by-group"))
    joins = "add `six` to the groups of the team `by-group`"
    assert line(small.ask("g", "six")) == (joins, ("teams", "by-group", "groups"))
    of = small.ask("h", "six")
    assert explain(of).decision.reason == "no-candidate"
    assert line(of) == (joins, ("teams", "by-group", "groups"))
    of = small.ask("h", "six", headers=("x-maas-subscription: team:by-group",))
    assert explain(of).decision.reason == "not-a-candidate"
    assert line(of) == (joins, ("teams", "by-group", "groups"))
    of = small.ask("g", user="carol")
    assert [edit.says for edit in explain(of).edits] == ["add `carol` to the members of the team `by-group`"], (
        "it touches one user"
    )
