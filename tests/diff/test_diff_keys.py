"""What is told of keys of teams, which say in the configuration itself whose they are."""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cli_support import run, write
from diff_bench import Had, expected, side
from diff_corpus import BASE, CORPUS, Config, Edit, both, edited, put

from compiler.diff.compare import Comparison
from compiler.diff.formats import findings, markdown, plain, text
from compiler.diff.gates import NAMES, judged
from compiler.diff.result import Change, Diff, Row, Safety, Step
from compiler.diff.scope import scope
from compiler.diff.transition import transition
from compiler.program.bearer import holder, method_of
from compiler.program.decide import Decision, Request, decide
from compiler.program.ir import Program

KEYED = edited(
    both(
        put("platform/authentication", [*BASE["platform"]["authentication"], {"name": "keys", "kind": "apiKey"}]),
        put("teams/ops/grants", [{"model": "qwen"}, {"model": "granite", "user": "bob"}]),
        put("access/gold/users", ["bob"]),
    )
)
PATH = {"external": {"store": "vault", "path": "ops/a"}}


def keyed(**said: object) -> Config:
    """Give the configuration with one key of bob, in the group of nobody unless that is said."""
    config = deepcopy(KEYED)
    config["teams"]["ops"]["keys"] = {"a": {"user": "bob", "groups": [], "secret": PATH, **said}}
    return config


def told(base: Config, head: Config, **more: Any) -> Diff:  # noqa: ANN401 - whatever a comparison takes
    return Comparison(side({"a.yaml": base}, "base/"), side({"a.yaml": head}, "head/"), **more).run()


def tripped(diff: Diff) -> set[str]:
    return {gate.gate for gate in judged(diff, NAMES) if gate.tripped} - {"any"}


def one(diff: Diff) -> Row:
    (row,) = diff.rows
    return row


def test_a_key_that_is_bound_to_more_is_a_raised_budget() -> None:
    diff = told(keyed(groups=["gold"]), keyed(groups=["gold"], subscription="gold-big"))
    row = one(diff)
    assert row.models == ("llm/granite", "llm/qwen")
    assert row.changes == (Change.RAISED, Change.RESET)
    assert row.before == "300 tokens per 1h, shared by all whom it meters by `team:ops`"
    assert row.after == "9,000 tokens per 1h by `gold-big`"
    assert row.callers.methods == ("whoever brings the key `ops/a`",)
    assert [(cause.line > 0, cause.what) for cause in row.causes] == [(True, "teams.ops.keys.a.subscription")]
    assert row.witness is not None
    assert (row.witness.user, row.witness.before.selected, row.witness.after.selected) == ("bob", "team:ops", "gold-big")
    assert tripped(diff) == {"raised", "reset"}
    assert tripped(told(keyed(groups=["gold"], subscription="gold-big"), keyed(groups=["gold"]))) == {"lowered", "reset"}


def test_a_new_key_is_access_and_a_revoked_one_is_none() -> None:
    made = told(KEYED, keyed())
    assert {row.changes for row in made.rows} == {(Change.GAINED,)}
    assert {model for row in made.rows for model in row.models} == {"llm/granite", "llm/qwen"}
    assert tripped(made) == {"gained"}
    assert tripped(told(keyed(), KEYED)) == {"lost"}


def test_another_value_is_one_key_lost_and_another_gained() -> None:
    moved = keyed(secret={"external": {"store": "vault", "path": "ops/b"}})
    assert tripped(told(keyed(), moved)) == {"gained", "lost"}


def test_another_name_for_a_value_is_the_same_key() -> None:
    renamed = keyed()
    renamed["teams"]["ops"]["keys"]["b"] = renamed["teams"]["ops"]["keys"].pop("a")
    assert told(keyed(), renamed).rows == ()


