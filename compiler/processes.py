"""Does two halves of a long work at once, on two cores, with the same outcome as one after the other."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

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

    come = _begun(other)
    found = {index: work(index) for index in range(0, count, 2)}
    found |= come() or {}
    return tuple(found[index] if index in found else work(index) for index in range(count))


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Begin a work in a process of its own, and give a function that waits for what comes of it.

    What that process does not bring, for whatever reason, is done in this one then. The function is called once.
    """
    come = _begun(lambda: (work(),))

    def coming() -> T:
        found = come()
        return found[0] if found else work()

    return coming


def _begun(work: Callable[[], T]) -> Callable[[], T | None]:
    """Begin a work in another process; what is given waits for it, and brings nothing if anything went wrong there."""
    reader, writer = os.pipe()
    child = _forked()
    if child == 0:
        _answer(writer, work)
    os.close(writer)

    def come() -> T | None:
        found: T | None = None
        with os.fdopen(reader, "rb") as stream, suppress(EOFError, pickle.UnpicklingError):
            found = pickle.load(stream)  # noqa: S301 - it comes from ourselves
        if child is not None:
            os.waitpid(child, 0)
        return found

    return come


def _forked() -> int | None:
    with suppress(OSError):
        return os.fork()
    return None


def _answer(writer: int, work: Callable[[], T]) -> None:
    """Do a work, and end the process whatever happens: nothing that the first one began may go on twice."""
    try:
        # All of it before the first byte: a pipe holds little, and whoever is to read it may be busy for long.
        found = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(writer, "wb") as stream:
            stream.write(found)
    finally:
        os._exit(0)
