"""Which relative paths may stand in the output folder, and what they have to do with each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from compiler.write.names import JOURNAL, LOCK

_OWN_NAME: Final = re.compile(r"\.maasc-.*\.tmp")
# A backslash is a separator on other systems; the rest cannot be shown to a reader.
_UNUSABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\\\\\ud800-\udfff]")


def fault(path: str) -> str | None:
    """Say why a path must not be written, or give None: it is relative, normalised, and stays in the folder."""
    if path in (LOCK, JOURNAL):
        return f"`{path}` is a name of maasc itself"
    if path.startswith("/"):
        return f"`{path}` is absolute"
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return f"`{path}` is not normalised"
        if _UNUSABLE.search(part):
            return f"`{ascii(path)[1:-1]}` holds a character that file names must not hold"
        if _OWN_NAME.fullmatch(part):
            return f"`{path}` is a name of maasc itself"
    return None


def require(paths: Iterable[str]) -> None:
    """Refuse a set of paths that cannot be written side by side on every disk.

    Raises:
        ValueError: a path has a fault, is also a folder of another, or differs from another in case alone.
    """
    seen: dict[str, str] = {}
    for path in sorted(paths):
        reason = fault(path)
        if reason is not None:
            raise ValueError(reason)
        # Some disks fold case: one file would replace the other, and which one depends on the machine.
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            message = f"`{other}` and `{path}` are one file where case does not count"
            raise ValueError(message)
    for folded, path in seen.items():
        for folder in folders_above(folded):
            if folder in seen:
                message = f"`{seen[folder]}` is a file and the folder of `{path}`"
                raise ValueError(message)


def folder_of(path: str) -> str:
    """Give the folder a path stands in; the output folder itself is the empty string."""
    return path.rpartition("/")[0]


def name_of(path: str) -> str:
    """Give the last part of a path."""
    return path.rpartition("/")[2]


def folders_above(path: str) -> Iterator[str]:
    """Give every folder a path stands in, the nearest first, without the output folder itself."""
    folder = folder_of(path)
    while folder:
        yield folder
        folder = folder_of(folder)


def by_folder(paths: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give each folder with the names of the paths directly in it, in a fixed order."""
    pairs = sorted((folder_of(path), name_of(path)) for path in paths)
    for folder, group in groupby(pairs, key=lambda pair: pair[0]):
        yield folder, tuple(name for _, name in group)


def joined(folder: str, name: str) -> str:
    """Give the path of a name in a folder."""
    return f"{folder}/{name}" if folder else name
