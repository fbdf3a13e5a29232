"""Tells on standard error how far a long run is; a short one says nothing."""

from __future__ import annotations

import time
from typing import Final

import click

# Seconds before the first word; each next one comes after half as long again, so that a log stays short.
_AFTER: Final = 1.0
_SLOWER: Final = 1.5


class Progress:
    """Counts up for somebody who waits."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._last = time.monotonic()
        self._pause = _AFTER

    def tell(self, what: str, count: int, total: int) -> None:
        """Say how many of how many are done, if it is time."""
        self._say(f"{count} of {total} {what}")

    def so_far(self, what: str, count: int) -> None:
        """Say how many are done where nobody knows of how many, if it is time."""
        self._say(f"{count} {what}")

    def _say(self, text: str) -> None:
        if not self._quiet and time.monotonic() - self._last >= self._pause:
            self._last = time.monotonic()
            self._pause *= _SLOWER
            click.echo(text, err=True)

    def done(self) -> None:
        """Say nothing more."""
        self._quiet = True
