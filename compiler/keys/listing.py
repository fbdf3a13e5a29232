"""The keys of a configuration as a table and as JSON; no value is ever in either, because none is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from compiler.diagnostics.visible import visible, width
from compiler.program.ir import Program
from compiler.program.keys import EVERY_MODEL, External, Key
from compiler.targets.keys import file_of, secret_name

_COLUMNS: Final = ("team", "alias", "user", "groups", "bound to", "models", "value")
_NOTHING: Final = "-"


def as_table(_: Program, keys: Sequence[Key]) -> str:
    """Give a row for each key, aligned for a terminal."""
    if not keys:
        return "no keys\n"
    rows = [_COLUMNS, *(tuple(map(visible, _cells(key))) for key in keys)]
    widths = [max(width(row[index]) for row in rows) for index in range(len(_COLUMNS))]
    lines = ("  ".join(cell + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cells(key: Key) -> Iterator[str]:
    yield from (key.team, key.alias, key.user)
    yield ", ".join(key.groups) or _NOTHING
    yield key.bound
    yield EVERY_MODEL if key.models is None else ", ".join(key.models)
    yield f"{key.secret.store}:{place_of(key.secret)}" if isinstance(key.secret, External) else "sealed"


def place_of(secret: External) -> str:
    """Give where in its store a value lies, as `--external` takes it."""
    return secret.path if secret.property is None else f"{secret.path}#{secret.property}"


def as_json(program: Program, keys: Sequence[Key]) -> str:
    """Give `{"keys": [...], "total": n}`; `secret` and `file` say what becomes of a key."""
    return json.dumps({"keys": [_object(program, key) for key in keys], "total": len(keys)}, indent=2) + "\n"


def _object(program: Program, key: Key) -> dict[str, object]:
    value: object = "sealed"
    if isinstance(key.secret, External):
        source = {"store": key.secret.store, "storeKind": key.secret.store_kind, "path": key.secret.path}
        value = source if key.secret.property is None else {**source, "property": key.secret.property}
    return {
        "team": key.team,
        "alias": key.alias,
        "user": key.user,
        "groups": list(key.groups),
        "boundTo": key.bound,
        "policy": key.policy,
        "models": EVERY_MODEL if key.models is None else list(key.models),
        "value": value,
        "secret": f"{program.platform.kuadrant_namespace}/{secret_name(key.team, key.alias)}",
        "file": file_of(key.team, key.alias),
    }


FORMATS: Final[Mapping[str, Callable[[Program, Sequence[Key]], str]]] = {"table": as_table, "json": as_json}
