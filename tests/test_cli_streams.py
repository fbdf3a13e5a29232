"""A run whose streams are closed says nothing that nobody hears, and never ends as if it had been heard."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_support import SMALL, contents, run, write

from compiler.cli import drift, streams

PROGRAM = (sys.executable, "-c", "from compiler.cli.start import program; program()")
TALKING = ("--help", "--version", "build --no-prove", "check --no-prove", "effective --cost -q", "explain simulator", "rule")


@pytest.fixture(autouse=True)
def _in_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write(tmp_path, {"config/a.yaml": SMALL.replace("Free users", "Free  users")})


def _run(redirected: str, *words: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" "$@" {redirected}', *PROGRAM, *words], capture_output=True, check=False, input=b""
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", TALKING)
def test_what_was_not_said_is_a_run_that_failed(words: str) -> None:
    code, _, aside = _run(">&-", *words.split())
    assert (code, aside.splitlines()[-1]) == (2, b"maasc: the system refused: standard output is closed")
    assert _run(">&- 2>&-", *words.split()) == (2, b"", b"")


def test_where_nothing_is_said_nobody_has_to_listen() -> None:
    for redirected in (">&-", "2>&-", "<&- >&- 2>&-"):
        assert _run(redirected, "build", "-q", "--no-prove")[:2] == (0, b"")
    assert _run(">&-", "check", "-q", "--no-prove") == (0, b"", b"")


def test_a_report_does_not_need_the_other_streams() -> None:
    plain = _run("", "effective")
    assert plain[1]
    for redirected in ("2>&-", "<&-", "<&- 2>&-"):
        assert _run(redirected, "effective") == plain


def test_what_is_said_aside_never_gets_into_the_report() -> None:
    for words in (["biuld"], ["effective", "--model", "nobody"]):
        assert _run("2>&-", *words) == (2, b"", b"")


def test_a_dump_from_a_closed_stream_cannot_be_read() -> None:
    assert run("build", "--no-prove").exit_code == 0
    code, said, _ = _run("<&-", "drift", "-")
    assert (code, said.splitlines()[0]) == (2, b"error[unreadable-file]: the file cannot be read: standard input is closed")


@pytest.mark.parametrize("words", ["init --config new", "fmt"])
def test_what_is_begun_is_ended_before_it_is_told(words: str) -> None:
    """Also where telling fails: half of it would be worse than all."""
    write(Path(), {f"config/{name}.yaml": "groups:\n    x:    {}\n" for name in ("b", "c")})
    before = contents(Path("config"))
    assert _run(">&-", *words.split())[0] == 2
    after = contents(Path("new" if "new" in words else "config"))
    assert len(after) == 3
    assert not [name for name, text in after.items() if name != "a.yaml" and before.get(name) == text]


def test_stand_ins_take_nothing_or_forget_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    streams.made_fit()
    assert isinstance(sys.stdout, io.TextIOWrapper)
    assert isinstance(sys.stderr, io.TextIOWrapper)
    assert sys.stdout.write("") == 0
    sys.stdout.flush()
    with pytest.raises(OSError, match="standard output is closed"):
        sys.stdout.write("Gr\u00fc\u00dfe")
    assert sys.stderr.write("Gr\u00fc\u00dfe\ud800") == 6


def test_no_file_takes_the_number_of_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does anything stay open beyond them."""
    given = iter((1, 2, 7))
    closed: list[int] = []
    monkeypatch.setattr(sys, "stdout", None)
    with monkeypatch.context() as patch:
        patch.setattr("compiler.cli.streams.os.open", lambda *_: next(given))
        patch.setattr("compiler.cli.streams.os.close", closed.append)
        streams._fill()
    assert (closed, [*given]) == ([7], [])


def test_a_system_without_its_device_of_nothing_is_none_the_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "devnull", "/nowhere/at/all")
    streams._fill()


@pytest.mark.parametrize("closed", ["stdin", "stdout", "stderr", None])
def test_only_what_is_closed_is_stood_in_for(closed: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is open gets the same bytes wherever it leads; what is no file of the system's stays as it is."""
    ours = {"stdin": io.StringIO(), "stdout": io.TextIOWrapper(io.BytesIO(), "ascii"), "stderr": io.StringIO()}
    for name, stream in ours.items():
        monkeypatch.setattr(sys, name, None if name == closed else stream)
    streams.made_fit()
    assert {name for name, stream in ours.items() if getattr(sys, name) is not stream} == ({closed} if closed else set())
    assert sys.stdout.encoding == "utf-8"


def test_a_closed_standard_input_is_no_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(OSError, match="standard input is closed"):
        drift._given()
