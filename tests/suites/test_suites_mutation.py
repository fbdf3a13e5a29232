"""Small mistakes that suites notice, and the tests that would notice the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from suites_bench import CONFIG, TODAY, Bench, bench

from compiler.suites.mutants.emitted import emitted_mutants
from compiler.suites.mutants.intent import intent_mutants
from compiler.suites.mutation import Mutation, Survivor, mutation, spread
from compiler.suites.run import run
from compiler.suites.starter import Starter

CALLERS = "callers: {fred: {groups: [free-user]}, alice: {user: alice}}\n"
WEAK = f"{CALLERS}expect: [{{caller: fred, model: sim, status: 200}}]"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Give a platform with two plans on two models and no tiers."""
    return bench(
        tmp_path_factory.mktemp("tiny"),
        """\
platform:
  kuadrant: "1.5"
  gateway: {namespace: openshift-ingress, name: maas-default-gateway, hostname: maas.apps.example.com, lowercasesHost: true}
  modelNamespace: llm
  authentication:
    - {name: openshift, kind: tokenReview, audiences: ["https://kubernetes.default.svc"]}
groups: {free-user: {}, gold-user: {}}
users: {alice: {}}
models:
  sim: {backend: {kind: LLMInferenceService}}
  big: {backend: {kind: LLMInferenceService}}
access:
  plans: {models: [sim], groups: [free-user, gold-user]}
  alice: {models: [big], users: [alice]}
subscriptions:
  small: {owner: {groups: [free-user]}, priority: 1, models: {sim: {tokens: [{limit: 100, window: 1m}]}}}
  gold:
    owner: {groups: [gold-user], users: [alice]}
    priority: 2
    models: {sim: {tokens: [{limit: 100, window: 1m}]}, big: {tokens: [{limit: 500, window: 1m}]}}
""",
    )


def _mutation(on: Bench, suite: str, most: int = 2000) -> Mutation:
    cases = on.cases(suite)
    platform = on.platform(cases, everything=True)
    passed = [result.case for result in run(cases, platform, TODAY) if result.status == "passed"]
    assert passed
    return mutation(passed, platform, on.probes, most)


@pytest.fixture(scope="module")
def weak(tiny: Bench) -> Mutation:
    """Give what a suite of one row lets through."""
    return _mutation(tiny, WEAK)


def test_a_row_kills_what_it_is_about(weak: Mutation) -> None:
    """The grant and the entry that the row needs are safe, and nothing else of the configuration is."""
    alive = {survivor.says for survivor in weak.survivors}
    assert "the access entry `plans` loses `free-user`" not in alive
    assert "the subscription `small` loses its owner `free-user`" not in alive
    assert "the access entry `plans` loses `gold-user`" in alive
    assert "the access entry `alice` loses `alice`" not in alive, "an entry for nobody does not compile"
    assert "the subscription `small` on `sim` allows 101 tokens instead of 100" in alive
    assert 0 < weak.share < 50


def test_what_means_the_same_does_not_count(weak: Mutation) -> None:
    """`gold` alone on `big` keeps winning there, whatever its priority is; this is proved."""
    alive = {survivor.says for survivor in weak.survivors}
    assert "the subscription `gold` has the highest priority" not in alive
    assert weak.equivalent > 0
    assert "the subscription `small` has the highest priority" in alive


def test_each_survivor_comes_with_the_test_that_kills_it(tiny: Bench, weak: Mutation) -> None:
    """Adding the rows that are proposed leaves nothing alive: no proposal is idle."""
    assert all(survivor.test for survivor in weak.survivors)
    suites = list(dict.fromkeys("\n".join(survivor.test) for survivor in weak.survivors))
    merged: dict[str, Any] = {"callers": {}, "expect": [], "metering": [], "unconfigured": ["llm/deployed-without-a-policy"]}
    for number, text in enumerate([WEAK, *suites]):
        for key, value in _renamed(yaml.safe_load(text), number).items():
            if isinstance(value, dict):
                merged[key] |= value
            else:
                merged[key] += value
    strong = _mutation(tiny, yaml.safe_dump(merged))
    assert [survivor.says for survivor in strong.survivors] == []
    assert strong.killed == weak.killed + len(weak.survivors)
    assert strong.share == 100


def _renamed(suite: dict[str, Any], number: int) -> dict[str, Any]:
    """Keep the callers of several suites apart."""
    callers = {f"{name}-{number}": spec for name, spec in suite["callers"].items()}
    rows = {
        key: [{**row, "caller": f"{row['caller']}-{number}"} for row in suite[key]]
        for key in ("expect", "metering")
        if key in suite
    }
    return rows | {"callers": callers}


def test_a_count_that_entries_must_not_share_needs_calls_over_time(weak: Mutation) -> None:
    """Two entries of one budget share an emitted limit, and only turns tell whether their counts are apart."""
    texts = [survivor.test for survivor in weak.survivors if survivor.says == "an item of `counters` is missing"]
    assert any("metering" in line and "x-maas-subscription" in line for test in texts for line in test)


def test_a_starter_suite_kills_most(tiny: Bench) -> None:
    found = _mutation(tiny, Starter(tiny.program, tiny.intent).text())
    assert found.share > 90


def test_survivors_have_places(weak: Mutation) -> None:
    """In the configuration by file and path, in manifests by their file."""
    by_kind: dict[bool, list[Survivor]] = {True: [], False: []}
    for survivor in weak.survivors:
        by_kind[survivor.emitted].append(survivor)
    assert {one.place.file for one in by_kind[False]} == {"maas.yaml"}
    assert all(one.place.path for one in by_kind[False])
    assert {one.place.file.split("/")[0] for one in by_kind[True]} == {"models", "gateway"}


