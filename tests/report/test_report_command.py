"""`maasc report` writes what it is asked for, refuses what it would ignore, and tells what is wrong as every command does."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from cli_support import SMALL, contents, run, write
from msgspec.structs import replace

from compiler import pipeline
from compiler.cli import html
from compiler.diagnostics.model import Diagnostic, Severity
from compiler.diff.compare import Comparison
from compiler.diff.cover import Kind
from compiler.diff.result import Callers, Change, Diff, ObjectChange, Row, Safety, Step
from compiler.program.ir import Program
from compiler.prove.leaf import UndecidedError
from compiler.report import changes as changes_module
from compiler.report.changes import changes

ROOT: Final = Path(__file__).parents[2]


def _data(text: str) -> Any:  # noqa: ANN401 - JSON
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {"config/all.yaml": SMALL})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_page_is_printed_or_written(folder: Path) -> None:
    printed = run("report")
    assert printed.exit_code == 0
    assert printed.stdout.startswith("<!doctype html>")
    assert run("report", "--output", "report.html").stdout == ""
    assert (folder / "report.html").read_bytes() == printed.stdout_bytes
    data = _data(printed.stdout)
    assert data["changes"] is None
    assert [one["id"] for one in data["tables"]["models"]] == ["llm/simulator"]
    assert data["files"] == [{"name": "all.yaml", "text": SMALL}]


@pytest.mark.parametrize("form", ["mermaid", "svg"])
@pytest.mark.parametrize("picture", [None, "access", "tiers"])
def test_pictures_are_printed(form: str, picture: str | None) -> None:
    found = run("report", "--format", form, *(("--picture", picture) if picture else ()))
    assert found.exit_code == 0
    assert found.stdout.startswith("%% " if form == "mermaid" else "<svg ")
    assert ("simulator" in found.stdout) == (picture != "tiers")


def test_only_the_models_that_are_named() -> None:
    found = run("report", "--config", str(ROOT / "config"), "--model", "qwen3", "--model", "llm/simulator-model")
    assert [one["id"] for one in _data(found.stdout)["tables"]["models"]] == ["llm/qwen3", "llm/simulator-model"]
    unknown = run("report", "--model", "simulater")
    assert unknown.exit_code == 2
    assert unknown.stderr == "maasc: unknown model `simulater`\nhelp: did you mean `simulator`?\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--picture", "tiers"), "the page shows both"),
        (("--format", "svg", "--against", "config"), "`maasc diff` tells a change as text"),
    ],
)
def test_what_would_be_ignored_is_refused(words: tuple[str, ...], says: str) -> None:
    found = run("report", *words)
    assert found.exit_code == 2
    assert says in " ".join(found.stderr.replace("│", " ").split())


def test_a_terminal_is_spared_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(html, "sys", type("System", (), {"stdout": Terminal()}))
    found = run("report")
    assert found.exit_code == 2
    assert "--output report.html" in found.stderr


def test_a_report_is_told_to_nobody_where_standard_output_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "sys", type("System", (), {"stdout": None, "exit": sys.exit}))
    assert run("report").exit_code == 0


@pytest.mark.parametrize("output", ["config/all.yaml", "config/report.html", "none/../config/deep/x.html"])
def test_a_report_takes_the_place_of_no_configuration(output: str, folder: Path) -> None:
    before = contents(folder)
    found = run("report", "--output", output)
    assert (found.exit_code, "lies in the configuration" in found.stderr) == (2, True)
    assert contents(folder) == before


def test_a_file_that_cannot_be_written(folder: Path) -> None:
    found = run("report", "--output", str(folder / "none" / "report.html"))
    assert found.exit_code == 2
    assert "cannot be written: no such file or directory" in found.stderr


def test_half_a_page_takes_the_place_of_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And none is left where there was no page."""
    (folder / "old.html").write_text("old", encoding="utf-8")
    write_text = Path.write_text

    def full(*words: Any, **named: Any) -> None:  # noqa: ANN401 - as the system's
        if words and isinstance(words[0], Path):
            write_text(words[0], "half", **named)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    monkeypatch.setattr(os, "fchmod", full)
    old, new = run("report", "--output", "old.html"), run("report", "--output", "new.html")
    assert (old.exit_code, new.exit_code) == (2, 2)
    assert "old.html: the file cannot be written: no space left on device, and is as it was" in old.stderr
    assert "new.html cannot be written: no space left on device" in new.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["config", "old.html"]
    assert (folder / "old.html").read_text(encoding="utf-8") == "old"


