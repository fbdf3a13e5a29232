"""A build may be killed, or refused by the system, at any operation: the next build repairs it without force."""

from __future__ import annotations

import ast
import errno
import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import compiler.write
from compiler.write.output import Written, check, write

Snapshot = Callable[[Path], dict[str, str]]
Bundle = Mapping[str, str]

# Everything by which the package asks the system for something, and what only computes or lets go.
_OPERATIONS: Final = (
    "fdopen",
    "fsync",
    "fstat",
    "mkdir",
    "open",
    "readlink",
    "replace",
    "rmdir",
    "scandir",
    "stat",
    "unlink",
    "write",
)
_HARMLESS: Final = frozenset({"close", "fsencode", "strerror"})

# No transition below needs as many operations; a loop that is not stopped by its own end is stopped by this.
_BOUND: Final = 400

_EMPTY: Final[Bundle] = {}
_A: Final[Bundle] = {"k.yaml": "a\n" * 9, "m/llm/g.yaml": "a\n", "m/llm/h.yaml": "a\n", "t/t.yaml": "same\n"}
_B: Final[Bundle] = {"k.yaml": "b\n" * 9, "m/llm/g.yaml": "b\n", "m/new/h.yaml": "b\n", "t/t.yaml": "same\n"}
_C: Final[Bundle] = {"k.yaml": "c\n", "m/llm/h.yaml": "c\n", "x/y/z.yaml": "c\n"}
# A file where `_A` has a folder, and a folder where `_A` has a file.
_SWAPPED: Final[Bundle] = {"k.yaml/x": "s\n", "m/llm": "s\n", "t/t.yaml": "same\n"}
_NOTES: Final[Bundle] = {"README.md": "mine\n", "notes/n.md": "mine\n"}


def _interposed(before: Callable[[str, tuple[object, ...]], None], patched: pytest.MonkeyPatch) -> None:
    """Call `before` ahead of every operation, with its name and arguments."""

    def wrap(module: object, name: str) -> None:
        real = getattr(module, name)

        def operation(*args: object, **kwargs: object) -> object:
            before(name, args)
            return real(*args, **kwargs)

        patched.setattr(module, name, operation)

    for name in _OPERATIONS:
        wrap(os, name)
    wrap(fcntl, "flock")


def _killed_at(number: int, action: Callable[[], object]) -> bool:
    """Run an action in a process of its own that dies by SIGKILL at its n-th operation; tell whether it came so far.

    A write dies in the middle: half of its bytes are in the file.
    """
    child = os.fork()
    if child == 0:
        try:
            count = 0
            really_write = os.write

            def die(name: str, args: tuple[object, ...]) -> None:
                nonlocal count
                count += 1
                if count == number:
                    if name == "write" and isinstance(args[0], int) and isinstance(args[1], memoryview):
                        really_write(args[0], args[1][: len(args[1]) // 2])
                    os.kill(os.getpid(), signal.SIGKILL)

            _interposed(die, pytest.MonkeyPatch())
            action()
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def _build(out: Path, bundle: Bundle, *, force: bool = False) -> object:
    return write(out, bundle, input_digest="i", proved=None, force=force, patience=0)


def _prepare(out: Path, bundle: Bundle) -> None:
    shutil.rmtree(out, ignore_errors=True)
    assert isinstance(_build(out, bundle), Written)
    for path, text in _NOTES.items():
        (out / path).parent.mkdir(exist_ok=True)
        (out / path).write_text(text)


@dataclass(frozen=True)
class _Case:
    """A folder that holds `before`, is being built to `during` when the process dies, and is then built to `after`."""

    before: Bundle
    during: Bundle
    after: Bundle


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(_Case(_EMPTY, _A, _A), id="first build, then the same again"),
        pytest.param(_Case(_EMPTY, _A, _EMPTY), id="first build, then given up"),
        pytest.param(_Case(_A, _B, _B), id="change, then the same again"),
        pytest.param(_Case(_A, _B, _A), id="change, then back"),
        pytest.param(_Case(_A, _B, _C), id="change, then another change"),
        pytest.param(_Case(_A, _EMPTY, _EMPTY), id="removal, then the same again"),
        pytest.param(_Case(_A, _EMPTY, _A), id="removal, then back"),
        pytest.param(_Case(_A, _SWAPPED, _SWAPPED), id="files and folders change places"),
        pytest.param(_Case(_A, _SWAPPED, _A), id="files and folders change places and back"),
        pytest.param(_Case(_A, _A, _A), id="nothing to do"),
    ],
)
def test_a_kill_at_every_operation_is_repaired(case: _Case, tmp_path: Path, snapshot: Snapshot) -> None:
    """After a kill at any operation each file is whole, check is not fooled, and the next build ends exactly right."""
    out = tmp_path / "out"
    whole = {
        path: {bundle[path] for bundle in (case.before, case.during) if path in bundle} for path in {**case.before, **case.during}
    }
    number = 0
    alive = False
    while not alive:
        number += 1
        assert number < _BOUND
        _prepare(out, case.before)
        alive = not _killed_at(number, lambda: _build(out, case.during))
        left = snapshot(out)
        for path, text in left.items():
            assert text in whole.get(path, {text}), f"`{path}` is torn after a kill at operation {number}"
        assert {path for path in case.before if path in case.during} <= left.keys(), "a reader always finds a file that stays"
        for bundle in (case.before, case.during):
            if not check(out, bundle, input_digest="i", patience=0):
                assert {path: text for path, text in left.items() if not path.endswith(".tmp")} == {**bundle, **_NOTES}
        done = _build(out, case.after)
        assert isinstance(done, Written), f"a kill at operation {number} needs more than a second build: {done}"
        assert snapshot(out) == {**case.after, **_NOTES}, f"after a kill at operation {number}"
        assert check(out, case.after, input_digest="i", patience=0) == ()
    assert number > len(case.during), "the harness saw no operations"


