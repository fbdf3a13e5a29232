"""Makes the standard streams of a run fit to be written to, also where one of them was closed before it began."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_LAST: Final = 2


class _Refusing(io.RawIOBase):
    """Takes nothing: what was to be said to somebody must not end as if it had been said."""

    def writable(self) -> bool:
        """Let it be tried."""
        return True

    def write(self, said: ReadableBuffer) -> int:
        """Refuse what is to be said, if it is anything."""
        if memoryview(said).nbytes:
            raise OSError(errno.EBADF, "standard output is closed")
        return 0


class _Forgetting(io.RawIOBase):
    """Takes everything: who closes standard error wants to be told nothing aside."""

    def writable(self) -> bool:
        """Let it be written to."""
        return True

    def write(self, said: ReadableBuffer) -> int:
        """Forget what is said."""
        return memoryview(said).nbytes


def made_fit() -> None:
    """Give what is closed a stand-in, and all the same bytes wherever they are written; a terminal gets what it can show."""
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        _fill()
    # Without a stand-in click drops a report without a word, and says on standard output what it cannot say aside.
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(_Refusing(), encoding="utf-8", write_through=True)
    if sys.stderr is None:
        sys.stderr = io.TextIOWrapper(_Forgetting(), encoding="utf-8", write_through=True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _fill() -> None:
    """Let no file that is opened later have the number of a stream: what a library says there would end up in the file."""
    with suppress(OSError):
        while (number := os.open(os.devnull, os.O_RDWR)) <= _LAST:
            pass
        os.close(number)
