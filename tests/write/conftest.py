"""What the tests of the output folder share: looking at all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Snapshot = Callable[[Path], dict[str, str]]


def _snapshot(out: Path) -> dict[str, str]:
    """Give everything below a folder but the lock: text of files, `->` and target of links, nothing for empty folders but `/`."""
    found: dict[str, str] = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_dir():
            if not any(path.iterdir()):
                found[f"{name}/"] = ""
        elif name != "maasc.lock":
            found[name] = path.read_text()
    return found


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    """Give the function that looks at a whole folder."""
    return _snapshot
