"""What the last build of a folder was made from, and what it said: the same again need not be compiled again.

The memory lies in the user's cache folder and not beside the output. What lies in a repository may come from anybody, and
a forged memory would let a forged output pass.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import compiler
from compiler.diagnostics.model import Diagnostic
from compiler.source.beside import beside
from compiler.source.folder import files

_PACKAGE: Final = Path(compiler.__file__).parent
_SCHEMAS: Final = _PACKAGE.parent / "schemas" / "manifests"
_KEYS: Final = {"input", "lock", "report"}


@dataclass(frozen=True)
class Remembered:
    """What came of a build without errors: the token of its output, and its report."""

    lock: str
    report: str


@dataclass(frozen=True)
class Memory:
    """The memory of one output folder; `input` is the digest of all that decides what a build of it does.

    `compiler` is the digest of the compiler alone.
    """

    file: Path
    input: str
    compiler: str

    def recall(self) -> Remembered | None:
        """Give what came of the last build, if it had the same input."""
        try:
            found = json.loads(self.file.read_bytes())
        except (OSError, ValueError):
            return None
        whole = isinstance(found, dict) and found.keys() == _KEYS and all(isinstance(value, str) for value in found.values())
        return Remembered(found["lock"], found["report"]) if whole and found["input"] == self.input else None

    def keep(self, came: Remembered) -> None:
        """Remember what came of a build; where that cannot be done the next one compiles again."""
        _write(self.file, {"input": self.input, "lock": came.lock, "report": came.report})

    @property
    def _proofs(self) -> Path:
        return self.file.with_suffix(".proofs.json")

    def proofs(self) -> frozenset[str]:
        """Give the tokens of what the last build proved."""
        try:
            found = json.loads(self._proofs.read_bytes())
        except (OSError, ValueError):
            return frozenset()
        return frozenset(token for token in found if isinstance(token, str)) if isinstance(found, list) else frozenset()

    def keep_proofs(self, tokens: Iterable[str]) -> None:
        """Remember what a build proved, and nothing of the builds before."""
        _write(self._proofs, sorted(tokens))

    @property
    def _made(self) -> Path:
        return self.file.with_suffix(".made.json")

    def made(self) -> Mapping[str, object]:
        """Give what the last build remembered of the files that it made, by path."""
        try:
            found = json.loads(self._made.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def keep_made(self, made: Mapping[str, object]) -> None:
        """Remember what a build made, and nothing of the builds before."""
        _write(self._made, made)


def _write(file: Path, content: object) -> None:
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            temporary.write_text(json.dumps(content), encoding="utf-8")
            temporary.replace(file)
        except OSError:
            temporary.unlink(missing_ok=True)


def memory(out: Path, folders: Iterable[Path], asked: Iterable[object]) -> Memory | None:
    """Give the memory of an output folder for a build from some folders, `asked` for with some options.

    None where the user has no place for it, or where a folder cannot be read as a whole.
    """
    place = _place()
    if place is None:
        return None
    try:
        compiler_digest = _digest(_compiler())
        whole = _digest((compiler_digest.encode(), *(repr(option).encode() for option in asked), *_contents(folders)))
    except (OSError, _UnreadableError):
        return None
    name = hashlib.sha256(os.fsencode(os.path.realpath(out))).hexdigest()
    return Memory(place / f"{name}.json", whole, compiler_digest)


def _digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def _place() -> Path | None:
    # https://specifications.freedesktop.org/basedir-spec: a path that is not absolute is to be ignored.
    named, home = os.environ.get("XDG_CACHE_HOME", ""), os.environ.get("HOME", "")
    if Path(named).is_absolute():
        return Path(named) / "maasc"
    return Path(home) / ".cache" / "maasc" if Path(home).is_absolute() else None


class _UnreadableError(Exception):
    """A file of a folder cannot be read, and whoever compiles it has to say so."""


def _contents(folders: Iterable[Path]) -> Iterator[bytes]:
    for folder in folders:
        findings: list[Diagnostic] = []
        for name, content in files(folder, findings):
            yield name.encode()
            yield content
        if findings:
            raise _UnreadableError
        for name, text in beside(folder).items():
            yield name.encode()
            yield text.encode()
        yield b""


def _compiler() -> Iterator[bytes]:
    """Give all that makes this compiler what it is: its sources, Python, and the names of what is installed, with versions."""
    yield sys.version.encode()
    for folder in map(str, (_PACKAGE, _SCHEMAS)):
        for here, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                yield os.fsencode(os.path.relpath(here, folder))
                yield os.fsencode(name)
                # A path as an object takes longer to make than the file to read.
                with open(os.path.join(here, name), "rb", buffering=0) as stream:  # noqa: PTH118, PTH123
                    yield stream.readall()
    for entry in sys.path:
        with suppress(OSError):
            yield "\n".join(sorted(found.name for found in Path(entry).glob("*.dist-info"))).encode()
