"""Compares one object of a cluster with the same of `out/`, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from compiler.drift.dump import Live
from compiler.drift.normal import normal
from compiler.drift.result import Field

# Fields of these kinds are never shown: the first holds secrets, the others say where and how they are kept.
_SECRET: Final[Mapping[str, tuple[str, ...]]] = {
    "Secret": ("data", "stringData"),
    "SealedSecret": ("spec.encryptedData",),
}


def different(ours: Live, there: Live) -> Iterator[Field]:
    """Give the fields in which a live object is not as written."""
    hidden = _SECRET.get(ours.key[1], ())
    for path, before, after in _different("", normal(ours.data), normal(there.data, ours.data)):
        secret = any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in hidden)
        yield Field(path, None if secret else shown(before), None if secret else shown(after), secret)


# Stands where there is nothing, and is equal to nothing that can be written.
ABSENT: Final = object()


def _different(path: str, before: object, after: object) -> Iterator[tuple[str, object, object]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _different(f"{path}.{key}" if path else key, before.get(key, ABSENT), after.get(key, ABSENT))
    elif isinstance(before, list) and isinstance(after, list) and _of_objects(before, after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _different(f"{path}[{index}]", one, other)
    elif not _equal(before, after):
        yield path, before, after


def _of_objects(before: list[object], after: list[object]) -> bool:
    return len(before) == len(after) and all(isinstance(one, dict) for one in (*before, *after))


def _equal(before: object, after: object) -> bool:
    """Tell whether two values are equal, and of one type: to Python 1 and True are."""
    return before is after or shown(before) == shown(after)


def shown(value: object) -> str | None:
    """Give a value as JSON; None where it is ABSENT."""
    return None if value is ABSENT else json.dumps(value, sort_keys=True, ensure_ascii=False)
