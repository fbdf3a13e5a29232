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