def test_a_key_of_somebody_else_counts_with_theirs() -> None:
    base = keyed(groups=["gold"], subscription="gold-big")
    base["teams"]["ops"]["members"] = [{"user": "bob"}, {"user": "alice"}]
    head = deepcopy(base)
    head["teams"]["ops"]["keys"]["a"]["user"] = "alice"
    row = one(told(base, head))
    assert row.changes == (Change.IDENTITY, Change.RESET)
    assert (row.before, row.after) == ("user `bob` in `gold`", "user `alice` in `gold`")


def test_what_a_key_says_and_nobody_asks_for_is_told_of_no_model() -> None:
    """A key that opens models which nobody lets its caller reach, so far."""
    row = one(told(keyed(models=["granite", "qwen"]), keyed()))
    assert (row.changes, row.models) == ((Change.IDENTITY,), ())
    assert row.after == "user `bob` in no group, by `team:ops`, for every model"
    assert plain.row(row)["callers"] == {
        "words": "whoever brings the key `ops/a`",
        "kinds": [],
        "asking": None,
        "first": False,
        "methods": ["whoever brings the key `ops/a`"],
    }


def test_a_key_is_in_the_scope_of_its_caller() -> None:
    base, head = keyed(), keyed(models=["qwen"])
    sides = side({"a.yaml": base}), side({"a.yaml": head})
    for said, outside in (
        ("users=bob", False),
        ("team=ops, models=granite", False),
        ("models=qwen", True),
        ("users=alice", True),
        ("entries=gold-big", True),
    ):
        assert bool(Comparison(*sides, scope=scope(said, sides)).run().outside) is outside, said


def test_a_key_is_counted_as_whose_it_is() -> None:
    roster = [("alice", frozenset[str]()), ("bob", frozenset(("gold",)))]
    assert {row.people for row in told(KEYED, keyed(), roster=roster).rows} == {("bob",)}


def test_keys_that_a_team_changes_for_all_are_put_down_to_the_team() -> None:
    """The groups of a key are those of its team unless it says so."""
    base = keyed(groups=None)
    head = deepcopy(base)
    head["teams"]["ops"]["groups"] = ["ops", "gold"]
    rows = [row for row in told(base, head).rows if row.callers.methods == ("whoever brings the key `ops/a`",)]
    assert {cause.what for row in rows for cause in row.causes} == {"teams.ops.groups.1"}


SAID: list[dict[str, object]] = [
    {},
    {"groups": ["gold"], "subscription": "gold-big"},
    {"groups": ["gold", "paid"]},
    {"models": ["qwen"]},
    {"groups": ["lab"], "models": ["granite"]},
]


def answers(program: Program) -> dict[str, Decision]:
    method = method_of(program)
    assert method is not None
    (key,) = program.keys
    paths = {model.id: f"{model.prefix}/v1/chat/completions" for model in program.models}
    return {ident: decide(program, holder(method, key), Request(ident, path)) for ident, path in paths.items()}


@pytest.mark.parametrize(("before", "after"), [pair for pair in product(range(len(SAID)), repeat=2) if pair[0] != pair[1]])
def test_every_answer_that_differs_is_told_and_no_other(before: int, after: int) -> None:
    base, head = (side({"a.yaml": keyed(**SAID[index])}) for index in (before, after))
    first, second = answers(base.program), answers(head.program)
    differ = {
        ident for ident in first if (first[ident].status, first[ident].selected) != (second[ident].status, second[ident].selected)
    }
    rows = Comparison(base, head).run().rows
    refused = {ident for ident in differ if {first[ident].status, second[ident].status} == {403}}
    assert {ident for row in rows for ident in row.models if set(row.changes) != {Change.IDENTITY}} == differ - refused
    assert rows


def test_a_gate_stops_a_change_of_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(), {"base/a.yaml": _text(keyed()), "head/a.yaml": _text(KEYED)})
    result = run("diff", "head", "base", "--fail-on", "gained")
    assert result.exit_code == 1
    assert "access-gained] llm/granite" in result.output
    assert "whoever brings the key `ops/a`" in result.output
    assert run("diff", "head", "base", "--fail-on", "lost").exit_code == 0


def _text(config: Config) -> str:
    return json.dumps(config)


