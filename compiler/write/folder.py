"""Look at, write and remove files below an open folder without ever following a symbolic link."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from typing import Final

from msgspec import Struct

from compiler.write import paths
from compiler.write.names import TEMPORARY

# Everything goes through descriptors of folders: a check on a path would be out of date when the path is used.
_FOLDER_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
# O_NONBLOCK: opening a named pipe must not wait for its other end.
_READ_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_CREATE_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW

# What systems answer to O_NOFOLLOW on a symbolic link, and to opening a socket.
_IS_LINK: Final = frozenset({errno.ELOOP, errno.EMLINK})
_IS_SOCKET: Final = frozenset({errno.ENXIO, errno.EOPNOTSUPP})

# What `rmdir` says of a folder that is in use, or of something else that stands there now.
_KEPT: Final = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.EBUSY, errno.ELOOP})


class Kind(Enum):
    """What stands at a path."""

    ABSENT = "nothing"
    FILE = "a file"
    LINK = "a symbolic link"
    FOLDER = "a folder"
    OTHER = "something that is neither a file nor a folder"
    BELOW_LINK = "a folder that is a symbolic link"
    BELOW_FILE = "a file where a folder is needed"


class Seen(Struct, frozen=True):
    """What stands at a path; `digest` is that of a file's bytes or of a link's target, else empty."""

    kind: Kind
    digest: str = ""


class UnreachableError(OSError):
    """A folder that is not there, or that only a symbolic link or a file stands for."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(errno.ENOENT if kind is Kind.ABSENT else errno.ENOTDIR, kind.value)
        self.kind = kind


def digest(data: bytes) -> str:
    """Give the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@contextmanager
def entered(root: int, folder: str, *, create: bool = False) -> Iterator[int]:
    """Open a folder below `root`, step by step, making the missing ones if asked to.

    Raises:
        UnreachableError: a step is missing, a symbolic link or a file.
        OSError: the system refuses.
    """
    here = os.open(".", _FOLDER_FLAGS, dir_fd=root)
    try:
        for part in folder.split("/") if folder else ():
            below = _step(here, part, create=create)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def _step(here: int, part: str, *, create: bool) -> int:
    if create:
        with suppress(FileExistsError):
            os.mkdir(part, dir_fd=here)
    try:
        return os.open(part, _FOLDER_FLAGS, dir_fd=here)
    except FileNotFoundError:
        raise UnreachableError(Kind.ABSENT) from None
    except OSError as error:
        if error.errno != errno.ENOTDIR and error.errno not in _IS_LINK:
            raise
    # Systems disagree on the error for a link; the link itself tells.
    status = os.stat(part, dir_fd=here, follow_symlinks=False)
    raise UnreachableError(Kind.BELOW_LINK if stat.S_ISLNK(status.st_mode) else Kind.BELOW_FILE)


def look(folder: int, name: str) -> Seen:
    """Tell what stands at a name in an open folder.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        file = os.open(name, _READ_FLAGS, dir_fd=folder)
    except FileNotFoundError:
        return Seen(Kind.ABSENT)
    except OSError as error:
        if error.errno in _IS_SOCKET:
            return Seen(Kind.OTHER)
        if error.errno not in _IS_LINK:
            raise
        return Seen(Kind.LINK, digest(b"link\0" + os.fsencode(os.readlink(name, dir_fd=folder))))
    mode, data = _taken(file)
    if stat.S_ISREG(mode):
        return Seen(Kind.FILE, digest(data))
    return Seen(Kind.FOLDER if stat.S_ISDIR(mode) else Kind.OTHER)


def read(folder: int, name: str) -> bytes | None:
    """Give the bytes of a file in an open folder, or None if nothing stands there.

    Raises:
        OSError: the file cannot be read, or it is a symbolic link or no file.
    """
    try:
        file = os.open(name, _READ_FLAGS, dir_fd=folder)
    except FileNotFoundError:
        return None
    mode, data = _taken(file)
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a regular file")
    return data


def _taken(file: int) -> tuple[int, bytes]:
    """Give the mode of an open file, its bytes if it is a regular one, and close it."""
    try:
        mode = os.fstat(file).st_mode
        if not stat.S_ISREG(mode):
            return mode, b""
        with os.fdopen(file, "rb", closefd=False) as opened:
            return mode, opened.read()
    finally:
        os.close(file)


def put(folder: int, name: str, data: bytes, *, durable: bool = False) -> None:
    """Make a file hold exactly these bytes, all at once: readers see the old file or the new one.

    A symbolic link at the name is replaced, not followed. `durable` waits until the disk has it.

    Raises:
        OSError: the system refuses; the old file still stands.
    """
    try:
        file = os.open(TEMPORARY, _CREATE_FLAGS, 0o666, dir_fd=folder)
    except FileExistsError:
        os.unlink(TEMPORARY, dir_fd=folder)
        file = os.open(TEMPORARY, _CREATE_FLAGS, 0o666, dir_fd=folder)
    try:
        try:
            _write_all(file, data)
            if durable:
                os.fsync(file)
        finally:
            os.close(file)
        os.replace(TEMPORARY, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        # A full disk gets its space back; if this fails too, the next run sweeps.
        with suppress(OSError):
            os.unlink(TEMPORARY, dir_fd=folder)
        raise
    if durable:
        _settle(folder)


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _settle(folder: int) -> None:
    """Ask the disk to keep the names of a folder; some network file systems cannot and say EINVAL."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


def discard(folder: int, name: str) -> None:
    """Remove a file or a link, if it is there.

    Raises:
        OSError: the system refuses, or a folder stands there.
    """
    # Looking first: a read-only disk refuses to remove even what is not there.
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    os.unlink(name, dir_fd=folder)


def discard_folder(root: int, folder: str) -> None:
    """Remove a folder below `root` if it is there and empty.

    Raises:
        OSError: the system refuses for another reason than that the folder is in use.
    """
    try:
        with entered(root, paths.folder_of(folder)) as above:
            os.rmdir(paths.name_of(folder), dir_fd=above)
    except UnreachableError:
        return
    except OSError as error:
        if error.errno not in _KEPT:
            raise


def all_below(folder: int, prefix: str) -> Iterator[str]:
    """Give the path of everything below an open folder, folders with a slash at the end, but half-written files of ours.

    Raises:
        OSError: a folder cannot be read.
    """
    with os.scandir(folder) as entries:
        found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    for name, is_folder in found:
        if name == TEMPORARY:
            continue
        yield f"{prefix}{name}/" if is_folder else f"{prefix}{name}"
        if is_folder:
            with entered(folder, name) as below:
                yield from all_below(below, f"{prefix}{name}/")
