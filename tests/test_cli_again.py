"""A command that ran before on the same bytes says what it would say if it ran, and never where anything changed."""

from __future__ import annotations

import fcntl
import io
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from cli_support import SMALL, run, write
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.cli import again, memory, start
from compiler.cli import build as building
from compiler.cli.exit import INTERRUPTED
from compiler.cli.report import Reporting, colored
from compiler.source.loading import Loading
from compiler.write import output
from compiler.write.names import JOURNAL, LOCK, TEMPORARY

MODEL = Path("out/models/llm/simulator.yaml")
# Not the script that lies beside Python: an environment that is older than the entry point remembers nothing.
PROGRAM = (sys.executable, "-c", "from compiler.cli.start import program; program()")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the memory of a test to itself, and its folder as the one where the user stands."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"config/maas.yaml": SMALL, "config/notes/value.txt": "a value"})
    return tmp_path / "cache" / "maasc"


class Said(NamedTuple):
    """What a command said, and how it ended."""

    code: int
    stdout: str
    stderr: str


def _answer(*words: str) -> tuple[str, str] | None:
    asked = again.asked(("build", "--no-prove", *words))
    return again.answer(asked) if asked else None


def _build(*words: str) -> Said:
    """Build as the program does."""
    said = _answer(*words)
    if said is not None:
        return Said(0, said[1], said[0])
    done = run("build", "--no-prove", *words)
    return Said(done.exit_code, done.stdout, done.stderr)


def _bytes(path: Path) -> bytes:
    """Read a file, and wait for no pipe."""
    if not path.is_file():
        raise OSError("no file")
    return path.read_bytes()


