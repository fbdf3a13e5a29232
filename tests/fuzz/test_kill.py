"""A whole build that is killed, or that the system gives no room, leaves what the next one repairs."""

from __future__ import annotations

import ctypes
import resource
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from kill import JOURNAL, Killing, contents, finish, killed, prepared, start

# linux/prctl.h and linux/capability.h: what lets the superuser write where nobody may.
_DROP, _DAC_OVERRIDE = 24, 1


def test_builds_that_are_killed_are_repaired() -> None:
    """A few of them; the script kills as often as it is asked."""
    assert sum(killed(6, seed=1).values()) == 6


def _largest(size: int) -> Callable[[], None]:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limited


def _without_override() -> None:
    """Make permissions hold for the superuser too; for anybody else they do, and the call is refused."""
    ctypes.CDLL(None).prctl(_DROP, _DAC_OVERRIDE, 0, 0, 0)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Killing:
    return prepared(tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture
def killing(undisturbed: Killing, tmp_path: Path) -> Killing:
    """Give a copy with the output of the first configuration."""
    return replace(undisturbed, folder=Path(shutil.copytree(undisturbed.folder, tmp_path / "copy")))


def _only_whole_files(killing: Killing) -> dict[str, bytes]:
    left = contents(killing.folder / "out")
    for name in left.keys() - {JOURNAL}:
        assert left[name] in [clean.get(name) for clean in killing.clean]
    return left


def _repaired(killing: Killing) -> None:
    assert finish(start(killing.folder, 1)) == (0, "")
    assert contents(killing.folder / "out") == killing.clean[1]


@pytest.mark.parametrize(("room", "effect"), [(0, "nothing was written"), (4_000, "the output is half new and half old")])
def test_a_disk_without_room_leaves_whole_files(killing: Killing, room: int, effect: str) -> None:
    """There is none for the journal, or none for a model's policies: each file is the old one or the new one."""
    ending, told = finish(start(killing.folder, 1, limited=_largest(room)))
    assert ending == 2
    assert "error[cannot-write]" in told
    assert f"effect: {effect}" in told
    assert (_only_whole_files(killing) == killing.clean[0]) == (room == 0)
    assert not list((killing.folder / "cache").rglob("*.tmp"))
    _repaired(killing)


@pytest.mark.parametrize("inside", [".", "models/llm"])
def test_a_folder_that_is_read_only_is_told_of_and_left(killing: Killing, inside: str) -> None:
    (killing.folder / "out" / inside).chmod(0o555)
    ending, told = finish(start(killing.folder, 1, limited=_without_override))
    (killing.folder / "out" / inside).chmod(0o755)
    assert ending == 2
    assert "error[cannot-write]" in told
    assert "permission denied" in told
    assert "effect: nothing was written" in told
    assert _only_whole_files(killing) == killing.clean[0]
    _repaired(killing)


def test_two_builds_at_once_leave_the_output_of_one_of_them(killing: Killing) -> None:
    for _ in range(2):
        both = [start(killing.folder, which, "--no-cache") for which in (0, 1)]
        assert [finish(one) for one in both] == [(0, ""), (0, "")]
        assert _only_whole_files(killing) in killing.clean
    _repaired(killing)