def test_a_kill_of_the_very_first_build_is_repaired(tmp_path: Path, snapshot: Snapshot) -> None:
    """The folder itself may be missing, half made, or made and empty."""
    out = tmp_path / "deep" / "out"
    number = 0
    alive = False
    while not alive:
        number += 1
        assert number < _BOUND
        shutil.rmtree(tmp_path / "deep", ignore_errors=True)
        alive = not _killed_at(number, lambda: _build(out, _A))
        assert isinstance(_build(out, _A), Written)
        assert snapshot(out) == _A
    assert number > 3 * len(_A)


def test_a_killed_build_by_force_needs_force_once(tmp_path: Path, snapshot: Snapshot) -> None:
    """The leave to overwrite an edit, a foreign file or a link holds for the build that completes the killed one."""
    out = tmp_path / "out"
    number = 0
    alive = False
    repaired = 0
    while not alive:
        number += 1
        assert number < _BOUND
        _prepare(out, _A)
        (out / "m/llm/g.yaml").write_text("edited\n")
        (out / "m/llm/h.yaml").write_text("edited\n")
        (out / "x/y").mkdir(parents=True)
        (out / "x/y/z.yaml").write_text("foreign\n")
        (out / "k.yaml").unlink()
        (out / "k.yaml").symlink_to("README.md")
        before = snapshot(out)
        alive = not _killed_at(number, lambda: _build(out, _C, force=True))
        done = _build(out, _C)
        if isinstance(done, Written):
            assert snapshot(out) == {**_C, **_NOTES}
            repaired += 1
        else:
            assert {path: text for path, text in snapshot(out).items() if not path.endswith(".tmp")} == before, (
                "nothing had been done"
            )
            assert repaired == 0, "once the leave is on disk it holds"
    assert repaired > 10


def test_a_folder_made_by_a_killed_build_is_remembered(tmp_path: Path, snapshot: Snapshot) -> None:
    """An empty folder of a build that was killed goes, even when the build that should remove it is killed too, anywhere."""
    out = tmp_path / "out"

    def leave_a_folder() -> None:
        shutil.rmtree(out, ignore_errors=True)
        number = 0
        while "m/" not in snapshot(out):
            number += 1
            assert _killed_at(number, lambda: _build(out, {"m/x": "1"}))

    number = 0
    alive = False
    while not alive:
        number += 1
        assert number < _BOUND
        leave_a_folder()
        alive = not _killed_at(number, lambda: _build(out, {"n": "1"}))
        assert isinstance(_build(out, {"n": "1"}), Written)
        assert snapshot(out) == {"n": "1"}, f"after a kill at operation {number}"


