"""Tells whether the very same command ran before on the very same bytes, and what it said: then it need not run again.

Nearly nothing is imported here, for that is most of what such a run takes. Whatever is not plain (a link, a file that cannot
be read, a folder that somebody writes to) has no answer here: the ordinary way says the same and takes longer.

What is remembered lies in the user's cache folder and not beside the output. What lies in a repository may come from anybody,
and a forged memory would let a forged output pass.
"""

from __future__ import annotations

import fcntl
import os
import sys
from _thread import allocate_lock, start_new_thread

from compiler.write.names import JOURNAL, TEMPORARY

try:
    # `hashlib` has it from there, and takes longer to import than this module takes to read a thousand files.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_SCHEMAS = os.path.join(os.path.dirname(_PACKAGE), "schemas", "manifests")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY
# O_NONBLOCK: opening a named pipe must not wait for its other end.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_AT_ONCE = 1 << 16


class Asked:
    """A command as it was given: the file that remembers what came of it, and which compiler is asked."""

    __slots__ = ("compiler", "file")

    def __init__(self, file: str, compiler: str) -> None:
        self.file = file
        self.compiler = compiler


def asked(words: Iterable[str]) -> Asked | None:
    """Understand a command, or give None where there is no place to remember anything."""
    folder = place()
    if folder is None:
        return None
    try:
        # What decides how a report looks: see `compiler.cli.report.colored`.
        terminal = str(sys.stdout is not None and sys.stdout.isatty())
        looks = terminal, os.environ.get("NO_COLOR", ""), str(os.environ.get("TERM") == "dumb")
        return Asked(os.path.join(folder, f"{_digest((os.getcwd(), *looks, *words))}.again"), _compiler())
    except (OSError, ValueError):
        return None


def place() -> str | None:
    """Give the folder for what is remembered, or None where the user has none."""
    # https://specifications.freedesktop.org/basedir-spec: a path that is not absolute is to be ignored.
    named, home = os.environ.get("XDG_CACHE_HOME", ""), os.environ.get("HOME", "")
    if os.path.isabs(named):
        return os.path.join(named, "maasc")
    return os.path.join(home, ".cache", "maasc") if os.path.isabs(home) else None


def answer(question: Asked) -> tuple[str, str] | None:
    """Give what the command says on standard error and on standard output, if all is as it was when it last said so.

    Every byte of configuration and output is read: times and sizes can be the same for another content.
    """
    try:
        with open(question.file, "rb") as stream:
            state, config, out, aside, report, *names = stream.read().decode("utf-8", "surrogateescape").split("\0")
        found = contents(config), _written(out, names)
    except (OSError, ValueError):
        return None
    return (aside, report) if state == _state(question, config, out, *found, aside, report) else None


def remembered(
    question: Asked, folders: tuple[str, str], was: str, texts: Mapping[str, str], said: tuple[str, str]
) -> bytes | None:
    """Give the content of the command's file after a run without errors, or None if nobody could read it.

    `folders` are those of configuration and output, `was` is what `contents` gave of the configuration that was compiled,
    `texts` is all of the output by path, and `said` the answer for when that is there already.
    """
    left = _folded({name: blake2b(text.encode()).digest() for name, text in texts.items()})
    fields = _state(question, *folders, was, left, *said), *folders, *said, *texts
    return None if any("\0" in field for field in fields) else "\0".join(fields).encode("utf-8", "surrogateescape")


def _state(question: Asked, config: str, out: str, *rest: str) -> str:
    # Where the folders are decides whether they are apart.
    return _digest((question.compiler, os.path.realpath(config), os.path.realpath(out), *rest))


def _digest(parts: Iterable[str]) -> str:
    whole = blake2b(digest_size=32)
    for part in parts:
        content = part.encode("utf-8", "surrogateescape")
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def contents(config: str) -> str:
    """Give the digest of every file of a configuration that is not hidden, and of all that lies beside them.

    Raises:
        OSError: something cannot be read, or is neither a file nor a folder.
    """
    root = os.open(config, _FOLDER)
    try:
        return _folded(_read(root, list(_files(root, plain=True))))
    finally:
        os.close(root)


def _written(out: str, names: list[str]) -> str:
    """Give the digest of some files below a folder that no build writes to, nor has left half-written.

    Raises:
        OSError: it is not so, or a file is not there or cannot be read.
    """
    root = os.open(out, _FOLDER)
    try:
        fcntl.flock(root, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if not set(_files(root, plain=False)).issuperset(names):
            raise OSError("the folder is not as it was left")
        return _folded(_read(root, names))
    finally:
        os.close(root)


def _files(root: int, *, plain: bool) -> Iterator[str]:
    """Give the path of every file below an open folder.

    Where it is to be `plain`, hidden ones are left out, and a link or a device is refused; where not, whatever has a name that
    a build needs while it writes.
    """
    folders = ["."]
    while folders:
        folder = folders.pop()
        here = os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=root)
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    if plain and entry.name.startswith("."):
                        continue
                    if not plain and entry.name in (JOURNAL, TEMPORARY):
                        raise OSError("a build writes to the folder, or did not end")
                    path = entry.name if folder == "." else f"{folder}/{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(path)
                    elif entry.is_file(follow_symlinks=False):
                        yield path
                    elif plain:
                        raise OSError("neither a file nor a folder")
        finally:
            os.close(here)


def _read(root: int, names: list[str]) -> dict[str, bytes]:
    """Give the digest of each file, half of them read beside the others: reading and digesting leave Python to itself."""
    found: dict[str, bytes] = {}

    def read(some: list[str]) -> None:
        buffer = bytearray(_AT_ONCE)
        view = memoryview(buffer)
        for name in some:
            digest = blake2b()
            file = os.open(name, _FILE, dir_fd=root)
            try:
                while count := os.readv(file, (buffer,)):
                    digest.update(view[:count])
            finally:
                os.close(file)
            found[name] = digest.digest()

    def beside() -> None:
        try:
            read(names[1::2])
        except OSError:
            return
        finally:
            done.release()

    done = allocate_lock()
    done.acquire()
    try:
        start_new_thread(beside, ())
    except RuntimeError:
        beside()
    try:
        read(names[::2])
    finally:
        done.acquire()
    if len(found) != len(names):
        raise OSError("a file cannot be read")
    return found


def _folded(digests: Mapping[str, bytes]) -> str:
    whole = blake2b(digest_size=32)
    for name in sorted(digests):
        whole.update(name.encode("utf-8", "surrogateescape") + b"\0" + digests[name])
    return whole.hexdigest()


def _compiler() -> str:
    """Tell this compiler from any other: its files, Python, where modules come from, and what is installed in which version.

    Times and sizes are enough of its files. Python itself takes what it compiled of a source by no more.
    """
    found = []
    folders = [_PACKAGE, _SCHEMAS]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if not entry.is_dir():
                    status = entry.stat()
                    found.append(f"{entry.path} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}")
                elif entry.name != "__pycache__":
                    folders.append(entry.path)
    found.sort()
    # The first place of a module is the one that counts.
    for path in sys.path:
        found.append(path)
        if os.path.isdir(path):
            with os.scandir(path) as entries:
                found += sorted(entry.name for entry in entries if entry.name.endswith(".dist-info"))
    return _digest((sys.version, "\0".join(found)))
