"""`maasc fmt`: which files it takes, what it prints, how it ends, and that it never leaves half a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_support import SMALL, contents, run, write

UGLY = "groups:\n    free-user:  {description:   Free users}   # why\n\n\n\n    # more\n    paying: {}"
NEAT = "groups:\n  free-user: {description: Free users}  # why\n\n  # more\n  paying: {}\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_folder_is_laid_out_and_then_is_left_alone() -> None:
    write(Path(), {"config/a.yaml": UGLY, "config/b.yaml": SMALL, "config/tests/suite.yaml": "a:   1\n"})
    first = run("fmt")
    assert (first.exit_code, first.output) == (0, "formatted config/a.yaml\n")
    assert contents(Path("config")) == {"a.yaml": NEAT, "b.yaml": SMALL, "tests/suite.yaml": "a:   1\n"}
    assert run("fmt").output == ""


def test_check_lists_what_would_change_and_writes_nothing() -> None:
    write(Path(), {"config/a.yaml": UGLY})
    found = run("fmt", "--check")
    assert (found.exit_code, found.output) == (1, "would change config/a.yaml\n")
    assert contents(Path("config")) == {"a.yaml": UGLY}
    run("fmt", "--quiet")
    assert run("fmt", "--check").exit_code == 0


def test_diff_shows_the_lines_and_writes_nothing() -> None:
    write(Path(), {"config/a.yaml": UGLY})
    found = run("fmt", "--diff")
    assert found.exit_code == 0
    assert found.output.startswith("--- config/a.yaml\n+++ config/a.yaml\n@@ ")
    assert "\n-    paying: {}\n\\ No newline at end of file\n" in found.output
    assert "\n+  paying: {}\n" in found.output
    assert contents(Path("config")) == {"a.yaml": UGLY}
    assert run("fmt", "--diff", "--check").exit_code == 1


def test_files_may_be_named_and_each_is_taken_once() -> None:
    write(Path(), {"config/a.yaml": UGLY, "config/b.yaml": UGLY, "else/c.yaml": "q:   1\n"})
    assert run("fmt", "config/a.yaml", "else", "else/c.yaml").output == "formatted config/a.yaml\nformatted else/c.yaml\n"
    assert contents(Path()) == {"config/a.yaml": NEAT, "config/b.yaml": UGLY, "else/c.yaml": "q: 1\n"}


def test_a_file_that_is_no_configuration_keeps_the_order_of_its_keys() -> None:
    write(
        Path(),
        {
            "suite.yaml": "tiers: {a: {groups: [x], level: 1}}\nexpect: []\n",
            "config.yaml": "tiers: {a: {groups: [x], level: 1}}\n",
        },
    )
    assert run("fmt", "suite.yaml", "config.yaml").output == "formatted config.yaml\n"
    assert Path("config.yaml").read_text() == "tiers: {a: {level: 1, groups: [x]}}\n"


def test_what_cannot_be_read_is_told_and_the_others_are_laid_out() -> None:
    write(Path(), {"config/a.yaml": "a: [\n", "config/b.yaml": "b:   1\n"})
    found = run("fmt")
    assert found.exit_code == 2
    assert "error[yaml-syntax]" in found.output
    assert " --> config/a.yaml:1:4" in found.output
    assert contents(Path("config")) == {"a.yaml": "a: [\n", "b.yaml": "b: 1\n"}


@pytest.mark.parametrize(("words", "code"), [(["nowhere.yaml"], "unreadable-file"), (["empty"], "no-config"), ([], "no-config")])
def test_what_is_not_there_could_not_be_run(words: list[str], code: str) -> None:
    Path("empty").mkdir()
    found = run("fmt", *words)
    assert found.exit_code == 2
    assert f"error[{code}]" in found.output
    assert "effect: it is left as it is\n" in found.output
    assert "compiled" not in found.output


def test_a_device_is_no_file() -> None:
    found = run("fmt", os.devnull)
    assert (found.exit_code, "error[unreadable-file]: it is no file" in found.output) == (2, True)


def test_bytes_that_are_no_text_are_told_and_kept() -> None:
    Path("config").mkdir()
    Path("config/a.yaml").write_bytes(b"a: \xff\n")
    found = run("fmt", "--diff")
    assert found.exit_code == 2
    assert "error[not-utf8]" in found.output


def test_the_layout_must_not_change_what_is_said() -> None:
    """A text that ends without a line break says so, and a line break would be one more word of it."""
    write(Path(), {"config/a.yaml": "groups:\n  a:\n    description: |\n      words"})
    found = run("fmt")
    assert found.exit_code == 1
    assert "error[unformattable]: in canonical layout it would not say the same" in found.output


def test_line_breaks_of_other_systems_and_byte_order_marks_go() -> None:
    Path("config").mkdir()
    Path("config/a.yaml").write_bytes(b"\xef\xbb\xbfgroups:\r\n  a: {}\r\n")
    assert run("fmt").exit_code == 0
    assert Path("config/a.yaml").read_bytes() == b"groups:\n  a: {}\n"


def test_mode_and_link_of_a_file_stay() -> None:
    write(Path(), {"real.yaml": UGLY})
    Path("real.yaml").chmod(0o640)
    Path("config").mkdir()
    Path("config/a.yaml").symlink_to("../real.yaml")
    run("fmt")
    assert Path("config/a.yaml").is_symlink()
    assert Path("real.yaml").read_text() == NEAT
    assert Path("real.yaml").stat().st_mode & 0o777 == 0o640


def test_a_disk_that_refuses_leaves_the_old_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path(), {"config/a.yaml": UGLY})

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fchmod", refuse)
    found = run("fmt")
    assert found.exit_code == 2
    assert "error[cannot-write]: the file cannot be written: no space left on device" in found.output
    assert "formatted" not in found.output
    assert contents(Path("config")) == {"a.yaml": UGLY}
