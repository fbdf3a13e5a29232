"""Nothing below a folder is passed over in silence: what is not read of a dump or of suites would seem not to be there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cli_support import SMALL, run, write

from compiler.source.below import below

_LINK = "the folder is a symbolic link, and those are not followed"


def test_files_are_listed_by_their_endings_whatever_their_case(tmp_path: Path) -> None:
    write(tmp_path, {"b.yaml": "", "a/deep/x.YML": "", "a/notes.txt": "", ".hidden.yaml": ""})
    found, wrong = below(tmp_path, (".yaml", ".yml"))
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [".hidden.yaml", "a/deep/x.YML", "b.yaml"]
    assert wrong == ()


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "folder")
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.yaml")
    found, wrong = below(tmp_path, (".yaml",))
    assert found == ()
    assert [(Path(one.place.file).name, one.headline) for one in wrong if one.place] == [
        ("gone.yaml", "it is no file, or a link to nothing"),
        ("linked", _LINK),
        ("pipe.yaml", "it is no file, or a link to nothing"),
    ]


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"shut/x.yaml": "", "open/y.yaml": ""})
    scan = os.scandir

    def refusing(path: Any) -> Any:  # noqa: ANN401 - as the system's
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found, (wrong,) = below(tmp_path, (".yaml",))
    assert [path.name for path in found] == ["y.yaml"]
    assert wrong.headline == "the folder cannot be read: permission denied"


@pytest.fixture
def _linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give folders in which another one is linked."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"config/a.yaml": SMALL, "elsewhere/x.yaml": "a: 1\n", "dump/y.yaml": "a: 1\n", "config/tests/z.yaml": ""})
    for folder in ("dump", "config/tests"):
        (tmp_path / folder / "more").symlink_to(tmp_path / "elsewhere")


@pytest.mark.usefixtures("_linked")
@pytest.mark.parametrize(
    ("words", "effect"),
    [
        (("import", "dump", "--config", "new"), "nothing is imported"),
        (("drift", "dump"), "nothing is compared"),
        (("test",), "the suite is not run"),
    ],
)
def test_a_folder_of_which_a_part_is_not_read_is_refused(words: tuple[str, ...], effect: str) -> None:
    if words[0] == "drift":
        assert run("build", "-q", "--no-prove").exit_code == 0
    found = run(*words)
    assert found.exit_code == 2
    assert f"error[unreadable-file]: {_LINK}" in found.output
    assert f"effect: {effect}" in found.output
