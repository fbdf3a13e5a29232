"""Tells whether the output folder is, file by file, what one certain build left there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from compiler.write import paths
from compiler.write.exclusive import BusyError, held
from compiler.write.folder import digest, read
from compiler.write.lock import BadLockError, Lock, parse, render
from compiler.write.state import PATIENCE, FileState, digests, survey


def token(bundle: Mapping[str, str], *, input_digest: str, proved: str | None) -> str:
    """Give the digest (SHA-256, hexadecimal) of the lock that a build of the bundle leaves, which tells all of its files.

    Raises:
        ValueError: the bundle holds a path or a text that can never be written.
    """
    return digest(render(Lock(input_digest, digests(bundle), proved)).encode())


def untouched(out: Path, wanted: str, patience: float = PATIENCE) -> int | None:
    """Count the files of the folder if its lock is the one `wanted` and each file is what the lock says; None if not.

    Every byte is read: times and sizes can be the same for another content. `patience` is in seconds.
    """
    try:
        with held(out, shared=True, patience=patience) as root:
            content = read(root, paths.LOCK)
            if content is None or digest(content) != wanted:
                return None
            lock = parse(content)
            found = survey(root, lock.files)
    except (BadLockError, BusyError, OSError):
        return None
    clean = all(one.state is FileState.CLEAN for one in found.findings)
    return len(found.findings) if clean and not found.interrupted and not found.unsafe and not found.problems else None
