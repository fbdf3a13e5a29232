"""Follow the processes that are begun here, whatever others there are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch


@contextmanager
def forked() -> Iterator[list[int]]:
    """Give a list to which each process is added that is begun meanwhile."""
    found: list[int] = []
    real = os.fork

    def noted() -> int:
        child = real()
        found.append(child)
        return child

    with patch.object(os, "fork", noted):
        yield found


def has_ended(child: int) -> bool:
    """Tell whether a process has ended, and somebody has waited for it."""
    try:
        os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        return True
    return False
