"""Who can call what: every row is what the reference meaning decides, and no pair that matters is lost."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from worlds import Config, configs, program_of

from compiler import pipeline
from compiler.effective.names import UnknownNameError, chosen_models, chosen_subjects
from compiler.effective.rows import Row, Table, table
from compiler.effective.subjects import Subject, caller, subjects
from compiler.intent.intent import Intent
from compiler.intent.parse import parse
from compiler.program.decide import Caller, Request, decide
from compiler.program.ir import Program

ROOT = Path(__file__).parent.parent.parent
CASES = {"config": ROOT / "config"} | {
    entry.name: entry / "config" for entry in sorted((ROOT / "tests" / "cases").iterdir()) if (entry / "config").is_dir()
}


def compiled(case: str) -> tuple[Program, Intent]:
    front = pipeline.front(CASES[case])
    intent, _ = parse(front.sources.documents)
    assert front.program is not None
    assert intent is not None
    return front.program, intent


def of_case(case: str, most_pairs: int = 1000) -> Table:
    program, intent = compiled(case)
    return table(program, program.models, subjects(program, intent), most_pairs)


def names(row: Row) -> tuple[str, ...]:
    return tuple(one.name for one in row.subjects)


@pytest.mark.parametrize("case", CASES)
def test_every_row_is_decided(case: str) -> None:
    """One row for each model and subject, in order, and with the answer of a full decision."""
    program, intent = compiled(case)
    named = subjects(program, intent)
    found = table(program, program.models, named, 1000)
    open_models = {row.model for row in found.rows if row.subjects}
    expected = [(model.id, one) for model in program.models if model.id in open_models for one in named]
    assert [(row.model, row.subjects[0]) for row in found.rows if row.subjects] == expected
    for row in (*found.rows, *found.pairs):
        model = program.model(row.model)
        assert model is not None
        asked = Request(model.id, f"{model.prefix}/v1/chat/completions")
        decision = decide(program, caller(program, row.subjects), asked)
        assert row.decision == decision
        assert (row.entry.key if row.entry else None) == decision.selected


def test_a_model_nobody_may_call_has_one_row() -> None:
    rows = [row for row in of_case("config").rows if row.model == "llm/llama-guard-internal"]
    assert [(row.subjects, row.decision.status) for row in rows] == [((), 403)]


def test_a_tiers_service_accounts_come_by_their_own_method() -> None:
    program, intent = compiled("tiers-on-routes")
    projected = [one for one in subjects(program, intent) if one.kind == "tier"]
    assert len(projected) == 3
    assert {caller(program, [one]).method for one in projected} == {"tier-tokens"}
    everybody = frozenset({"premium-group", "system:authenticated"})
    assert caller(program, [Subject("group", "premium-group")]) == Caller("openshift", "", everybody)


def test_callers_are_in_the_group_that_the_cluster_has_everybody_in() -> None:
    """Whoever is only in a group of another tier has the tier of everybody, and no pair says so again."""
    found = of_case("config")
    rows = {(row.model, names(row)): row.decision.selected for row in found.rows}
    assert rows["llm/facebook-opt-125m-simulated", ("research",)] == "tier:free"
    assert rows["llm/facebook-opt-125m-simulated", ("alice",)] == "tier:free"
    assert found.everybody == "system:authenticated"
    assert not any("system:authenticated" in names(row) for row in found.pairs)
    assert of_case("subscriptions").everybody is None, "no policy asks for it"


def test_pairs_that_only_together_are_let_in_or_are_refused_only_together() -> None:
    found = of_case("subscriptions")
    both = next(row for row in found.pairs if row.model == "other/granite")
    assert (names(both), both.decision.selected, both.alone) == (("premium-user", "alice"), "research-gold", (None, None))
    found = of_case("tiers-on-routes")
    lost = [names(row) for row in found.pairs if row.model == "llm/granite" and row.decision.status == 403]
    assert ("premium-group", "tier-free-users") in lost


def test_pairs_between_which_precedence_chooses() -> None:
    found = of_case("subscriptions")
    rows = {names(row): row for row in found.pairs if row.model == "llm/simulator-model"}
    assert rows["free-user", "premium-user"].decision.selected == "premium"
    assert rows["free-user", "premium-user"].alone == ("free", "premium")
    assert ("research", "alice") not in rows, "both are metered by the same entry"


def test_what_there_is_no_room_for_is_counted_and_precedence_goes_first() -> None:
    whole = of_case("subscriptions")
    assert whole.left_out == 0
    for most in range(len(whole.pairs) + 1):
        found = of_case("subscriptions", most)
        assert len(found.pairs) == most
        assert most + found.left_out == len(whole.pairs)
        assert found.rows == whole.rows
        assert set(map(names, found.pairs)) <= set(map(names, whole.pairs))
    surprising = of_case("subscriptions", 2).pairs
    assert [(row.model, row.decision.selected) for row in surprising] == [
        ("llm/premium-model", "research-gold"),
        ("other/granite", "research-gold"),
    ]
    assert all("research-gold" not in row.alone for row in surprising)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(configs())
def test_no_pair_that_matters_is_lost(config: Config) -> None:
    """By brute force: whatever two subjects get together that neither gets alone is a row."""
    program = program_of({"a.yaml": config})
    named = [Subject("group", name) for name in config["groups"]] + [Subject("user", name) for name in config["users"]]
    found = table(program, program.models, named, 10_000)
    told = {(row.model, row.subjects): row for row in found.pairs}
    closed = {row.model for row in found.rows if not row.subjects}
    for model in program.models:
        asked = Request(model.id, f"{model.prefix}/v1/chat/completions")
        answers = {one: decide(program, caller(program, [one]), asked) for one in named}
        if model.id in closed:
            assert {answer.status for answer in answers.values()} == {403}
        for one, other in combinations(named, 2):
            if one.kind == other.kind == "user" or "system:authenticated" in (one.name, other.name):
                continue
            both = decide(program, caller(program, (one, other)), asked)
            alone = {answers[one].selected, answers[other].selected}
            unlike = both.selected not in alone or (both.selected is None and alone != {None})
            chosen = None not in alone and len(alone) > 1
            assert ((model.id, (one, other)) in told) == (unlike or chosen)


def test_names_are_found_or_a_near_one_is_suggested() -> None:
    program, intent = compiled("subscriptions")
    assert [model.id for model in chosen_models(program, intent, ("simulator-model", "llm/simulator-model"))] == [
        "llm/simulator-model"
    ]
    assert chosen_models(program, intent, ()) == program.models
    with pytest.raises(UnknownNameError, match="unknown model `simulater-model`") as model:
        chosen_models(program, intent, ("simulater-model",))
    assert model.value.advice == "did you mean `simulator-model`?"
    named = subjects(program, intent)
    assert chosen_subjects(named, ("research",)) == (Subject("group", "research"),)
    assert chosen_subjects(named, ()) == named
    with pytest.raises(UnknownNameError, match="unknown group `zzz`") as group:
        chosen_subjects(named, ("zzz",))
    assert group.value.advice == "known groups: `free-user`, `premium-user`, `research`"
