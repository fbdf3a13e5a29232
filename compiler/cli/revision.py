"""Read a configuration from where the user names it: a folder, a revision of git, or a folder of a revision."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from msgspec import Struct

_PLAIN_FILES: Final = ("100644", "100755")

# Nothing here takes longer but by waiting for a disk or a lock that does not come. Seconds.
_PATIENCE: Final = 120


class RevisionError(Exception):
    """What is named cannot be read; `advice` says what could be."""

    def __init__(self, headline: str, advice: str) -> None:
        super().__init__(headline)
        self.advice = advice


class Named(Struct, frozen=True):
    """A configuration that can be read: `folder` holds its files, which are called `revision` + `path` + their name."""

    folder: Path
    revision: str
    path: str


@contextmanager
def opened(name: str, config: Path) -> Iterator[Named]:
    """Give the configuration of a folder, or of `revision` or `revision:path`; without a path it is that of `config`.

    Raises:
        RevisionError: it is neither, or there is nothing to read.
    """
    if Path(name).is_dir():
        yield Named(Path(name), "", _below(PurePosixPath(Path(name).as_posix())))
        return
    revision, colon, path = name.partition(":")
    here = path if colon else f"./{Path(os.path.relpath(config)).as_posix()}"
    with TemporaryDirectory(prefix="maasc-") as folder:
        _written(revision, here, Path(folder))
        yield Named(Path(folder), f"{revision}:", _below(PurePosixPath(path if colon else config.as_posix())))


def _below(path: PurePosixPath) -> str:
    return "" if path.as_posix() in (".", "") else f"{path.as_posix()}/"


def _written(revision: str, path: str, folder: Path) -> None:
    """Write the files of a revision below a folder; not by `git archive`, which attributes can make leave files out."""
    if _git("rev-parse", "--git-dir") is None:
        advice = "name a folder, or run it in a repository"
        raise RevisionError(f"`{revision}` is no folder, and this is no git repository", advice)
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        advice = "name a folder, a branch, a tag or a commit; in CI fetch the branch first (`fetch-depth: 0`)"
        raise RevisionError(f"`{revision}` is neither a folder nor a revision of this repository", advice)
    tree = f"{commit.decode().strip()}:{path.removesuffix('/')}"
    if (_git("cat-file", "-t", tree) or b"").strip() != b"tree":
        shown = path.removeprefix("./")
        raise RevisionError(f"`{revision}` has no folder `{shown}`", f"`{revision}:path` names another one")
    listed = (_git("ls-tree", "-r", "-z", "--full-tree", tree) or b"").split(b"\0")
    files: list[tuple[str, PurePosixPath]] = []
    for line in filter(None, listed):
        about, _, name = line.partition(b"\t")
        mode, _, blob = about.decode().split(" ")
        file = PurePosixPath(name.decode("utf-8", "surrogateescape"))
        if mode not in _PLAIN_FILES:
            advice = "links and submodules are not followed; name another folder with `revision:path`"
            raise RevisionError(f"`{file}` in `{revision}` is no plain file", advice)
        files.append((blob, file))
    for (_, file), content in zip(files, _contents([blob for blob, _ in files]), strict=True):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(content)


def _contents(blobs: list[str]) -> Iterator[bytes]:
    found = _git("cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode()) or b""
    at = 0
    for _ in blobs:
        end = found.index(b"\n", at)
        size = int(found[at:end].rpartition(b" ")[2])
        yield found[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _git(*words: str, given: bytes = b"") -> bytes | None:
    """Give what git prints, or None when it fails."""
    try:
        done = subprocess.run(["git", *words], input=given, capture_output=True, check=False, timeout=_PATIENCE)  # noqa: S603, S607 - the user's own git, on words that are never options
    except FileNotFoundError as error:
        raise RevisionError("git is not installed here", "name folders instead of revisions") from error
    except subprocess.TimeoutExpired as error:
        raise RevisionError("git does not answer", "name folders instead of revisions") from error
    return done.stdout if done.returncode == 0 else None
