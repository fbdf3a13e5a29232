"""The lock says which files of the output folder are ours; the journal says so while a build is under way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct, field

from compiler.write import paths

VERSION: Final = 1

_DIGEST: Final = re.compile("[0-9a-f]{64}")
_ENTRY: Final = re.compile(r'^\s*("(?:[^"\\]|\\.)+"): "([0-9a-f]{64})",?\s*$', re.MULTILINE)


class BadLockError(ValueError):
    """A lock or journal that nothing can be concluded from, with the reason as a clause."""


class Lock(Struct, frozen=True):
    """What a finished build left: `input` is the digest of its configuration, `files` gives each path its SHA-256.

    `proved` is the digest of what was proved of the output, None if nothing was.
    """

    input: str
    files: Mapping[str, str] = field(default_factory=dict)
    proved: str | None = None


def render(lock: Lock) -> str:
    """Give the text of a lock: JSON with sorted keys and one entry a line, so that version control merges it by entry."""
    return _json({"files": dict(lock.files), "input": lock.input, "proved": lock.proved, "version": VERSION})


def parse(data: bytes) -> Lock:
    """Read a lock.

    Raises:
        BadLockError: the bytes are no lock of this version, or name a path outside of the folder.
    """
    found = _object(data, {"files", "input", "proved", "version"})
    files, source, proved = found["files"], found["input"], found["proved"]
    if not isinstance(source, str) or not (proved is None or isinstance(proved, str)):
        message = "`input` or `proved` is no digest"
        raise BadLockError(message)
    return Lock(source, {path: _digest(value) for path, value in _paths(files).items()}, proved)


def render_journal(claims: Mapping[str, Iterable[str]]) -> str:
    """Give the text of a journal: for each path every digest that a file of ours may have while the build is under way."""
    return _json({"files": {path: sorted(digests) for path, digests in claims.items()}, "version": VERSION})


def parse_journal(data: bytes) -> dict[str, frozenset[str]]:
    """Read a journal.

    Raises:
        BadLockError: the bytes are no journal of this version, or name a path outside of the folder.
    """
    claims: dict[str, frozenset[str]] = {}
    for path, digests in _paths(_object(data, {"files", "version"})["files"]).items():
        if not isinstance(digests, list):
            message = f"the entry of `{path}` is no list"
            raise BadLockError(message)
        claims[path] = frozenset(_digest(value) for value in digests)
    return claims


def salvage(data: bytes) -> dict[str, frozenset[str]]:
    """Read the entries that are still legible in a lock that does not parse, such as one with marks of a merge conflict.

    A path may have several digests. What is missing here is unknown and stays where it is.
    """
    claims: dict[str, frozenset[str]] = {}
    for spelt, value in _ENTRY.findall(data.decode("utf-8", "replace")):
        try:
            path = json.loads(spelt)
        except ValueError:
            continue
        if paths.fault(path) is None:
            claims[path] = claims.get(path, frozenset()) | {value}
    return claims


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def _object(data: bytes, keys: set[str]) -> dict[str, object]:
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except BadLockError:
        raise
    except (ValueError, RecursionError):
        message = "it is not JSON"
        raise BadLockError(message) from None
    if not isinstance(found, dict) or "version" not in found:
        message = "it has no version"
        raise BadLockError(message)
    if type(found["version"]) is not int or found["version"] != VERSION:
        message = f"its version is not {VERSION}"
        raise BadLockError(message)
    if found.keys() != keys:
        message = "its keys are not " + ", ".join(f"`{key}`" for key in sorted(keys))
        raise BadLockError(message)
    return found


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key given twice: a merge without a conflict can leave both sides of an entry."""
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "it names a path twice"
        raise BadLockError(message)
    return found


def _paths(found: object) -> dict[str, object]:
    if not isinstance(found, dict):
        message = "`files` is no mapping"
        raise BadLockError(message)
    for path in found:
        # Files are removed by these paths: one that leads out of the folder must not be believed.
        reason = paths.fault(path)
        if reason is not None:
            raise BadLockError(reason)
    return found


def _digest(value: object) -> str:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        message = "an entry is no digest"
        raise BadLockError(message)
    return value
