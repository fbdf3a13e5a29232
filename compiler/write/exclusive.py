"""Hold the output folder while reading or writing it, so that two builds at once follow one another."""

from __future__ import annotations

# flock(2) exists on Linux and macOS, which are the systems this program runs on. The lock is on the folder itself:
# it leaves no file behind, and the system releases it however the holder ends.
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PAUSE: Final = 0.05


class BusyError(Exception):
    """Another process held the folder for the whole time we were ready to wait."""


@contextmanager
def held(out: Path, *, shared: bool, patience: float) -> Iterator[int]:
    """Give a descriptor of the folder, locked; `out` itself may be a symbolic link to a folder.

    Readers share, writers do not. `patience` is in seconds.

    Raises:
        BusyError: the folder stayed locked.
        OSError: there is no such folder, or it cannot be locked.
    """
    root = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(root, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, patience)
        yield root
    finally:
        os.close(root)


def _lock(root: int, mode: int, patience: float) -> None:
    # Attempts are counted instead of reading a clock: a clock that is set back must not make us wait for ever.
    for _ in range(int(patience / _PAUSE)):
        if _try(root, mode):
            return
        time.sleep(_PAUSE)
    if not _try(root, mode):
        raise BusyError


def _try(root: int, mode: int) -> bool:
    try:
        fcntl.flock(root, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
