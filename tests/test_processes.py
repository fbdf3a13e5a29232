"""A work that is done in two processes has the outcome that it has in one."""

from __future__ import annotations

import os
import pickle
import select
import signal
from contextlib import suppress

import pytest
from children import forked, has_ended

from compiler.processes import Begun, beside, in_two

HERE = os.getpid()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 8])
def test_results_come_in_order(count: int) -> None:
    """Whoever did the work."""
    assert in_two(count, lambda index: index * index) == tuple(index * index for index in range(count))


def test_every_second_work_is_done_elsewhere() -> None:
    """Two cores are used, and a single work is not worth a process."""
    assert [pid == HERE for pid in in_two(4, lambda _: os.getpid())] == [True, False, True, False]
    assert in_two(1, lambda _: os.getpid()) == (HERE,)


def test_what_is_not_fine_is_done_here() -> None:
    """So that what is told of it is told by the process that knows everything."""
    assert in_two(4, lambda index: (index, os.getpid()), fine=lambda came: came[0] != 3)[3] == (3, HERE)


def test_a_process_that_fails_costs_time_only() -> None:
    """Its works are done here; an error that is no accident is then raised here."""
    assert in_two(4, lambda index: index if os.getpid() == HERE else 1 // 0) == (0, 1, 2, 3)
    with pytest.raises(ZeroDivisionError):
        in_two(4, lambda index: index // (index - 3))


def test_without_another_process_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system gives none."""

    def refused() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refused)
    assert in_two(4, lambda _: os.getpid()) == (HERE,) * 4
    assert beside(os.getpid)() == HERE


def test_a_work_goes_on_beside_this_process() -> None:
    """And what it brings may be larger than a pipe holds, or nothing."""
    coming = [beside(os.getpid), beside(lambda: "a" * 1_000_000), beside(lambda: None)]
    found = [come() for come in coming]
    assert found[0] != HERE
    assert found[1:] == ["a" * 1_000_000, None]


def test_a_work_beside_that_fails_is_done_here() -> None:
    assert beside(lambda: 1 if os.getpid() == HERE else 1 // 0)() == 1
    with pytest.raises(ZeroDivisionError):
        beside(lambda: 1 // 0)()


def test_a_process_that_nobody_reads_from_any_more_ends() -> None:
    """A run that is killed leaves none behind, which would hold open whatever the run wrote to."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        Begun(lambda: "a" * 1_000_000)
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    ended, _, _ = select.select([reader], [], [], 20)
    os.close(reader)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    assert ended


def test_a_wait_that_is_interrupted_can_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interruption is what is told, and no process stays; to end it once more does nothing."""

    def interrupted(_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(pickle, "load", interrupted)
    with forked() as children:
        begun = Begun(os.getpid)
    with pytest.raises(KeyboardInterrupt):
        begun.come()
    begun.stop()
    begun.stop()
    assert [has_ended(child) for child in children] == [True]


def test_a_work_that_is_stopped_leaves_no_process() -> None:
    """Nobody waits for it, and nobody finds it later."""
    with forked() as children:
        begun = Begun(lambda: [os.getpid() for _ in iter(int, 1)])
    begun.stop()
    assert [has_ended(child) for child in children] == [True]