def _edited(path: Path) -> None:
    """Change one byte, and let size and times be what they were."""
    before = path.stat()
    content = bytearray(_bytes(path))
    content[-2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _instead(make: Callable[[Path], None]) -> None:
    """Put something else in the place of a file of ours."""
    MODEL.unlink()
    make(MODEL)


def _linked(path: Path) -> None:
    """Put a link to the same content in the place of a file or a folder."""
    elsewhere = Path("elsewhere")
    path.rename(elsewhere)
    path.symlink_to(os.path.relpath(elsewhere, path.parent))


@contextmanager
def _twin() -> Iterator[None]:
    """Stand in a copy of this folder for a while."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(".", copy, symlinks=True, copy_function=_copied, ignore=lambda _, names: {"cache"} & {*names})
        with chdir(copy):
            yield


def _copied(source: str, copy: str) -> None:
    if Path(source).is_fifo():
        os.mkfifo(copy)
    else:
        shutil.copy2(source, copy, follow_symlinks=False)


def _tree(folder: Path) -> dict[str, object]:
    """Give all that is below a folder, but what is remembered and whatever reading changes."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("cache"):
            plain = path.is_file() and not path.is_symlink()
            found[name] = path.read_bytes() if plain else stat.S_IFMT(path.lstat().st_mode)
    return found


def test_the_same_again_says_the_same() -> None:
    """With and without a report, and whether something is to be written or checked."""
    for words in ((), ("--check",), ("-q",), ("--format", "json"), ("--force",)):
        _build(*words)
        assert _answer(*words) is not None
        assert _build(*words) == _build("--no-cache", *words)
    assert _build().stdout
    assert _build().stderr.startswith("out/: 7 unchanged\n")


def test_a_proof_is_not_remembered_of_a_build_without_one() -> None:
    """And the other way round: each of the two leaves another lock."""
    run("build")
    asked = again.asked(("build",))
    assert asked is not None
    said = again.answer(asked)
    assert said is not None
    assert said[0].endswith("7 unchanged; proved for every caller\n")
    run("build", "--no-prove")
    assert again.answer(asked) is None
    assert _answer() is not None


CHANGES: dict[str, Callable[[], object]] = {
    "configuration edited": lambda: _edited(Path("config/maas.yaml")),
    "configuration added": lambda: write(Path("config"), {"more/more.yaml": "groups: {other: {}}\n"}),
    "configuration removed": lambda: Path("config/maas.yaml").unlink(),
    "configuration renamed": lambda: Path("config/maas.yaml").rename("config/other.yaml"),
    "configuration linked": lambda: _linked(Path("config/maas.yaml")),
    "no configuration": lambda: shutil.rmtree("config"),
    "value edited": lambda: _edited(Path("config/notes/value.txt")),
    "value renamed": lambda: Path("config/notes/value.txt").rename("config/notes/other.txt"),
    "folder linked": lambda: _linked(Path("config/notes")),
    "pipe": lambda: os.mkfifo("config/pipe"),
    "output edited": lambda: _edited(MODEL),
    "output removed": MODEL.unlink,
    "output renamed": lambda: MODEL.rename(MODEL.with_name("other.yaml")),
    "output linked": lambda: _linked(MODEL),
    "folder of the output linked": lambda: _linked(MODEL.parent),
    "output swapped": lambda: _instead(os.mkfifo),
    "a folder in its place": lambda: _instead(Path.mkdir),
    "no output": lambda: shutil.rmtree("out"),
    "lock edited": lambda: _edited(Path("out", LOCK)),
    "lock removed": Path("out", LOCK).unlink,
    "a build that did not end": lambda: Path("out", JOURNAL).write_text("{}", encoding="utf-8"),
    "a folder called as what says so": lambda: Path("out", JOURNAL).mkdir(),
    "a link called as what says so": lambda: Path("out", JOURNAL).symlink_to("elsewhere"),
    "a file half-written": lambda: Path("out", TEMPORARY).write_text("", encoding="utf-8"),
    "a file half-written further down": lambda: MODEL.with_name(TEMPORARY).write_text("", encoding="utf-8"),
    "a folder called as such a file": lambda: Path("out", TEMPORARY).mkdir(),
    "a link called as such a file": lambda: Path("out", TEMPORARY).symlink_to("elsewhere"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_seen(change: str) -> None:
    """The command runs then, and says what one without a memory says."""
    _build()
    assert _answer() is not None
    CHANGES[change]()
    assert _answer() is None
    with _twin():
        plain, left = _build("--no-cache"), _tree(Path())
    assert _build() == plain
    assert _tree(Path()) == left


def _anew() -> None:
    shutil.rmtree("out")
    write(Path(), {"config/maas.yaml": SMALL})


def _replaced(old: str, new: str) -> None:
    file = Path("config/maas.yaml")
    file.write_bytes(_bytes(file).replace(old.encode(), new.encode()))


_EDITS: dict[str, Callable[[], object]] = {
    **CHANGES,
    "nothing": lambda: None,
    "a limit": lambda: _replaced("limit: 100", "limit: 200"),
    "the limit back": lambda: _replaced("limit: 200", "limit: 100"),
    "a slip": lambda: _replaced("{limit", "{limits"),
    "no slip": lambda: _replaced("{limits", "{limit"),
    "a new value": lambda: write(Path("config"), {"notes/value.txt": "another"}),
    "somebody else's file": lambda: write(Path("out"), {"README.md": "mine", ".hidden/file": "mine"}),
    "the output as a link": lambda: _linked(Path("out")),
    "no output, and all as it was": _anew,
}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(_EDITS)), st.sampled_from([(), ("--check",), ("-q", "--force")])), max_size=6))
def test_any_edits_leave_and_say_what_a_build_without_a_memory_does(edits: list[tuple[str, tuple[str, ...]]]) -> None:
    """The same bytes, words and code, after each of them, and when asked again."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch, chdir(folder):
        patch.setenv("XDG_CACHE_HOME", str(Path(folder, "cache")))
        write(Path(), {"config/maas.yaml": SMALL, "config/notes/value.txt": "a value"})
        _build()
        for edit, words in edits:
            with suppress(OSError):
                _EDITS[edit]()
            for _ in range(2):
                with _twin():
                    plain, left = _build("--no-cache", *words), _tree(Path())
                assert _build(*words) == plain
                assert _tree(Path()) == left


def test_what_no_build_looks_at_may_change() -> None:
    """Hidden files of the configuration, and files of others in the output."""
    _build()
    write(Path(), {"config/.hidden.yaml": "a", "config/.git/file.yaml": "b", "out/README.md": "c", "out/.hidden/file": "d"})
    Path("out/link").symlink_to("nowhere")
    assert _answer() is not None
    assert _build() == _build("--no-cache")


def test_another_question_has_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other words, another folder to stand in, another look of the report."""
    _build()
    for words in (("--check",), ("-q",), ("--out", "elsewhere"), ("--color", "always"), ("--no-cache",)):
        assert _answer(*words) is None
    with monkeypatch.context() as patch:
        patch.setenv("NO_COLOR", "1")
        assert _answer() is None
    with monkeypatch.context() as patch:
        patch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        assert _answer() is None
    Path("below").mkdir()
    with chdir("below"):
        assert _answer() is None
    assert _answer() is not None
    shutil.copytree(tmp_path, tmp_path / "copy", ignore=shutil.ignore_patterns("cache"))
    with chdir("copy"):
        assert _answer() is None


