"""`maasc check --fix`: what it prints and writes, and what it leaves when it is only to look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import SMALL, contents, run, write

WRONG = SMALL.replace("[free-user]}\nsub", "[fre-user]}  # why\nsub").replace("window: 1m", "window: 60")
RIGHT = SMALL.replace("[free-user]}\nsub", "[free-user]}  # why\nsub").replace("window: 1m", "window: 60s")
GROUP = "config/a.yaml:12:40 [unknown-group] `fre-user` -> `free-user`: the group `free-user`, declared in a.yaml\n"
WINDOW = "config/a.yaml:14:91 [wrong-type] `60` -> `60s`: 60 seconds: a number without a unit counts seconds\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"config/a.yaml": WRONG})


def test_files_are_corrected_and_then_checked() -> None:
    found = run("check", "--fix", "--no-prove")
    assert found.exit_code == 0
    assert found.output.startswith(f"fixed {GROUP}fixed {WINDOW}\n")
    assert "the configuration compiles" in found.output
    assert contents(Path("config")) == {"a.yaml": RIGHT}
    assert run("check", "--fix", "--no-prove").output.startswith("nothing to fix\n")


@pytest.mark.parametrize("word", ["--dry-run", "--diff"])
def test_to_look_changes_nothing(word: str) -> None:
    found = run("check", "--fix", word, "--no-prove")
    assert found.exit_code == 1
    assert found.output.startswith(f"would fix {GROUP}would fix {WINDOW}\n")
    assert ("\n--- config/a.yaml\n+++ config/a.yaml\n@@ " in found.output) == (word == "--diff")
    assert contents(Path("config")) == {"a.yaml": WRONG}


def test_looking_is_an_option_of_fixing() -> None:
    found = run("check", "--diff")
    assert found.exit_code == 2
    assert "add it" in found.output


def test_quiet_and_reports_for_programs_are_not_mixed_with_it() -> None:
    found = run("check", "--fix", "--dry-run", "--format", "json", "--no-prove")
    assert {one["code"] for one in json.loads(found.stdout)} == {"unknown-group", "wrong-type"}
    assert found.stderr.startswith("would fix ")
    assert "would fix" not in run("check", "--fix", "--dry-run", "--quiet", "--no-prove").output


def test_what_is_not_fixed_is_said() -> None:
    write(Path(), {"config/a.yaml": SMALL.replace("models: {simulator:", "models: {simulatr: {unlimited: true}, simulator:")})
    found = run("check", "--fix", "--no-prove")
    assert found.exit_code == 1
    first = "not fixed config/a.yaml:14:49 [unknown-model] it would bring duplicate-key: the key `simulator` is written twice\n"
    assert found.output.startswith(first)


def test_a_file_that_cannot_be_written_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("os.fchmod", refuse)
    found = run("check", "--fix")
    assert found.exit_code == 2
    assert "error[cannot-write]: the file cannot be written: read-only file system" in found.output
    assert contents(Path("config")) == {"a.yaml": WRONG}


def test_code_scanning_is_offered_the_replacement() -> None:
    found = run("check", "--format", "sarif", "--no-prove")
    results = {one["ruleId"]: one for one in json.loads(found.output)["runs"][0]["results"]}
    (fix,) = results["unknown-group"]["fixes"]
    assert fix["description"] == {"text": "free-user: the group `free-user`, declared in a.yaml"}
    (change,) = fix["artifactChanges"]
    assert change == {
        "artifactLocation": {"uri": "config/a.yaml"},
        "replacements": [
            {
                "deletedRegion": {"startLine": 12, "startColumn": 40, "endLine": 12, "endColumn": 48},
                "insertedContent": {"text": "free-user"},
            }
        ],
    }
    assert results["wrong-type"]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "60s"}


def test_code_scanning_is_offered_nothing_that_takes_more_than_a_word() -> None:
    write(Path(), {"config/a.yaml": SMALL.replace("[free-user]}\nsub", "['fre-user', outsiders]}\nsub")})
    found = run("check", "--format", "sarif", "--no-prove")
    results = json.loads(found.output)["runs"][0]["results"]
    assert [one["ruleId"] for one in results] == ["unknown-group", "unknown-group"]
    assert not any("fixes" in one for one in results)
