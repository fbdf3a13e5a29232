"""The files below a folder that are no configuration: values that were sealed, suites, and whatever else lies there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from compiler.source.folder import decoded, is_configuration
from compiler.source.limits import LIMITS, Limits


def beside(root: Path, limits: Limits = LIMITS) -> Mapping[str, str]:
    """Give the text of every other file by its path with forward slashes, sorted by path.

    Hidden files and folders are not read, links are not followed, and what cannot be read as UTF-8 text or is larger than a
    file of the configuration may be is left out: nothing here is needed but for what names it.
    """
    found: dict[str, str] = {}
    for relative in sorted(_paths(root)):
        with suppress(OSError, UnicodeDecodeError), (root / relative).open("rb") as stream:
            content = stream.read(limits.size + 1)
            if len(content) <= limits.size:
                found[relative.as_posix()] = decoded(content)
    return found


def _paths(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = here / name
            if not name.startswith(".") and not is_configuration(path) and (root / path).is_file():
                yield path
