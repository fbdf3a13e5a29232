"""Loads a folder in two processes: what one reads while the other has something else to do, and the rest together."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from compiler.diagnostics.model import Diagnostic
from compiler.processes import Begun
from compiler.source.folder import Content, entries
from compiler.source.limits import LIMITS, Limits
from compiler.source.load import Loaded, Part, joined, part, unlisted

# Bytes that one process reads while the other one imports the compiler.
_MEANWHILE: Final = 500_000
# Bytes that are read sooner than another process is there.
_LITTLE: Final = 100_000


class Loading:
    """A folder whose files are there, byte by byte, and of which another process reads the later ones already."""

    def __init__(self, root: Path, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._findings: list[Diagnostic] = []
        self._refused: OSError | None = None
        self._ours: list[tuple[str, Content]] = []
        self._theirs: list[tuple[str, Content]] = []
        try:
            self._ours = list(entries(root, self._findings, limits))
        except OSError as problem:
            self._refused = problem
        self._begun = self._begin()

    def _begin(self) -> Begun[Part] | None:
        left = sum(map(_size, self._ours))
        if left <= _LITTLE:
            return None
        theirs = min(left, (left + _MEANWHILE) // 2)
        while self._ours and theirs > 0:
            self._theirs.append(self._ours.pop())
            theirs -= _size(self._theirs[-1])
        self._theirs.reverse()
        return Begun(lambda: part(self._theirs, self._limits))

    def loaded(self) -> Loaded:
        """Read the rest, and give all of it, as `load_folder` does; this is asked once."""
        if self._refused is not None:
            return unlisted(self._refused)
        parts = [part(self._ours, self._limits)]
        if self._begun is not None:
            parts.append(self._begun.come() or part(self._theirs, self._limits))
        # Whoever holds this does not want to hold all files as well.
        self._ours, self._theirs = [], []
        return joined(parts, self._findings)


def _size(entry: tuple[str, Content]) -> int:
    _, content = entry
    return len(content) if isinstance(content, bytes) else 0
