"""The table in each form: told completely, and harmless to whatever opens it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from cli_support import SMALL, run, write

from compiler.diagnostics.model import Place
from compiler.effective.cells import COLUMNS, cells
from compiler.effective.formats import FORMATS
from compiler.effective.rows import Row, Table
from compiler.effective.subjects import Subject
from compiler.program.decide import Decision, limits_of
from compiler.program.ir import Budget, Entry, Per, Rate, Subjects

ROOT = Path(__file__).parent.parent.parent
GOLDEN = Path(__file__).parent / "golden"


def row(name: str, *, tokens: tuple[Rate, ...] = (Rate(100, 60),), requests: tuple[Rate, ...] = ()) -> Row:
    budget = Budget(tokens, requests, unlimited=not tokens, per=Per.USER)
    entry = Entry("subscription", "gold", Subjects(), 0, budget, Place("a.yaml"))
    limits = limits_of(entry)
    zero = any(limit.limit == 0 for limit in limits)
    decision = Decision(429 if zero else 200, "zero-budget" if zero else "allowed", "gold", limits)
    return Row("llm/m", (Subject("group", name),), decision, entry)


def test_unlimited_and_nothing_are_told_apart() -> None:
    assert cells(row("g", tokens=())).tokens == "unlimited"
    assert (cells(row("g", tokens=())).requests, cells(row("g", tokens=())).status) == ("", "200")
    nothing = cells(row("g", tokens=(Rate(0, 60),), requests=(Rate(5, 90),)))
    assert (nothing.status, nothing.tokens, nothing.requests, nothing.why) == (
        "429",
        "0 per 1m",
        "5 per 1m30s",
        "the budget is 0",
    )
    assert cells(row("g", tokens=(Rate(1, 3600), Rate(9, 90_000)))).tokens == "1 per 1h, 9 per 1d1h"


def test_nobody_is_called_so() -> None:
    found = cells(Row("llm/m", (), Decision(403, "no-access"), None))
    assert (found.kind, found.subject, found.status, found.why) == ("nobody", "nobody", "403", "nobody may call the model")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula_to_a_spreadsheet(name: str) -> None:
    text = FORMATS["csv"](Table((row(name),), (), 0))
    (_, line) = csv.reader(io.StringIO(text, newline=""))
    assert line[2] == f"'{name}"


@pytest.mark.parametrize("name", ["a,b", 'say "x"', "two\nlines", "grüße-😀"])
def test_csv_is_read_back_as_it_was(name: str) -> None:
    text = FORMATS["csv"](Table((row(name),), (row("other"),), 3))
    assert text.count("\r\n") == 3
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert lines[0] == list(COLUMNS)
    assert lines[1] == ["llm/m", "group", name, "200", "gold", "100 per 1m", "", "user", ""]
    assert lines[2][2] == "other"


def test_markdown_keeps_every_value_in_its_cell() -> None:
    text = FORMATS["markdown"](Table((row("a|b"), row("*x* <b> [l](u) `c`"), row("two\nlines")), (), 1))
    lines = text.splitlines()
    assert lines[2] == r"| llm/m | group | a\|b | 200 | gold | 100 per 1m |  | user |  |"
    assert r"\*x\* \<b\> \[l\](u) \`c\`" in lines[3]
    assert r"two\\nlines" in lines[4]
    assert lines[-1] == "1 more pair left out; narrow the question with --model or --group"


def test_columns_are_aligned_by_what_a_terminal_shows() -> None:
    text = FORMATS["table"](Table((row("wide-😀"), row("plain"), row("esc\x1b[2J")), (), 0))
    assert "\x1b" not in text
    lines = text.splitlines()
    assert lines[1].index("200") == lines[2].index("200") - 1, "the emoji is one character and two cells"


def test_json_has_numbers() -> None:
    found = json.loads(FORMATS["json"](Table((row("g"),), (), 2)))
    assert found["pairsLeftOut"] == 2
    assert found["rows"][0]["limits"] == [{"unit": "tokens", "limit": 100, "seconds": 60, "per": ["user"]}]
    assert found["rows"][0]["subjects"] == [{"kind": "group", "name": "g"}]
    assert found["rows"][0]["unlimited"] is False


COMMANDS = {
    "repository": ("config", "effective --model qwen3 --model llama-guard-internal"),
    "subscriptions": ("tests/cases/subscriptions/config", "effective"),
    "odd-names-markdown": ("tests/cases/odd-names/config", "effective --format markdown --model m"),
    "teams-csv": ("tests/cases/teams/config", "effective --format csv"),
    "cost": ("tests/cases/teams/config", "effective --cost"),
    "cost-on-the-gateway-csv": ("tests/cases/tiers-on-the-gateway/config", "effective --cost --format csv"),
    "cost-json": ("config", "effective --cost --format json --model simulator-model"),
    "cost-markdown": ("tests/cases/external-models/config", "effective --cost --format markdown"),
    "one-group-json": ("tests/cases/tiers-on-routes/config", "effective --format json --group premium-group --model granite"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_it_tells_what_was_reviewed(name: str, golden: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a fixture
    folder, words = COMMANDS[name]
    monkeypatch.chdir(ROOT)
    result = run(*words.split(), "--config", folder)
    assert result.exit_code == 0
    file = GOLDEN / f"{name}.txt"
    if golden:
        file.parent.mkdir(exist_ok=True)
        file.write_text(result.stdout, encoding="utf-8", newline="")
    assert result.stdout == file.read_bytes().decode()


def test_unknown_names_end_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = run("effective", "--model", "qwen4")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "maasc: unknown model `qwen4`\nhelp: did you mean `qwen3`?\n"
    assert run("effective", "--group", "reserch").stderr == "maasc: unknown group `reserch`\nhelp: did you mean `research`?\n"


def test_a_configuration_with_errors_has_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("effective").exit_code == 2
    write(Path(), {"config/a.yaml": SMALL.replace("models: [simulator]", "models: [simulater]")})
    result = run("effective", "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.output)[0]["code"] == "unknown-model"
    assert "error[unknown-model]" in run("effective").output


def test_pairs_that_are_left_out_are_counted_beside_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("compiler.cli.effective._MOST_PAIRS", 2)
    result = run("effective", "--format", "csv", "--config", "tests/cases/subscriptions/config")
    assert "more pairs left out" in result.stderr
    assert "left out" not in result.stdout