def test_the_journal_is_on_disk_before_the_first_change(tmp_path: Path) -> None:
    """Its bytes are synced before it gets its name, and its name before anything else; the same holds for the lock."""
    _prepare(tmp_path / "out", _A)
    done: list[str] = []

    def record(name: str, args: tuple[object, ...]) -> None:
        if name in {"fsync", "mkdir", "replace", "rmdir", "unlink"}:
            done.append(f"{name} {args[1]}" if name == "replace" else name)

    with pytest.MonkeyPatch.context() as patched:
        _interposed(record, patched)
        assert isinstance(_build(tmp_path / "out", _B), Written)
    # The first `mkdir` asks for the output folder, which is there.
    assert done[:5] == ["mkdir", "fsync", "replace maasc.lock.next", "fsync", "unlink"]
    assert done[-4:] == ["fsync", "replace maasc.lock", "fsync", "unlink"]
    assert done.count("fsync") == 4, "files of the bundle are not synced one by one: that costs more than all the rest"


_RUNS: Final = st.lists(st.tuples(st.sampled_from([_EMPTY, _A, _B, _C, _SWAPPED]), st.integers(1, 150)), min_size=2, max_size=4)


@given(_RUNS, st.sampled_from([_EMPTY, _A, _B, _C, _SWAPPED]))
@settings(max_examples=60, deadline=None)
def test_kills_in_a_row_are_repaired(
    tmp_path_factory: pytest.TempPathFactory, snapshot: Snapshot, runs: list[tuple[Bundle, int]], last: Bundle
) -> None:
    """Builds of different bundles, each killed somewhere, still leave a folder in which every file is known to be ours."""
    out = tmp_path_factory.mktemp("kills") / "out"
    for bundle, number in runs:
        _killed_at(number, lambda bundle=bundle: _build(out, bundle))  # type: ignore[misc]
    assert isinstance(_build(out, last), Written)
    assert snapshot(out) == last
    assert check(out, last, input_digest="i", patience=0) == ()


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=["disk full", "broken disk", "no permission"])
def test_an_error_at_every_operation_is_a_diagnostic(
    lasting: bool,  # noqa: FBT001  # a parameter of the test, named in its id
    number: int,
    tmp_path: Path,
    snapshot: Snapshot,
) -> None:
    """Whatever the system refuses, the answer is a diagnostic with its reason, and the next build that is let ends right."""
    out = tmp_path / "out"
    refused = 0
    for at in range(1, _BOUND):
        _prepare(out, _A)
        count = 0

        def refuse(_: str, __: tuple[object, ...], at: int = at) -> None:
            nonlocal count
            count += 1
            if count == at or (lasting and count > at):
                raise OSError(number, "refused")

        with pytest.MonkeyPatch.context() as patched:
            _interposed(refuse, patched)
            done = _build(out, _B)
        if not isinstance(done, Written):
            assert isinstance(done, tuple)
            assert [found.code for found in done] == ["cannot-write"]
            assert os.strerror(number)[1:] in done[0].headline
            refused += 1
        assert isinstance(_build(out, _B), Written)
        assert snapshot(out) == {**_B, **_NOTES}
        if count < at:
            break
    assert refused > 40


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES], ids=["broken disk", "no permission"])
def test_an_error_while_checking_is_a_diagnostic(number: int, tmp_path: Path) -> None:
    """A folder that cannot be read is never called fine."""
    out = tmp_path / "out"
    _prepare(out, _A)
    for at in range(1, _BOUND):
        count = 0

        def refuse(_: str, __: tuple[object, ...], at: int = at) -> None:
            nonlocal count
            count += 1
            if count == at:
                raise OSError(number, "refused")

        with pytest.MonkeyPatch.context() as patched:
            _interposed(refuse, patched)
            told = check(out, _A, input_digest="i", patience=0)
        if count < at:
            assert told == ()
            break
        assert [found.code for found in told] == ["unreadable-output"]
    assert at > len(_A)


def test_no_operation_is_overlooked() -> None:
    """The harness interposes on everything by which the package reaches the disk."""
    used: set[str] = set()
    for module in Path(compiler.write.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
                used.add(node.attr)
            # Methods of `Path` that reach the disk; `mkdir` goes through `os.mkdir`, `lexists` of `os.path` only looks.
            assert not (
                isinstance(node, ast.Attribute)
                and node.attr in {"read_text", "write_text", "read_bytes", "write_bytes", "rename"}
            )
    assert {name for name in used if name.islower()} - {"path"} == {*_OPERATIONS, *_HARMLESS}