def test_a_key_must_not_have_for_a_moment_what_it_has_neither_before_nor_after() -> None:
    """Keys are applied last: a key that leaves a group has for a while what the group is given by the same change."""
    base, head = keyed(groups=["gold"], subscription="gold-big"), keyed()
    put("subscriptions/gold-big/models/qwen/tokens/0/limit", 90_000)(head)
    sides = side({"a.yaml": base}), side({"a.yaml": head})
    comparison = Comparison(*sides)
    steps, _ = transition(*sides, comparison.tokens(), comparison.reader)
    (step,) = (one for one in steps if one.callers.methods)
    assert (step.safety, step.models) == (Safety.UNSAFE, ("llm/qwen",))
    assert step.callers.methods == ("whoever brings the key `ops/a`",)
    assert (step.applied, step.missing) == (("whatever else changes",), ("the key `ops/a`",))
    assert step.says.startswith("they have 90,000 tokens per 1h by `gold-big`, more than")
    assert step.person == "user `bob` in `gold`"
    for form in (text, markdown):
        assert "whoever brings the key `ops/a`" in form.render(Diff((), (), (step,)))
    (found,) = findings.diagnostics(Diff((), (), (step,)), "a.yaml")
    assert found.headline.endswith("for whoever brings the key `ops/a`")


def whose(row: Row) -> list[str]:
    return [words for words in row.callers.methods if words.startswith("whoever")]


def by_keys(diff: Diff) -> list[Row]:
    return [row for row in diff.rows if whose(row) or "keys" in row.callers.methods]


def test_nobody_comes_by_keys_where_nobody_has_one() -> None:
    head = deepcopy(KEYED)
    put("models/qwen/tiers", ["small", "large"])(head)
    diff = told(KEYED, head)
    assert {row.changes for row in diff.rows} == {(Change.GAINED,)}
    assert by_keys(diff) == []


def test_a_key_that_says_the_same_is_told_of_what_changes_for_it() -> None:
    head = keyed()
    put("policies/crew/tokens/0/limit", 400)(head)
    (row,) = by_keys(told(keyed(), head))
    assert whose(row) == ["whoever brings the key `ops/a`"]
    assert (row.changes, row.models) == ((Change.RAISED, Change.RESET), ("llm/granite", "llm/qwen"))
    assert [cause.what for cause in row.causes] == ["policies.crew.tokens.0.limit"]
    assert row.witness is not None
    assert (row.witness.user, row.witness.before.status, row.witness.after.selected) == ("bob", 200, "team:ops")


def test_of_what_a_key_does_not_open_nothing_is_told_of_its_bearer() -> None:
    base, head = keyed(models=["granite"]), keyed(models=["granite"])
    put("policies/crew/tokens/0/limit", 400)(head)
    assert {row.models for row in by_keys(told(base, head))} == {("llm/granite",)}
    put("policies/crew/tokens/0/limit", 300)(head)
    put("subscriptions/gold-big/models/granite/tokens/0/limit", 1)(head)
    assert by_keys(told(base, head)) == []


def test_keys_for_which_the_same_changes_share_a_row() -> None:
    base = keyed()
    for index in range(10):
        secret = {"external": {"store": "vault", "path": f"ops/{index}"}}
        base["teams"]["ops"]["keys"][f"k{index}"] = {"user": "bob", "groups": [], "secret": secret}
    head = deepcopy(base)
    put("policies/crew/tokens/0/limit", 400)(head)
    (row,) = by_keys(told(base, head, roster=[("bob", frozenset[str]())]))
    assert whose(row)[0].startswith("whoever brings any of the keys `ops/k0`, ")
    assert whose(row)[0].endswith(" and 3 more")
    assert row.people == ("bob",)


def test_a_model_that_moves_does_so_for_keys_too() -> None:
    base = keyed()
    put("platform/authentication", [{"name": "keys", "kind": "apiKey"}])(base)
    head = deepcopy(base)
    put("models/granite/backend/name", "marble")(head)
    row = next(row for row in told(base, head).rows if Change.MOVED in row.changes)
    assert (row.changes, row.models, row.before, row.after) == (
        (Change.MOVED,),
        ("llm/granite",),
        "at `/llm/granite`",
        "at `/llm/marble`",
    )


