"""Does two halves of a long work at once, on two cores, with the same outcome as one after the other."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


def in_two(count: int, work: Callable[[int], T], fine: Callable[[T], bool] = lambda _: True) -> tuple[T, ...]:
    """Do the works from 0 to `count`, every second one in a process of its own, and give what came of each in order.

    What that process does not bring, for whatever reason, and what is not `fine`, is done once more in this one. A work
    must not depend on another one, nor change anything that outlives it.
    """
    if count <= 1:
        return tuple(map(work, range(count)))

    def other() -> dict[int, T]:
        found = {index: work(index) for index in range(1, count, 2)}
        return {index: came for index, came in found.items() if fine(came)}

    begun = Begun(other)
    found = {index: work(index) for index in range(0, count, 2)}
    found |= begun.come() or {}
    return tuple(found[index] if index in found else work(index) for index in range(count))


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Begin a work in a process of its own, and give a function that waits for what comes of it.

    What that process does not bring, for whatever reason, is done in this one then. The function is called once.
    """
    begun = Begun(lambda: (work(),))

    def coming() -> T:
        found = begun.come()
        return found[0] if found else work()

    return coming


class Begun(Generic[T]):
    """A work that another process does, to be waited for once, or stopped."""

    def __init__(self, work: Callable[[], T]) -> None:
        reader, writer = os.pipe()
        self._stream = os.fdopen(reader, "rb")
        self._child = _forked()
        if self._child == 0:
            # As long as somebody could read, whoever writes waits: for ever, were it the writer itself.
            self._stream.close()
            _answer(writer, work)
        os.close(writer)

    def come(self) -> T | None:
        """Wait for what comes of it; nothing if anything went wrong there."""
        found: T | None = None
        with self._stream, suppress(EOFError, pickle.UnpicklingError):
            found = pickle.load(self._stream)  # noqa: S301 - it comes from ourselves
        self._end()
        return found

    def stop(self) -> None:
        """End it, if it has not ended: it must not outlive the run that began it."""
        self._stream.close()
        if self._child is not None:
            os.kill(self._child, signal.SIGKILL)
            self._end()

    def _end(self) -> None:
        if self._child is not None:
            os.waitpid(self._child, 0)
            self._child = None


def _forked() -> int | None:
    with suppress(OSError):
        return os.fork()
    return None


def _answer(writer: int, work: Callable[[], T]) -> None:
    """Do a work, and end the process whatever happens: nothing that the first one began may go on twice."""
    try:
        found = work()
        # Piece by piece: written out as a whole it would need as much memory again.
        with os.fdopen(writer, "wb") as stream:
            pickle.dump(found, stream, pickle.HIGHEST_PROTOCOL)
    finally:
        os._exit(0)
