"""What a comparison of a cluster with `out/` ends in."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import Final

from msgspec import Struct

from compiler.diagnostics.count import counted
from compiler.diagnostics.model import Place
from compiler.diff import words
from compiler.diff.result import Row
from compiler.diff.side import ObjectKey
from compiler.drift.dump import Key

# Kinds that say nothing but who may call what with which budget.
_TELLING: Final = ("AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy", "Role", "RoleBinding")


class Fate(Enum):
    """What is the matter with an object, by the code under which it is told."""

    MISSING = "drift-missing"
    IDLE = "drift-idle"
    CHANGED = "drift-changed"
    EXTRA = "drift-extra"

    @property
    def word(self) -> str:
        """Give it in one word."""
        return self.value.removeprefix("drift-")


class Field(Struct, frozen=True):
    """A field that differs: its path, and as JSON what is written and what is live (None: nothing).

    Neither is given where it may be a secret.
    """

    path: str
    written: str | None
    live: str | None
    secret: bool = False


class ObjectDrift(Struct, frozen=True):
    """An object that is not as written, where it is in `out/`, or else in a dump, and what comes of it."""

    fate: Fate
    key: Key
    place: Place
    effect: str
    fields: tuple[Field, ...] = ()

    @property
    def name(self) -> str:
        """Give kind, namespace and name."""
        _, kind, namespace, name = self.key
        return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def telling(key: ObjectKey) -> bool:
    """Tell whether an object says nothing but who may call what with which budget, if it is about models."""
    return key[0] in _TELLING


class Unknown(Struct, frozen=True):
    """A model of which it is not known what its callers have, and why."""

    model: str
    why: str


class Drift(Struct, frozen=True):
    """A whole comparison.

    `rows` say what it means: `before` is what `out/` gives, `after` what the cluster does. `unmeant` says why nothing is said
    of the meaning, where that is so. `same` objects are as written, and `remarks` are about the dump as a whole. `known` tells
    whether anything differs that does not only concern models of which the meaning is `unknown`; `judged` whether all that
    differs is what the meaning is read from, and has no other.
    """

    objects: tuple[ObjectDrift, ...]
    rows: tuple[Row, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    unmeant: str | None = None
    same: int = 0
    remarks: tuple[str, ...] = ()
    known: bool = True
    judged: bool = False

    @property
    def nothing(self) -> bool:
        """Tell whether the cluster is as it is written."""
        return not (self.objects or self.rows or self.unknown)

    @property
    def verdict(self) -> str:
        """Give one sentence that counts everything, the worst first."""
        if self.nothing:
            return f"no drift: {counted(self.same, 'object is', 'objects are')} live as written"
        parts = words.counts(self.rows)
        parts += [f"not known for {counted(len(self.unknown), 'model')}"] if self.unknown else []
        fates = Counter(one.fate for one in self.objects)
        parts += [f"objects: {', '.join(f'{fates[fate]:,} {fate.word}' for fate in Fate if fates[fate])}"] if self.objects else []
        told = self.judged and not self.rows and not self.unknown and self.unmeant is None
        return f"drift{', without a change of meaning' if told else ''}: {'; '.join(parts)}"
