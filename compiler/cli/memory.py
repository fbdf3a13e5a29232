"""What a build remembers in the user's cache folder: what came of the command, and what was made and proved of which model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Raw, Struct
from msgspec.json import decode, encode

from compiler.cli.again import Asked, contents, remembered

# Files in the user's folder, of all commands and output folders together.
_MOST: Final = 500


class Memory(Struct, frozen=True):
    """What is remembered for one command and of one output folder.

    `was` is the digest of the configuration before it was compiled, None where it is not plain.
    """

    asked: Asked
    config: Path
    out: Path
    was: str | None

    def keep_answer(self, texts: Mapping[str, str], said: tuple[str, str]) -> None:
        """Remember what is `said` when the configuration is as it was and the output holds these texts, by path.

        What is compiled is read between two looks at it. Where they differ, nobody knows which of the two was compiled.
        """
        if self.was is not None and self.was == _contents(self.config):
            content = remembered(self.asked, (str(self.config), str(self.out)), self.was, texts, said)
            if content is not None:
                file = Path(self.asked.file)
                _write(file, content)
                _forget(file.parent)

    @property
    def compiler(self) -> str:
        """Tell the compiler from any other."""
        return self.asked.compiler

    def _of_folder(self, what: str) -> Path:
        name = hashlib.sha256(os.fsencode(os.path.realpath(self.out))).hexdigest()
        return Path(self.asked.file).with_name(f"{name}.{what}.json")

    def _keep(self, what: str, kept: object) -> None:
        content = encode(kept)
        _write(self._of_folder(what), encode((_digest(content), Raw(content))))

    def _kept(self, what: str) -> object:
        """Give what was kept, and None where a byte of it is another: what a disk spoilt can be JSON all the same."""
        try:
            digest, content = decode(self._of_folder(what).read_bytes(), type=tuple[str, Raw])
            return decode(content) if digest == _digest(content) else None
        except (OSError, ValueError, RecursionError):
            return None

    def proofs(self) -> frozenset[str]:
        """Give the tokens of what the last build proved."""
        found = self._kept("proofs")
        return frozenset(token for token in found if isinstance(token, str)) if isinstance(found, list) else frozenset()

    def keep_proofs(self, tokens: Iterable[str]) -> None:
        """Remember what a build proved, and nothing of the builds before."""
        self._keep("proofs", sorted(tokens))

    def made(self) -> Mapping[str, object]:
        """Give what the last build remembered of the files that it made, by path."""
        found = self._kept("made")
        return found if isinstance(found, dict) else {}

    def keep_made(self, made: Mapping[str, object]) -> None:
        """Remember what a build made, and nothing of the builds before."""
        self._keep("made", made)


def _digest(content: bytes | Raw) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(file: Path, content: bytes) -> None:
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content)
            temporary.replace(file)
        except OSError:
            temporary.unlink(missing_ok=True)


def _forget(folder: Path) -> None:
    """Remove what was written longest ago where there is much: commands change, and so do the folders that they speak of."""
    with suppress(OSError):
        # What another run is about to put into its place has a name of its own.
        files = [file for file in folder.iterdir() if file.suffix in (".again", ".json") and file.is_file()]
        for file in sorted(files, key=lambda file: file.stat().st_mtime_ns, reverse=True)[_MOST:]:
            file.unlink(missing_ok=True)


def _contents(config: Path) -> str | None:
    with suppress(OSError):
        return contents(str(config))
    return None


def memory(asked: Asked | None, config: Path, out: Path) -> Memory | None:
    """Give the memory for a command, or None where the user has no place for it."""
    return Memory(asked, config, out, _contents(config)) if asked else None
