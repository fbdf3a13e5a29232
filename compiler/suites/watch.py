"""Notices that files have changed, by their size and time of change."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_ENDINGS = (".yaml", ".yml")

Snapshot = tuple[tuple[str, int, int], ...]


def snapshot(paths: Iterable[Path]) -> Snapshot:
    """Give every suite and configuration file at or below the paths, with its size and its time of change."""
    found: dict[str, tuple[str, int, int]] = {}
    for path in paths:
        files = [path] if path.is_file() else [one for one in path.rglob("*") if one.suffix.lower() in _ENDINGS]
        for file in files:
            try:
                # A link to nothing is there as well: a run tells of it.
                state = file.stat() if file.exists() else file.lstat()
            except OSError:
                continue
            found[file.as_posix()] = (file.as_posix(), state.st_size, state.st_mtime_ns)
    return tuple(found[name] for name in sorted(found))
