"""An empty name, as a variable that is not set leaves it, is no folder: it would be the one that the user is in."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import SMALL, contents, run, write


@pytest.mark.parametrize(
    "words",
    [
        "build --config", "build --out", "check --crds", "diff", "diff config", "diff config --roster", "drift",
        "effective --config", "explain simulator --config", "fmt", "import", "import config --unmanaged", "init --config",
        "report --output", "report --against", "test", "key list --config", "key rotate dev --team demo --cert",
    ],
)  # fmt: skip
def test_an_empty_name_is_refused_and_changes_nothing(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"config/a.yaml": SMALL, "b.yaml": "groups:\n      x: {}\n"})
    before = contents(tmp_path)
    found = run(*words.split(), "")
    assert found.exit_code == 2
    assert "it is empty, and names nothing; is a variable not set?" in found.output
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "words",
    [
        ["diff", "config", "a\x1b[31m\nb"],
        ["diff", "config", "--scope", "team=a\x1b[31m\nb"],
        ["diff", "config", "--roster", "a\x1b[31m\nb"],
        ["effective", "--group", "\x1b[31m\n"],
        ["explain", "a\x1b[31m\nb"],
        ["init", "--config", "config/a.yaml/\x1b[31m\n"],
        ["key", "list", "--team", "\x1b[31m\n"],
        ["report", "--against", "a\x1b[31m\nb"],
        ["report", "--format", "svg", "--output", "nowhere/\x1b[31m\n"],
        ["rule", "\x1b[31m\n"],
        ["test", "--init", "config/a.yaml/\x1b[31m\n"],
        ["test", "--now", "\x1b[31m\n"],
        ["test", "--run", "(\x1b[31m\n"],
    ],
)
def test_what_is_said_of_the_words_of_a_command_steers_no_terminal(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"config/a.yaml": SMALL})
    found = run(*words)
    assert found.exit_code == 2
    assert "\x1b" not in found.output
    assert "\\x1b[31m\\n" in found.output
