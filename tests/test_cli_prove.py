"""A build writes only what it could prove, and `maasc prove` judges what is on disk, whoever wrote it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from cli_support import SMALL, contents, run, write

from compiler.prove.result import Property

MODEL = Path("out/models/llm/simulator.yaml")
INVARIANT = """\
invariants:
  - {name: nobody, callers: {}, models: ["*"], never: access}
"""


@pytest.fixture(autouse=True)
def _built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(), {"config/a.yaml": SMALL})
    assert run("build").exit_code == 0


def edit(old: str, new: str, file: Path = MODEL) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_what_was_built_is_proved() -> None:
    result = run("prove")
    assert result.exit_code == 0
    assert "budgets      proved for 1 of 1 model\n" in result.output
    assert run("prove", "-q").output == ""
    assert run("prove", "--thorough").exit_code == 0


def test_the_lock_says_what_was_proved() -> None:
    seal = json.loads(Path("out/maasc.lock").read_text())["proved"]
    assert len(seal) == 64
    write(Path(), {"config/a.yaml": SMALL.replace("limit: 100", "limit: 200")})
    run("build")
    assert json.loads(Path("out/maasc.lock").read_text())["proved"] not in (seal, None)


def test_without_a_proof_it_says_so_and_the_check_objects() -> None:
    result = run("build", "--no-prove", "-q")
    assert result.exit_code == 0
    assert "NOT PROVED" in result.output
    assert json.loads(Path("out/maasc.lock").read_text())["proved"] is None
    stale = run("build", "--check")
    assert stale.exit_code == 1
    assert "[stale-output]" in stale.output
    assert run("build", "--check", "--no-prove").exit_code == 0


def test_an_invariant_that_does_not_hold_keeps_out_as_it_is() -> None:
    before = contents(Path("out"))
    write(Path(), {"config/b.yaml": INVARIANT})
    result = run("build")
    assert result.exit_code == 1
    assert "the invariant `nobody` does not hold" in result.output
    assert " --> config/b.yaml:2:5" in result.output
    assert "config/a.yaml:12" in result.output
    assert contents(Path("out")) == before
    assert run("build", "--no-prove").exit_code == 0


@pytest.mark.parametrize(
    ("callers", "hint"),
    [
        ("{notGroups: [staff, free-user]}", "say `notTiers: [small]`"),
        ("{tiers: [small], notGroups: [staff]}", None),
        ("{notTiers: [small], groups: [free-user]}", None),
    ],
)
def test_an_invariant_that_forgets_the_accounts_of_a_tier_is_told_the_word_for_them(callers: str, hint: str | None) -> None:
    """Their group is written nowhere, so that nobody thinks of it."""
    more = f"""\
tiers: {{small: {{level: 0, groups: [staff], tokens: [{{limit: 5, window: 1m}}]}}}}
groups: {{staff: {{}}}}
invariants:
  - {{name: nobody, callers: {callers}, models: ["*"], never: access}}
"""
    open_to_tier = SMALL.replace("{kind: LLMInferenceService}}", "{kind: LLMInferenceService}, tiers: [small]}")
    write(Path(), {"config/a.yaml": open_to_tier, "config/b.yaml": more})
    result = run("check")
    assert result.exit_code == 1
    assert "the invariant `nobody` does not hold" in result.output
    assert ("notTiers" in result.output.split("help: ")[-1]) == (hint is not None)
    assert hint is None or hint in result.output


def test_an_invariant_that_names_its_callers_is_told_which_line_lets_them_in() -> None:
    """Not what meters them, and no word by which it would speak of nobody any more."""
    more = """\
tiers: {open: {level: 0, groups: [system:authenticated], tokens: [{limit: 5, window: 1m}]}}
groups: {system:authenticated: {builtin: true}, interns: {}}
access: {partners: {models: [simulator], groups: [interns]}}
invariants:
  - {name: nobody, callers: CALLERS, models: [simulator], never: access}
