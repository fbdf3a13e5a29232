"""What is said on the command line of an import is looked at before anything is read or written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_support import SMALL, run, write

DUMP = Path(__file__).parent / "dumps" / "by-hand.yaml"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--gateway", "a"), "`--gateway`: it is a namespace and a name, `ingress/models`"),
        (("--gateway", "a/"), "`--gateway`"),
        (("--gateway", "a/b/c"), "`--gateway`"),
        (("--gateway", ""), "`--gateway`"),
        (("--kuadrant", "9"), "`--kuadrant`: it is a release, such as `1.5` or `1.4.2`"),
        (("--kuadrant", "1.5\n"), "`--kuadrant`"),
        (("--hostname", "https://models.example.com"), "`--hostname`: it is a host in lower case, without scheme or port"),
        (("--hostname", ""), "`--hostname`"),
        (("--config", "x", "--unmanaged", "x"), "the folders `x` and `x` are one, or one lies in the other"),
        (("--config", "x", "--unmanaged", "x/left"), "the folders `x` and `x/left`"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    options: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("import", DUMP.as_posix(), *options)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert list(tmp_path.iterdir()) == []


def test_what_was_built_here_is_said_to_be_and_not_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dump of others has no such line."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"mine/a.yaml": SMALL})
    assert run("build", "--config", "mine", "--no-prove").exit_code == 0
    built = run("import", "out", "--hostname", "maas.apps.example.com").output
    words = "of these `maasc` has built: their configuration says all of it, and what is read back does not\n"
    assert re.search(f"\n[1-9][0-9]* {words}", built)
    assert words in (tmp_path / "unmanaged" / "README.md").read_text(encoding="utf-8")
    assert words not in run("import", DUMP.as_posix(), "--config", "other", "--unmanaged", "left").output


@pytest.mark.parametrize(("folder", "option"), [("config", "--config"), ("unmanaged", "--unmanaged")])
def test_a_folder_that_holds_something_is_told_with_the_option_that_names_another(
    folder: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "mine.yaml").write_text("mine\n", encoding="utf-8")
    result = run("import", DUMP.as_posix())
    assert result.exit_code == 2
    assert f"the folder {folder} is not empty; nothing was written; name another one with `{option}`" in result.output
