"""Lists the files below a folder by their endings, and tells what of it cannot be listed instead of passing it over."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from compiler.diagnostics.model import Diagnostic
from compiler.source.folder import no_file, not_followed, not_listed


def below(root: Path, endings: Collection[str]) -> tuple[tuple[Path, ...], tuple[Diagnostic, ...]]:
    """Give the files with one of the endings, sorted by path, and what is wrong with the rest of the folder."""
    found: list[Path] = []
    wrong: list[Diagnostic] = []

    def refuse(problem: OSError) -> None:
        wrong.append(not_listed(problem, Path(problem.filename).as_posix()))

    for name, folders, names in os.walk(root, onerror=refuse):
        here = Path(name)
        wrong += [not_followed((here / one).as_posix()) for one in folders if (here / one).is_symlink()]
        for path in (here / one for one in names if Path(one).suffix.lower() in endings):
            if path.is_file():
                found.append(path)
            else:
                wrong.append(no_file(path.as_posix()))
    return tuple(sorted(found)), tuple(sorted(wrong, key=lambda one: one.place.file if one.place else ""))