def test_a_page_that_is_there_is_replaced(folder: Path) -> None:
    assert run("report", "--output", "page.html").exit_code == 0
    page = (folder / "page.html").read_bytes()
    (folder / "page.html").write_text("old", encoding="utf-8")
    assert run("report", "--output", "page.html").exit_code == 0
    assert (folder / "page.html").read_bytes() == page


def test_a_configuration_with_errors_gives_no_page(folder: Path) -> None:
    write(folder, {"config/all.yaml": SMALL.replace("models: [simulator]", "models: [simulatr]")})
    found = run("report", "--output", "report.html")
    assert found.exit_code == 1
    assert "error[unknown-model]" in found.stdout
    assert "config/all.yaml:" in found.stdout
    assert not (folder / "report.html").exists()
    assert run("report", "--config", "none").exit_code == 2


def test_the_change_since_another_configuration(folder: Path) -> None:
    write(folder, {"base/all.yaml": SMALL.replace("limit: 100", "limit: 50")})
    found = run("report", "--against", "base")
    assert found.exit_code == 0
    told = _data(found.stdout)["changes"]
    (row,) = told["rows"]
    assert row["titles"] == ["budget raised", "counters reset"]
    assert (row["models"], row["before"]) == (["llm/simulator"], "50 tokens per 1m by `free`")
    (cause,) = row["because"]
    assert (cause["side"], cause["file"]) == ("head", "all.yaml")
    assert SMALL.splitlines()[cause["line"] - 1].startswith("  free: {owner:")
    assert row["witness"]["method"] == "openshift"
    assert row["witness"]["groups"] == ["free-user"]
    assert str(folder) not in found.stdout
    assert _data(run("report", "--against", "config").stdout)["changes"]["verdict"].startswith("no change")


def test_a_base_that_cannot_be_read_or_compiled(folder: Path) -> None:
    found = run("report", "--against", "no-such-branch")
    assert found.exit_code == 2
    assert found.stderr.startswith("maasc: `no-such-branch` is ")
    assert "help: " in found.stderr
    write(folder, {"base/all.yaml": SMALL.replace("models: [simulator]", "models: [simulatr]")})
    found = run("report", "--against", "base")
    assert found.exit_code == 2
    assert " --> base/all.yaml:" in found.stdout


def test_a_comparison_that_cannot_be_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> Diff:
        raise UndecidedError("too large")

    monkeypatch.setattr(Comparison, "run", refuse)
    found = run("report", "--against", "config")
    assert found.exit_code == 4
    assert "what has changed could not be decided" in found.stderr


def test_manifests_that_are_refused_end_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Diagnostic("bad-manifest", Severity.ERROR, "it breaks its schema", None, "nothing is written")
    back = pipeline.back

    def broken(program: Program) -> pipeline.Back:
        return replace(back(program), diagnostics=(refused,))

    monkeypatch.setattr(pipeline, "back", broken)
    found = run("report", "--against", "config")
    assert found.exit_code == 2
    assert "error[bad-manifest]" in found.stdout


def _row(model: str) -> Row:
    kinds = (Kind(groups=(("research",),)),)
    return Row((Change.GAINED,), (model,), Callers(kinds), "refused", "10 tokens per 1m", None)


def test_long_lists_are_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes_module, "MOST_ITEMS", 2)
    many = tuple(f"llm/m-{index:02d}" for index in range(30))
    step = Step(Safety.UNSAFE, many, Callers(None), ("x",), ("y",), "more than before")
    diff = Diff(
        rows=(replace(_row("llm/m-00"), models=many), _row("llm/a"), _row("llm/b")),
        objects=tuple(ObjectChange(f"{name}.yaml", "Kind", name, "added") for name in "abc"),
        steps=(step,),
    )
    found: Any = changes("main", diff, None)
    assert (len(found["rows"]), found["rowsLeftOut"]) == (2, 1)
    assert (len(found["rows"][0]["models"]), found["rows"][0]["modelsLeftOut"]) == (20, 10)
    assert (len(found["objects"]), found["objectsLeftOut"]) == (2, 1)
    assert (found["steps"][0]["says"], found["stepsLeftOut"]) == ("more than before", 0)
    assert found["rows"][0]["witness"] is None


def test_models_that_are_named_choose_the_changes() -> None:
    platform = replace(_row("x"), models=())
    diff = Diff(rows=(_row("llm/a"), _row("llm/b"), platform), objects=())
    found: Any = changes("main", diff, {"llm/b"})
    assert [row["models"] for row in found["rows"]] == [["llm/b"], []]
