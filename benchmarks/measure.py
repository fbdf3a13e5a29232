"""Run commands in turn and compare what they take: whole processes, medians, and ratios of medians."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final


def _nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Command:
    """What is measured, and what is done before each run without being measured."""

    words: Sequence[str]
    folder: Path
    before: Callable[[], object] = _nothing
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Taken:
    """What a run took: seconds on the clock and of processors, and the most memory of one process in MiB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Compared:
    """Runs of two commands in turn."""

    ours: tuple[Taken, ...]
    theirs: tuple[Taken, ...]

    @property
    def wall(self) -> float:
        """Give how often the other's time on the clock ours is."""
        return median(one.wall for one in self.ours) / median(one.wall for one in self.theirs)

    @property
    def cpu(self) -> float:
        """Give the same of processor time."""
        return median(one.cpu for one in self.ours) / max(median(one.cpu for one in self.theirs), _TICK)


# Processor time is counted in steps about as long.
_TICK: Final = 0.001


def run(command: Command, *, fine: Sequence[int] = (0,)) -> Taken:
    """Run a command once.

    Raises:
        RuntimeError: it fails.
    """
    command.before()
    began = time.perf_counter()
    environment = {**os.environ, **(command.environment or {})}
    # Whoever installs a program has its modules compiled once, and not on every run.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(  # noqa: S603 - the commands are ours
        command.words, cwd=command.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in fine:
        raise RuntimeError(f"{' '.join(command.words)} ends with {process.returncode}")
    return Taken(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def compare(ours: Sequence[Command], theirs: Command, pairs: int) -> tuple[Compared, ...]:
    """Run commands of ours in turn with one that each is compared with, after one run of each that does not count."""
    rounds = [[run(command) for command in (*ours, theirs)] for _ in range(pairs + 1)][1:]
    other = tuple(taken[-1] for taken in rounds)
    return tuple(Compared(tuple(taken[index] for taken in rounds), other) for index in range(len(ours)))


def several(command: Command, runs: int) -> tuple[Taken, ...]:
    """Run one command several times."""
    return tuple(run(command) for _ in range(runs))


def middle(runs: Sequence[Taken]) -> Taken:
    """Give the medians of several runs."""
    return Taken(median(one.wall for one in runs), median(one.cpu for one in runs), median(one.memory for one in runs))
