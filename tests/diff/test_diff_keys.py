"""What is told of keys of teams, which say in the configuration itself whose they are."""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cli_support import run, write
from diff_bench import side
from diff_corpus import BASE, Config, both, edited, put

from compiler.diff.compare import Comparison
from compiler.diff.formats import findings, markdown, plain, text
from compiler.diff.gates import NAMES, judged
from compiler.diff.result import Change, Diff, Row, Safety
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