def test_folders_that_came_elsewhere_are_looked_at_anew() -> None:
    """Links decide whether configuration and output are apart."""
    shutil.move("config", "real")
    Path("config").symlink_to("real")
    _build()
    assert _answer() is not None
    shutil.move("out", "real/.out")
    Path("out").symlink_to("real/.out")
    assert _answer() is None
    assert _build().code == 2


def test_nothing_is_remembered_that_was_not_to_be() -> None:
    """Nor what ended with an error."""
    _build("--no-cache")
    assert _answer("--no-cache") is None
    write(Path(), {"config/more.yaml": "groups: {other: {}}\nmodels: {m: {tiers: [nobody]}}\n"})
    assert _build().code == 1
    assert _answer() is None


@pytest.mark.parametrize("what", ["source", "library", "path", "order", "Python"])
def test_another_compiler_is_asked_anew(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source of the same size, another release of a library, modules from elsewhere or in another order, or another Python."""
    package, library = tmp_path / "package", tmp_path / "library"
    write(package, {"a/module.py": "x = 1\n", "a/__pycache__/module.pyc": "x"})
    (library / "some-1.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(again, "_PACKAGE", str(package))
    monkeypatch.setattr(sys, "path", [*sys.path, str(library)])
    _build()
    write(package, {"a/__pycache__/module.pyc": "y"})
    assert _answer() is not None
    match what:
        case "source":
            write(package, {"a/module.py": "x = 2\n"})
        case "library":
            (library / "some-1.0.dist-info").rename(library / "some-1.1.dist-info")
        case "path":
            monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
        case "order":
            monkeypatch.setattr(sys, "path", [str(library), *sys.path[:-1]])
        case _:
            monkeypatch.setattr(sys, "version", "3.99")
    assert _answer() is None
    _build()
    assert _answer() is not None


def test_the_look_of_a_report_is_part_of_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for in colours is another question than what is not."""
    looks: dict[str, set[bool]] = {}
    for terminal in (False, True):
        for refused, named in product(("", "1"), ("dumb", "xterm")):
            monkeypatch.setattr(sys.stdout, "isatty", lambda terminal=terminal: terminal)
            monkeypatch.setenv("NO_COLOR", refused)
            monkeypatch.setenv("TERM", named)
            question = again.asked(("build",))
            assert question is not None
            looks.setdefault(question.file, set()).add(colored(Reporting("text", "auto", quiet=False)))
    assert all(len(found) == 1 for found in looks.values())
    assert set().union(*looks.values()) == {False, True}


def test_of_many_commands_the_last_are_remembered(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder does not grow for ever."""
    monkeypatch.setattr(memory, "_MOST", 4)
    (place / "folder.json").mkdir(parents=True)
    for index in range(6):
        _build("--out", f"out-{index}")
    assert len([*place.iterdir()]) == 4 + 1
    assert _answer("--out", "out-5") is not None
    assert _answer("--out", "out-0") is None


def test_a_spoilt_memory_has_no_answer(place: Path) -> None:
    """Wherever it ends, and whichever byte is another one; the next build remembers anew."""
    _build()
    [file] = place.glob("*.again")
    whole = file.read_bytes()
    for spoilt in [whole[:end] for end in range(0, len(whole), 9)] + [
        whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 9)
    ]:
        file.write_bytes(spoilt)
        assert _answer() is None
    assert _build().code == 0
    assert file.read_bytes() == whole


def test_a_memory_of_another_folder_has_no_answer(place: Path) -> None:
    """A file under another name answers nothing that it was not made for."""
    _build()
    [first] = place.glob("*.again")
    whole = first.read_bytes()
    shutil.copytree("config", "other/config")
    with chdir("other"):
        _build()
        [second] = set(place.glob("*.again")) - {first}
        second.write_bytes(whole)
        assert _answer() is None


def test_an_output_that_somebody_writes_to_has_no_answer() -> None:
    """Others may read it at the same time."""
    _build()
    folder = os.open("out", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_SH)
        assert _answer() is not None
        fcntl.flock(folder, fcntl.LOCK_EX)
        assert _answer() is None
    finally:
        os.close(folder)
    assert _answer() is not None


@pytest.mark.parametrize("read", [False, True])
def test_a_configuration_that_changes_meanwhile_is_not_remembered(monkeypatch: pytest.MonkeyPatch, *, read: bool) -> None:
    """What was there before is not what was compiled, or was there no more, even where it comes back later."""

    def late(config: Path) -> Loading:
        before = Loading(config) if read else None
        write(Path(), {"config/maas.yaml": SMALL.replace("limit: 100", "limit: 200")})
        return before or Loading(config)

    with monkeypatch.context() as patch:
        patch.setattr(building, "Loading", late)
        assert _build().code == 0
    assert _answer() is None
    write(Path(), {"config/maas.yaml": SMALL})
    assert _answer() is None


def test_an_output_that_is_edited_after_the_build_is_not_blessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is what was to be written."""
    real = output.write

    def edited(*words: object, **named: object) -> object:
        done = real(*words, **named)  # type: ignore[arg-type]
        _edited(MODEL)
        return done

    monkeypatch.setattr(output, "write", edited)
    assert _build().code == 0
    assert _answer() is None


def test_without_a_place_nothing_is_remembered(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is none, and a folder that cannot be made costs time only."""
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.delenv("HOME", raising=False)
    assert again.asked(("build",)) is None
    assert _build().code == 0
    assert not place.exists()
    monkeypatch.setenv("HOME", str(place.parent.parent))
    assert again.place() == str(place.parent.parent / ".cache" / "maasc")
    place.parent.write_text("a file", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(place.parent))
    assert _build().code == 0
    assert _answer() is None


def test_a_compiler_that_cannot_be_looked_at_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an archive."""
    monkeypatch.setattr(again, "_PACKAGE", "nowhere")
    assert again.asked(("build",)) is None
    assert _build().code == 0


def test_what_cannot_be_told_apart_is_not_remembered(place: Path) -> None:
    """The parts of a memory are separated by what no name of a file holds, but a report might."""
    asked = again.Asked(str(place / "file"), "compiler")
    assert again.remembered(asked, ("config", "out"), "", {}, ("", "a\0b")) is None
    assert again.remembered(asked, ("config", "out"), "", {}, ("", "ab")) is not None
    last = memory.Memory(asked, Path("config"), Path("out"), again.contents("config"))
    last.keep_answer({}, ("", "a\0b"))
    assert not place.exists()


def test_a_file_that_cannot_be_read_is_told_by_either_half(capfd: pytest.CaptureFixture[str]) -> None:
    """Whichever of the two readers finds out."""
    root = os.open("config", os.O_RDONLY)
    try:
        for names in (["nowhere", "maas.yaml"], ["maas.yaml", "nowhere"]):
            with pytest.raises(OSError, match=r"cannot be read|No such file"):
                again._read(root, names)
    finally:
        os.close(root)
    assert capfd.readouterr().err == ""


def test_one_thread_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system gives no other, the same is read."""
    _build()

    def refused(*_: object) -> int:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(again, "start_new_thread", refused)
    assert _answer() is not None


class _Full(io.TextIOWrapper):
    """A stream that takes nothing."""

    def write(self, _: str) -> int:
        """Refuse a text."""
        raise OSError(28, "No space left on device")


class _EndedError(Exception):
    """The process ended."""


def _started(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """Start the program here, and tell whether it said something again or went the ordinary way, with the code."""

    def ended(code: int) -> None:
        raise _EndedError(f"said {code}")

    def ordinary(_: object) -> None:
        raise _EndedError("ordinary")

    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["maasc", *words])
        patch.setattr("compiler.cli.start.os._exit", ended)
        patch.setattr("compiler.cli.main.program", ordinary)
        patch.setattr("compiler.cli.start._signal.signal", lambda *_: None)
        with pytest.raises(_EndedError) as found:
            start.program()
    return str(found.value)


def test_the_program_says_it_again(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless a stream is closed, or takes only some texts."""
    words = ("build", "--no-prove")
    assert _started(monkeypatch, *words) == "ordinary"
    # The streams of both are none that a report is coloured on.
    done = _build()
    assert _started(monkeypatch, *words) == "said 0"
    said = capsys.readouterr()
    assert (said.out, said.err) == (done.stdout, done.stderr.replace("7 created, 0", "7"))
    assert _started(monkeypatch, "check") == "ordinary"
    for stream, how in (
        (None, "ordinary"),
        (io.TextIOWrapper(io.BytesIO(), "latin-1"), "ordinary"),
        (_Full(io.BytesIO(), "utf-8"), "said 2"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            assert _started(monkeypatch, *words) == how


def test_who_interrupts_the_reading_ends_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With the code of an interrupted run, and no traceback."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    _build()
    monkeypatch.setattr(again, "answer", interrupted)
    assert _started(monkeypatch, "build", "--no-prove") == f"said {INTERRUPTED}"
    assert capsys.readouterr().err == "maasc: interrupted\n"


def _run(environment: dict[str, str], redirected: str, *words: str) -> tuple[int, bytes, bytes]:
    """Run the program in a process of its own."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" "$@" {redirected}', *PROGRAM, "build", "--no-prove", *words],
        env=environment,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_the_program_ends_as_without_a_memory(place: Path, unbuffered: str) -> None:
    """Wherever its words go, and whether or not Python holds them back."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(place.parent), "PYTHONUNBUFFERED": unbuffered}
    assert _run(environment, "")[0] == 0
    assert [*place.glob("*.again")]
    redirections = (
        ("", 0),
        ("2>&1", 0),
        (">&-", 2),
        ("2>&-", 0),
        (">&- 2>&-", 2),
        ("<&-", 0),
        ("> /dev/full", 2),
        ("2> /dev/full", 2),
        ("> /dev/full 2>&1", 2),
    )
    for redirected, ending in redirections:
        said = _run(environment, redirected)
        assert said[0] == ending
        assert said == _run(environment, redirected, "--no-cache")
        assert b"Traceback" not in said[1] + said[2]


def test_a_reader_who_leaves_ends_what_is_said_again_quietly(place: Path) -> None:
    """As any other run."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(place.parent)}
    words = (*PROGRAM, "build", "--no-prove")
    subprocess.run(words, env=environment, capture_output=True, check=True)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ended = subprocess.run(words, env=environment, stdout=writer, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writer)
    assert ended.returncode == -signal.SIGPIPE
    assert ended.stderr.startswith(b"out/: 7 unchanged\n")
    assert b"Traceback" not in ended.stderr
