"""Finds secrets in what a YAML text means: below names that hold one, in Secrets, and where an escape or a fold hides them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from compiler.diagnostics.model import PathPart
from compiler.source.sealed import SUFFIX, is_sealed
from compiler.source.secret_text import in_text, is_secret_name, is_secret_value, value_of

MANIFEST: Final = "a Secret with its values"
UNSEALED: Final = "a value that was not sealed"

_SEALED: Final = ("secret", "sealed")
# Fields of a Secret whose values are secret.
_VALUES: Final = ("data", "stringData")
# A Secret of this type holds nothing before the cluster puts the token of an account into it.
_FILLED: Final = "kubernetes.io/service-account-token"
# The subject of a user looks as random as a key and opens nothing.
_SUBJECT: Final = "sub"


class Hidden(Struct, frozen=True):
    """A secret below a path of a document; `where` is what is shown of it, `paths` lead to what must not be."""

    where: tuple[PathPart, ...]
    what: str
    paths: tuple[tuple[PathPart, ...], ...]


def in_data(data: object, path: tuple[PathPart, ...] = ()) -> Iterator[Hidden]:
    """Give the secrets of a document's plain data."""
    match data:
        case dict():
            held = not data.keys().isdisjoint(_VALUES)
            if data.get("kind") == "Secret" and (held or (data.get("apiVersion") == "v1" and data.get("type") != _FILLED)):
                yield Hidden((*path, "kind"), MANIFEST, tuple((*path, name) for name in _VALUES if name in data))
            for name, value in data.items():
                yield from in_data(value, (*path, name))
        case list():
            for index, item in enumerate(data):
                yield from in_data(item, (*path, index))
        case str() | int() if data is not True and data is not False:
            what = _secret(str(data), path)
            if what is not None:
                yield Hidden(path, what, (path,))


def _secret(value: str, path: tuple[PathPart, ...]) -> str | None:
    """Say what a value is, if it is a secret."""
    name = path[-1] if path else None
    if path[-2:] == _SEALED:
        return None if value.endswith(SUFFIX) or is_sealed(value) else UNSEALED
    if isinstance(name, str) and is_secret_name(name) and is_secret_value(value):
        return value_of(name)
    if name == _SUBJECT:
        return None
    return next((found.what for found in in_text(value)), None)
