"""Which files below a folder are configuration, and what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from compiler.diagnostics.model import Diagnostic
from compiler.source.errors import error
from compiler.source.limits import LIMITS, Limits

_ENDINGS: Final = (".yaml", ".yml")
# The suites of `maasc test` live there; they are not configuration.
_SUITES: Final = "tests"
_BYTE_ORDER_MARK: Final = "\ufeff"

# The bytes of a file, or why nobody knows them.
Content = bytes | Diagnostic


def files(root: Path, findings: list[Diagnostic], limits: Limits = LIMITS) -> Iterator[tuple[str, bytes]]:
    """Give the path, with forward slashes, and the bytes of every file as `entries` does.

    What cannot be read is left out and told in `findings`.

    Raises:
        OSError: the root cannot be listed.
    """
    return _readable(entries(root, findings, limits), findings)


def entries(root: Path, findings: list[Diagnostic], limits: Limits = LIMITS) -> Iterator[tuple[str, Content]]:
    """Give the path, with forward slashes, and the content of every `.yaml` and `.yml` file below a folder, sorted by path.

    Hidden files and folders are not read, nor is the folder `tests` directly below the root. Folders that cannot be read are
    told in `findings`.

    Raises:
        OSError: the root cannot be listed.
    """
    return _contents(root, sorted(_paths(root, findings)), limits)


def _readable(found: Iterator[tuple[str, Content]], findings: list[Diagnostic]) -> Iterator[tuple[str, bytes]]:
    for name, content in found:
        if isinstance(content, Diagnostic):
            findings.append(content)
        else:
            yield name, content


def _contents(root: Path, paths: list[Path], limits: Limits) -> Iterator[tuple[str, Content]]:
    for relative in paths:
        name = relative.as_posix().encode("utf-8", "replace").decode("utf-8")
        yield name, content_of(root / relative, name, limits)


def _paths(root: Path, findings: list[Diagnostic]) -> Iterator[Path]:

    def refuse(problem: OSError) -> None:
        if Path(problem.filename) == root:
            raise problem
        name = Path(problem.filename).relative_to(root).as_posix()
        findings.append(not_listed(problem, name))

    for folder, folders, names in os.walk(root, onerror=refuse):
        here = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if not name.startswith(".") and (here / name) != Path(_SUITES)]
        findings.extend(not_followed((here / name).as_posix()) for name in folders if (root / here / name).is_symlink())
        yield from (here / name for name in names if name.lower().endswith(_ENDINGS) and not name.startswith("."))


def is_configuration(relative: Path) -> bool:
    """Tell whether a file that is not hidden, by its path below the root, is one of the configuration."""
    return relative.name.lower().endswith(_ENDINGS) and relative.parts[0] != _SUITES


def content_of(path: Path, name: str, limits: Limits) -> Content:
    """Give the bytes of a file, or why nobody knows them."""
    try:
        if not path.is_file():
            return no_file(name)
        with path.open("rb") as stream:
            content = stream.read(limits.size + 1)
    except OSError as problem:
        return not_read(problem, name)
    return content if len(content) <= limits.size else too_large(name, limits)


def not_read(problem: OSError, name: str) -> Diagnostic:
    """Say that nobody knows what is in a file."""
    return error("unreadable-file", f"the file cannot be read: {reason(problem)}", name)


def not_listed(problem: OSError, folder: str) -> Diagnostic:
    """Say that nobody knows what is in a folder."""
    return error("unreadable-file", f"the folder cannot be read: {reason(problem)}", folder)


def not_followed(folder: str) -> Diagnostic:
    """Say that a folder is somewhere else."""
    return error("unreadable-file", "the folder is a symbolic link, and those are not followed", folder)


def no_file(name: str) -> Diagnostic:
    """Say that there is nothing to read."""
    return error("unreadable-file", "it is no file, or a link to nothing", name)


def reason(problem: OSError) -> str:
    """Give the reason in the system's words."""
    return (problem.strerror or "the system refused").lower()


def too_large(file: str, limits: Limits) -> Diagnostic:
    """Say that a file is larger than anything a person writes."""
    megabytes = limits.size / (1024 * 1024)
    return error(
        "file-too-large", f"the file is larger than {megabytes:g} MiB", file, advice="split it: sections merge over files"
    )


def decoded(content: bytes) -> str:
    """Decode UTF-8 without its byte order mark, so that columns count what the eye sees.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    return content.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
