"""Two builds at once: the second waits, or says that it gave up, and never mixes its files with the first one's."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from compiler.diagnostics.model import Diagnostic
from compiler.write.exclusive import held
from compiler.write.output import Written, check, write
from compiler.write.state import compare

Snapshot = Callable[[Path], dict[str, str]]

_A = {"a.yaml": "a\n", "m/x.yaml": "a\n"}
_LONG = 60.0


def _codes(told: object) -> list[str]:
    assert isinstance(told, tuple)
    return [found.code for found in told if isinstance(found, Diagnostic)]


def _child(action: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if action() else 1)
        finally:
            os._exit(2)
    return child


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def _held_elsewhere(out: Path, *, shared: bool) -> Iterator[int]:
    """Have another process hold the folder, and give its id; at the end it is told to let go, if it still lives."""
    said, say = os.pipe()
    heard, tell = os.pipe()

    def hold() -> bool:
        os.close(tell)
        with held(out, shared=shared, patience=_LONG):
            os.write(say, b".")
            os.read(heard, 1)
        return True

    child = _child(hold)
    os.close(heard)
    # Only the child has this end now: if it dies, the read below ends instead of waiting for ever.
    os.close(say)
    assert os.read(said, 1) == b"."
    try:
        yield child
    finally:
        with suppress(BrokenPipeError):
            os.write(tell, b".")
        os.close(tell)
        os.close(said)


def test_a_second_build_gives_up_after_its_patience(tmp_path: Path, snapshot: Snapshot) -> None:
    """While another process holds the folder nothing is written or judged, and nothing is left behind."""
    with _held_elsewhere(tmp_path, shared=False) as child:
        assert _codes(write(tmp_path, _A, input_digest="i", proved=None, force=True, patience=0.1)) == ["output-busy"]
        assert _codes(check(tmp_path, _A, input_digest="i", patience=0)) == ["output-busy"]
        assert snapshot(tmp_path) == {}
        assert not (tmp_path / "maasc.lock").exists()
    assert _ended(child) == 0
    assert isinstance(write(tmp_path, _A, input_digest="i", proved=None, patience=0), Written)
    assert snapshot(tmp_path) == _A, "the lock between processes leaves no file"


def test_a_second_build_waits(tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that comes while another runs does its work when the other has ended."""
    with _held_elsewhere(tmp_path, shared=False) as first:
        asked, ask = os.pipe()
        # The build says that it found the folder taken when it first pauses.
        really_sleep = time.sleep

        def pause(seconds: float) -> None:
            os.write(ask, b".")
            really_sleep(seconds)

        monkeypatch.setattr(time, "sleep", pause)
        second = _child(lambda: isinstance(write(tmp_path, _A, input_digest="i", proved=None, patience=_LONG), Written))
        os.close(ask)
        assert os.read(asked, 1) == b"."
        assert snapshot(tmp_path) == {}
    assert (_ended(first), _ended(second)) == (0, 0)
    assert snapshot(tmp_path) == _A
    os.close(asked)


def test_a_killed_build_holds_nothing(tmp_path: Path) -> None:
    """The system lets the folder go however the holder ends."""
    with _held_elsewhere(tmp_path, shared=False) as child:
        os.kill(child, signal.SIGKILL)
        assert _ended(child) == -signal.SIGKILL
        assert isinstance(write(tmp_path, _A, input_digest="i", proved=None, patience=0), Written)


def test_checks_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """Readers share the folder, and a build waits for them."""
    assert isinstance(write(tmp_path, _A, input_digest="i", proved=None), Written)
    with _held_elsewhere(tmp_path, shared=True) as child:
        assert check(tmp_path, _A, input_digest="i", patience=0) == ()
        assert compare(tmp_path, _A)[1] == ()
        assert _codes(write(tmp_path, _A, input_digest="i", proved=None, patience=0)) == ["output-busy"]
    assert _ended(child) == 0


def test_many_builds_at_once_leave_one_of_them_whole(tmp_path: Path, snapshot: Snapshot) -> None:
    """Builds of different bundles into one folder that is not there yet: all succeed, and one of them is what remains."""
    out = tmp_path / "out"
    bundles = [{"a.yaml": f"{n}\n", f"m/{n}.yaml": f"{n}\n", f"{n}/x.yaml": "same\n", "m/y.yaml": f"{n}\n"} for n in range(4)]

    def build(n: int) -> bool:
        return all(
            isinstance(write(out, bundles[n], input_digest=str(n), proved=None, patience=_LONG), Written) for _ in range(5)
        )

    children = [_child(lambda n=n: build(n)) for n in range(len(bundles))]  # type: ignore[misc]
    assert [_ended(child) for child in children] == [0] * len(bundles)
    left = snapshot(out)
    assert left in bundles
    assert check(out, left, input_digest=str(bundles.index(left))) == ()
