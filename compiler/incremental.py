"""What an earlier build made of each model, so that what has not changed is not made again."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct
from msgspec.msgpack import encode

from compiler.program.ir import Model, Program
from compiler.targets.emit import file_of
from compiler.validate.contribution import Contribution, Plain


class Made(NamedTuple):
    """A model's file: digests (SHA-256, hexadecimal) of all that decided it and of its text, and what it brings to the whole."""

    token: str
    digest: str
    brought: Plain


class Earlier(Struct, frozen=True):
    """An earlier build: what is remembered of each file as JSON has it, by path, and what `read` gives of a path now.

    `maker` is a digest of the compiler, for another one may make something else of the same model.
    """

    maker: str
    remembered: Mapping[str, object]
    read: Callable[[str], bytes | None]


class Known(Struct, frozen=True):
    """A file that was made of an equal model, and that is still there byte by byte."""

    text: str
    made: Made
    contribution: Contribution


class Unchanged:
    """The models of a Program, held against an earlier build."""

    def __init__(self, earlier: Earlier, program: Program) -> None:
        self._earlier = earlier
        common = hashlib.sha256(earlier.maker.encode() + pickle.dumps((program.platform, program.tiers)))
        self._tokens = {file_of(model): _token(common.copy(), model) for model in program.models}

    @cached_property
    def files(self) -> Mapping[str, Known]:
        """Give the files that need not be made, by path."""
        found = {path: self._file(path, token) for path, token in self._tokens.items() if path in self._earlier.remembered}
        return {path: file for path, file in found.items() if file is not None}

    def made(self, texts: Mapping[str, str], brought: Mapping[str, Plain]) -> dict[str, Made]:
        """Give what a later build should remember of the models' files, by path."""
        return {path: self._remembered(path, texts[path], brought[path]) for path in self._tokens if path in brought}

    def _remembered(self, path: str, text: str, brought: Plain) -> Made:
        known = self.files.get(path)
        same = known is not None and known.text is text
        return known.made if known and same else Made(self._tokens[path], _digest(text.encode()), brought)

    def _file(self, path: str, token: str) -> Known | None:
        with suppress(KeyError, TypeError, ValueError):
            made = Made(*self._earlier.remembered[path])  # type: ignore[misc]
            content = self._earlier.read(path) if made.token == token else None
            if content is not None and _digest(content) == made.digest:
                return Known(content.decode(), made, Contribution.of_plain(made.brought))
        return None


def _token(common: hashlib._Hash, model: Model) -> str:
    # Equal models have equal bytes, and others never: fields are written with their names, and no two kinds of part that may
    # stand at one place have the same names.
    common.update(encode(model))
    return common.hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
