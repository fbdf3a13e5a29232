"""In odd surroundings every command says what is wrong, with the exit code of that: it is no bug of the compiler's."""

from __future__ import annotations

import io
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from cli_support import SMALL, contents, run, write

import compiler.cli.main as entry
from compiler.cli.report import Reporting, colored

KEYS = """\
users: {alice: {}}
policies: {plan: {kind: TokenRateLimitPolicy, tokens: [{limit: 50, window: 1h}]}}
teams: {demo: {defaultPolicy: plan, members: [{user: alice}], grants: [{model: simulator}]}}
"""


@pytest.fixture(autouse=True)
def _in_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"config/a.yaml": SMALL})


def _main(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    """Run the program's own way into a command, and give the exit code."""
    monkeypatch.setattr(sys, "argv", ["maasc", *words])
    monkeypatch.setattr("compiler.cli.main.signal.signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    return ended.value.code


@pytest.mark.parametrize("words", ["build", "prove", "diff config"])
def test_a_folder_that_is_gone_is_said(words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    gone = Path("gone")
    gone.mkdir()
    with chdir(gone):
        Path("../gone").rmdir()
        assert _main(monkeypatch, *words.split()) == 2
    assert capsys.readouterr().err == "maasc: the folder that this is run in is gone\nhelp: change to one that is there\n"


@pytest.mark.parametrize("name", ["a\x1b[31m", b"a\x1b[31m"])
def test_what_the_system_refuses_is_named(
    name: str | bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr(entry.maasc, "main", refused)
    assert _main(monkeypatch) == 2
    assert capsys.readouterr().err == "maasc: the system refused: Permission denied: `a\\x1b[31m`\n"


@pytest.mark.parametrize(
    "words",
    ["build --out loop", "build --config loop", "drift config --out loop", "report --output loop"],
)
def test_a_link_that_leads_round_in_a_circle_is_no_bug(words: str) -> None:
    Path("loop").symlink_to("loop")
    assert run(*words.split()).exit_code == 2
    assert Path("loop").is_symlink()


def test_a_link_into_the_configuration_is_still_seen() -> None:
    Path("link").symlink_to("config")
    assert "one lies in the other" in run("build", "--out", "link/out").output
    assert "lies in the configuration" in run("report", "--output", "link/a.html").output


@pytest.mark.parametrize(
    ("words", "effect"),
    [
        ("prove", "nothing is proved: what the cluster would get is not known"),
        ("drift config", "nothing is compared: what was built is not known"),
        ("check", "nothing is compiled: what the file was meant to deny would be open"),
    ],
)
def test_what_cannot_be_read_has_the_effect_of_the_command(words: str, effect: str) -> None:
    assert run("build", "--no-prove").exit_code == 0
    file = Path("config/b.yaml" if words == "check" else "out/models/llm/simulator.yaml")
    file.unlink(missing_ok=True)
    file.symlink_to("nowhere")
    found = run(*words.split())
    assert (found.exit_code, f"effect: {effect}" in found.output) == (2, True)


@pytest.mark.parametrize("words", ["prove --out", "drift config --out"])
def test_what_was_built_and_cannot_be_found_was_built_all_the_same(words: str) -> None:
    """A folder that leads nowhere, or whose every file does: only one that is empty or absent was never built."""
    Path("loop").symlink_to("loop")
    Path("links").mkdir()
    Path("links/a.yaml").symlink_to("nowhere")
    Path("empty").mkdir()
    for out, built in (("loop", True), ("links", True), ("empty", False), ("absent", False)):
        found = run(*words.split(), out)
        assert found.exit_code == (1 if words.startswith("prove") and not built else 2)
        assert ("the output was never built" in found.output) is not built
        assert "maasc init" not in found.output
        assert "nothing is compiled" not in found.output


def test_a_dumb_terminal_gets_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless they are asked for."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    for term, choice, coloured in (("xterm", "auto", True), ("dumb", "auto", False), ("dumb", "always", True)):
        monkeypatch.setenv("TERM", term)
        assert colored(Reporting("text", choice, quiet=False)) is coloured


@pytest.mark.parametrize(
    "words", ["vault:\udcff", "vault:a --models \udcff", "vault:a --subscription \udcff", "vault:a --group \udcff"]
)
def test_a_word_that_is_no_utf_8_is_written_into_no_file(words: str) -> None:
    write(Path(), {"config/b.yaml": KEYS})
    before = contents(Path("config"))
    found = run("key", "new", "--team", "demo", "--user", "alice", "--alias", "x", "--external", *words.split())
    assert (found.exit_code, "is not UTF-8" in found.stderr, found.stdout) == (2, True, "")
    assert contents(Path("config")) == before
