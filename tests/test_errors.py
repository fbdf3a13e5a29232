"""Each folder of `errors/` shows one diagnostic as the user sees it: a configuration, and what the program prints.

A folder is named after the code. `steps.yaml` says what happens when it is more than `maasc check`: a list of
`run: [words]`, `write: {file: text}` (bytes as `!!binary`), `edit: {file, old, new}`, `repeat: {file, text, times}`
(`<number>` in the text counts them), `remove: file`, `folder: name`, `link: {name: target}`, `hold: folder` (as another build
would, to the end). What the last run prints, and its exit code, are in `expected.txt`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from compiler.cli.main import maasc
from compiler.diagnostics.rule import codes

ERRORS = Path(__file__).parent / "errors"
FOLDERS = sorted(entry.name for entry in ERRORS.iterdir() if entry.is_dir())


def _step(step: dict[str, Any], until_the_end: ExitStack) -> str | None:
    """Do one step in the working folder; a run gives what it printed."""
    match step:
        case {"run": words}:
            result = CliRunner().invoke(maasc, words)
            assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
            return f"$ maasc {' '.join(words)}\n{result.output}exit {result.exit_code}\n"
        case {"write": files}:
            for name, text in files.items():
                Path(name).parent.mkdir(parents=True, exist_ok=True)
                Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
        case {"repeat": {"file": name, "text": text, "times": times}}:
            text = "".join(text.replace("<number>", f"{number:05}") for number in range(times))
            Path(name).write_text(text, encoding="utf-8")
        case {"edit": {"file": name, "old": old, "new": new}}:
            text = Path(name).read_text(encoding="utf-8")
            assert old in text
            Path(name).write_text(text.replace(old, new), encoding="utf-8")
        case {"remove": name}:
            Path(name).unlink()
        case {"folder": name}:
            Path(name).mkdir(parents=True)
        case {"link": links}:
            for name, target in links.items():
                Path(name).symlink_to(target)
        case {"hold": name}:
            folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
            until_the_end.callback(os.close, folder)
            fcntl.flock(folder, fcntl.LOCK_EX)
        case _:
            pytest.fail(f"unknown step {step}")
    return None


def _steps(file: Path) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else [{"run": ["check"]}]
    return steps


@pytest.mark.parametrize("code", FOLDERS)
def test_the_user_sees_what_is_expected(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: bool) -> None:  # noqa: FBT001
    """The report of the last run is as reviewed, and it shows the code that the folder is named after."""
    shutil.copytree(ERRORS / code, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    steps = tmp_path / "steps.yaml"
    # A pause longer than the patience: a run that finds the folder held gives up at once.
    monkeypatch.setattr("compiler.write.exclusive._PAUSE", 1e9)
    with ExitStack() as until_the_end:
        printed = [_step(step, until_the_end) for step in _steps(steps)]
    shown = [text for text in printed if text is not None][-1]
    expected = ERRORS / code / "expected.txt"
    if golden:
        expected.write_text(shown, encoding="utf-8")
    assert shown == expected.read_text(encoding="utf-8")
    assert f"[{code}]" in shown


# No command says these of anything that a user can write: they guard against mistakes of the compiler itself.
GUARDS = {"invalid-manifest", "name-collision", "route-too-large", "unknown-gateway", "unknown-hostname", "unknown-kind"}


def test_every_code_has_a_folder_and_a_page() -> None:
    """No diagnostic goes unseen: pages are the folders, and what only the tests of its own package can show."""
    assert GUARDS.isdisjoint(FOLDERS)
    assert {*FOLDERS, *GUARDS} == set(codes())