def test_keys_that_are_made_elsewhere_may_be_anybodys() -> None:
    base = deepcopy(KEYED)
    put("platform/authentication/2/labels", {"app": "portal"})(base)
    head = deepcopy(base)
    put("policies/crew/tokens/0/limit", 400)(head)
    assert {row.callers.methods for row in by_keys(told(base, head))} == {("keys",)}


# What leaves the key without a way in, a member or a model, or cannot stand beside it.
REFUSED = (
    "a team's member dropped",
    "a team's grant dropped",
    "a method added",
    "methods in another order",
    "another bridge",
)
EDITS = {name: edit for name, edit, _ in CORPUS if name not in REFUSED}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_what_any_change_means_for_a_key_is_told_and_nothing_else(edit: Edit) -> None:
    config = keyed(groups=["gold", "ops"])
    put("groups/rich", {})(config)
    base = side({"a.yaml": config})
    changed = deepcopy(config)
    edit(changed)
    head = side({"a.yaml": changed})
    rows = [row for row in Comparison(base, head).run().rows if whose(row)]
    sides = [answers(one.program) if one.program.keys else {} for one in (base, head)]
    for ident in sorted({*sides[0], *sides[1]}):
        had, has = (Had.of(one[ident]) if ident in one else Had(None, None) for one in sides)
        found = [row for row in rows if ident in row.models and set(row.changes) - {Change.RESET, Change.MOVED, Change.IDENTITY}]
        assert {change for row in found for change in row.changes} - {Change.RESET} == expected(had, has), ident
        assert all((row.before, row.after) == (str(had), str(has)) for row in found)


def test_a_key_that_is_refused_for_a_moment_is_told() -> None:
    base = keyed(groups=["gold"], subscription="gold-big")
    head = keyed()
    put("access/gold", {"models": ["granite"], "groups": ["gold"]})(head)
    put("subscriptions/gold-big/owner/groups", ["lab"])(head)
    sides = side({"a.yaml": base}), side({"a.yaml": head})
    comparison = Comparison(*sides)
    steps, _ = transition(*sides, comparison.tokens(), comparison.reader)
    assert {(one.safety, one.missing) for one in steps if one.callers.methods} == {(Safety.INTERRUPTED, ("the key `ops/a`",))}


def test_a_key_that_only_becomes_less_is_safe() -> None:
    sides = side({"a.yaml": keyed(groups=["gold"], subscription="gold-big")}), side({"a.yaml": KEYED})
    comparison = Comparison(*sides)
    assert transition(*sides, comparison.tokens(), comparison.reader)[0] == ()


def test_on_the_way_nobody_comes_by_keys_but_those_who_have_one() -> None:
    """Where keys are the only way in, nobody has the raised budget for a moment who has no key."""
    ways = [{"name": "keys", "kind": "apiKey"}]
    base, head = keyed(groups=["gold"], subscription="gold-big"), keyed(groups=["gold"], subscription="gold-big")
    for config in (base, head):
        put("platform/authentication", ways)(config)
        put("teams/ops/grants", [{"model": "granite"}])(config)
    put("subscriptions/gold-big/models/qwen/tokens/0/limit", 90_000)(head)
    put("access/gold/models", ["granite"])(head)
    told_with, told_without = (steps_of(*pair) for pair in ((base, head), (without_key(base), without_key(head))))
    assert {step.callers.methods for step in told_with} == {("whoever brings the key `ops/a`",)}
    assert told_without == ()


def steps_of(base: Config, head: Config) -> tuple[Step, ...]:
    sides = side({"a.yaml": base}), side({"a.yaml": head})
    comparison = Comparison(*sides)
    return transition(*sides, comparison.tokens(), comparison.reader)[0]


def without_key(config: Config) -> Config:
    bare = deepcopy(config)
    del bare["teams"]["ops"]["keys"]
    return bare