"""
    write(
        Path(), {"config/a.yaml": SMALL, "config/b.yaml": more.replace("CALLERS", "{groups: [interns], notGroups: [free-user]}")}
    )
    result = run("check")
    assert result.exit_code == 1
    assert "note: this line lets it happen\n --> config/b.yaml:3:20\n" in result.output
    assert "notTiers" not in result.output
    write(Path(), {"config/b.yaml": more.replace("CALLERS", "{groups: [interns], notTiers: [open]}")})
    assert "warning[invariant-spares-everybody]" in run("check").output


def test_a_refutation_names_a_caller_the_field_and_the_line() -> None:
    edit("limit: 100\n", "limit: 1000\n")
    result = run("prove")
    assert result.exit_code == 1
    assert "[refuted]" in result.output
    assert "meant is 200, `free`, 100 tokens in 60s, emitted is 200, `free`, 1000 tokens in 60s" in result.output
    assert " --> out/models/llm/simulator.yaml:" in result.output
    assert " --> config/a.yaml:14:" in result.output


@pytest.mark.parametrize(
    ("old", "new", "code", "exit_code"),
    [
        ("limit: 100\n", "limit: 0100\n", "bad-number", 1),
        ("kind: AuthPolicy\n", "kind: AuthPolice\n", "unmodelled", 4),
        ("  targetRef:\n", "  targetReference:\n", "bad-manifest", 1),
        ('auth.identity.selected_subscription != ""', 'auth.identity.userid.startsWith("svc-")', "undecided", 4),
        ('auth.identity.selected_subscription != ""', 'auth.identity.userid.matches("svc-")', "unportable-expression", 1),
        ('auth.identity.selected_subscription != ""', "auth.identity.selected_subscription !=", "bad-cel", 1),
        ("spec:\n", "spec: {\n", "yaml-syntax", 2),
    ],
)
def test_manifests_that_are_not_ours_are_told_with_their_place(old: str, new: str, code: str, exit_code: int) -> None:
    edit(old, new)
    result = run("prove", "-q")
    assert f"[{code}]" in result.output
    assert result.exit_code == exit_code, result.output
    assert "out/models/llm/simulator.yaml:" in result.output
    assert "Traceback" not in result.output


def test_a_model_without_manifests_is_not_proved() -> None:
    MODEL.unlink()
    result = run("prove", "-q")
    assert result.exit_code != 0
    assert "simulator" in result.output


def test_half_a_file_is_not_proved() -> None:
    lines = MODEL.read_text().splitlines(keepends=True)
    for count in range(0, len(lines), 7):
        MODEL.write_text("".join(lines[:count]))
        assert run("prove", "-q").exit_code in (1, 2, 4), count


def test_nothing_to_prove_is_no_success() -> None:
    assert run("prove", "--out", "elsewhere").exit_code == 1
    write(Path(), {"config/a.yaml": "groups: [\n"})
    assert run("prove").exit_code == 2


def test_a_model_whose_file_is_gone_is_told_of_as_that() -> None:
    MODEL.unlink()
    result = run("prove")
    assert result.exit_code == 1
    assert "no AuthPolicy of its own guards `llm/simulator`: its manifests are missing" in result.output
    assert "`models/llm/simulator.yaml` is listed and is not there\n --> out/models/llm/kustomization.yaml:4:5" in result.output
    assert "proved for 0 of 1 model\n" in result.output
    assert "could not be decided" not in result.output


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("simulator.yaml\n", "simulator.yaml\n  - other.yaml\n", "`models/llm/other.yaml` is listed and is not there"),
        ("simulator.yaml\n", "simulator.yaml\n  - simulator.yaml\n", "`models/llm/simulator.yaml` is listed twice"),
        ("  - simulator.yaml\n", "  []\n", "`models/llm/simulator.yaml` is there and is not listed"),
    ],
)
def test_what_is_not_applied_is_told_by_name(old: str, new: str, words: str) -> None:
    edit(old, new, Path("out/models/llm/kustomization.yaml"))
    assert words in run("prove").output


def test_a_folder_without_its_list_is_not_applied() -> None:
    Path("out/models/llm/kustomization.yaml").unlink()
    assert "`models/llm/kustomization.yaml` is missing, or lists nothing" in run("prove").output


def test_what_stands_around_the_models_counts() -> None:
    """All models can be proved beside an error, and then it is not said that all is well."""
    Path("out/gateway/gateway-auth-policy.yaml").unlink()
    result = run("prove")
    assert result.exit_code == 1
    assert "access       proved for 1 of 1 model\n" in result.output
    assert "around       3 errors\n" in result.output
    assert result.output.endswith("NOT PROVED: the errors above stand against it\n")


def test_the_report_is_also_for_machines() -> None:
    found = json.loads(run("prove", "--format", "json").output)
    assert found == {
        "holds": True,
        "properties": {name: {"proved": 1, "models": 1} for name in get_args(Property) if name != "invariant"},
        "around": 0,
        "findings": found["findings"],
    }
    assert {one["severity"] for one in found["findings"]} <= {"warning"}
    edit("limit: 100\n", "limit: 1000\n")
    found = json.loads(run("prove", "--format", "json", "-q").output)
    assert (found["holds"], found["properties"]["budgets"]) == (False, {"proved": 0, "models": 1})
    assert [one["code"] for one in found["findings"]] == ["refuted"]
    found = json.loads(run("prove", "--format", "json", "--out", "elsewhere").output)
    assert (found["holds"], found["properties"], found["around"]) == (False, None, None)