def test_what_stands_behind_every_route_needs_a_model_that_is_not_configured(weak: Mutation) -> None:
    """The gateway's deny shows for such a model alone, so the test says which."""
    gateway = [survivor for survivor in weak.survivors if survivor.place.file.startswith("gateway/")]
    assert gateway
    for survivor in gateway:
        assert survivor.test[0] == "unconfigured: [llm/deployed-without-a-policy]"
        assert len(survivor.test) == 3


def test_progress_is_told_and_tries_are_bounded(tiny: Bench) -> None:
    """A bound leaves mutants out evenly, and says how many."""
    cases = tiny.cases(WEAK)
    heard: list[tuple[int, int]] = []
    found = mutation(
        cases, tiny.platform(cases, everything=True), tiny.probes, 5, lambda count, total: heard.append((count, total))
    )
    assert heard == [(count, 10) for count in range(1, 11)]
    assert found.left_out > 0
    assert found.most == 5


def test_items_are_spread_evenly() -> None:
    assert spread(range(10), 3) == [0, 3, 6]
    assert spread(range(3), 3) == [0, 1, 2]


def test_mutants_of_the_configuration_cover_every_section(small: Bench) -> None:
    """Grants, owners, tiers, levels, windows, amounts, teams, policies and methods each have some."""
    found = [mutant.says for mutant in intent_mutants(small.intent)]
    assert len(found) == len(set(found))
    for wanted in (
        "the access entry `plans` gains the model `llm/hidden`",
        "the subscription `gold` gains the owner `free-user`",
        "the subscription `gold` on `big` counts per user",
        "the subscription `small` on `sim` loses its 100 tokens in 1m",
        "the subscription `gold` loses `big`",
        "the tier `free` loses the group `tier-free-users`",
        "the tier `free` is the highest",
        "the tier `top` gains the group `free-user`",
        "the tier `free` allows 4 requests instead of 5",
        "the model `llm/sim` loses the tier `free`",
        "the model `llm/hidden` gains the tier `top`",
        "the team `ml` loses the group `ml-people`",
        "the team `ml` loses `big`",
        "the policy `pro` has a window of 3601s instead of 1h",
        "nobody gets in by `tier-tokens`",
    ):
        assert wanted in found


def _documents() -> Iterator[dict[str, Any]]:
    limit = {"rates": [{"limit": 5, "window": "1m"}, {"limit": 10**12, "window": "1m"}], "when": [{"predicate": "a && !b"}]}
    yield {"kind": "TokenRateLimitPolicy", "metadata": {"limit": 9}, "spec": {"limits": {"one": limit, "two": limit}}}
    yield {"kind": "ConfigMap", "data": {"limit": 7}}


def test_mutants_of_manifests_change_one_thing_each() -> None:
    """Equal parts of a document are changed one at a time, though they may be one object; other kinds are left alone."""
    documents = tuple(_documents())
    found = list(emitted_mutants("x.yaml", documents))
    assert {mutant.place.document for mutant in found} == {0}
    changed = [mutant for mutant in found if mutant.says == "the limit is 6 instead of 5"]
    assert len(changed) == 2
    spec: Any = changed[0].documents[0]["spec"]
    assert [spec["limits"][name]["rates"][0]["limit"] for name in ("one", "two")] == [6, 5]
    assert {mutant.says for mutant in found if mutant.place.path[2] == "one"} == {
        "`one` is missing",
        "the limit is 4 instead of 5",
        "the limit is 6 instead of 5",
        "the window is 61 seconds longer than 1m",
        "what is only counted is limited to 1",
        "an item of `when` is missing",
        "and is or, or the other way round",
        "`a` is not asked",
        "`!(b)` is not asked",
        "`b` is not negated",
    }


def test_every_kind_of_node_has_mutants() -> None:
    text = '[{"a": "x", "b": "y"}].map(m, (["p", "q"] + [""]).filter(g, g in m ? g == "x" : true))'
    document = {"kind": "AuthPolicy", "spec": {"rules": {"authorization": {"r": {"patterns": [{"predicate": text}]}}}}}
    says = {mutant.says for mutant in emitted_mutants("x.yaml", (document,))}
    assert says >= {
        "`a` is missing in a map",
        '`a` stands for `"y"`',
        '`"p"` is missing in a list',
        '`"p"` comes after `"q"`',
        '`[""]` is not added',
        "`==` is the other way round",
        "the choice by `g in m` is the other way round",
        "`true` is the other way round",
        "`r` is missing",
        "an item of `patterns` is missing",
    }


def test_what_is_exported_and_matters_to_nobody_has_no_mutants() -> None:
    """Only what limits and the proof look at: the user and the selection, and the groups where they cross the bridge."""

    def paths(predicate: str) -> set[str]:
        properties = {name: {"expression": "a == b"} for name in ("userid", "organization", "groups_str")}
        auth = {"kind": "AuthPolicy", "spec": {"response": {"properties": properties}}}
        limits = {"kind": "RateLimitPolicy", "spec": {"when": [{"predicate": predicate}]}}
        return {str(mutant.place.path[3]) for mutant in emitted_mutants("x.yaml", (auth, limits)) if mutant.place.document == 0}

    assert paths("a == b") == {"userid"}
    assert paths('auth.identity.groups_str.split(",").exists(g, g == "x")') == {"userid", "groups_str"}


def test_no_mutant_has_a_window_that_nobody_may_write(tmp_path: Path) -> None:
    """The longest window there is becomes shorter, so every mutant can be lowered."""
    longest = bench(tmp_path, CONFIG.replace("window: 2m", "window: 366d"))
    says = [mutant.says for mutant in intent_mutants(longest.intent)]
    assert f"the tier `free` has a window of {366 * 86400 - 1}s instead of 366d" in says
