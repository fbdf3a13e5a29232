"""Writes a key into the text of a team and out of it: only its own characters change, and nothing else that the file means.

Text and not data is edited, so that comments, order and layout stay whatever they are. Each edit is read again and held against
what it was to do; where the text has a shape that this does not foresee, there is no edit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from compiler.keys.entry import NewKey
from compiler.source.document import Document
from compiler.source.edit import STEP, Added, Editable, Path, at, spelt
from compiler.source.load import load_text

_KEYS: Final = "keys"


def added(document: Document, team: Path, key: NewKey) -> str | None:
    """Give the text of the file with a key more below the team at a path, or None where it is not known how."""

    def change(data: Any) -> None:  # noqa: ANN401 - YAML
        at(data, team).setdefault(_KEYS, {})[key.alias] = key.data()

    text = Editable(document)
    keys = (*team, _KEYS)
    new: Added | None
    if text.data(keys) is not None:
        new = text.into_flow(keys, key.flow()) if text.is_flow(keys) else text.below(keys, lambda indent: list(key.lines(indent)))
    elif text.is_flow(team):
        new = text.into_flow(team, f"{_KEYS}: {{{key.flow()}}}")
    else:
        new = text.below(team, lambda indent: [f"{indent}{_KEYS}:", *key.lines(indent + STEP)])
    return _kept(document, new.text if new else None, change)


def removed(document: Document, team: Path, alias: str) -> str | None:
    """Give the text of the file without a key of the team, and without `keys` where it was the last one."""

    def change(data: Any) -> None:  # noqa: ANN401 - YAML
        keys = at(data, team)[_KEYS]
        del keys[alias]
        if not keys:
            del at(data, team)[_KEYS]

    text = Editable(document)
    last = len(text.data((*team, _KEYS)) or ()) == 1
    new = text.without((*team, _KEYS) if last else (*team, _KEYS, alias))
    return _kept(document, new, change)


def resealed(document: Document, team: Path, alias: str, value: str) -> str | None:
    """Give the text of the file with another sealed value of a key."""
    path = (*team, _KEYS, alias, "secret", "sealed")

    def change(data: Any) -> None:  # noqa: ANN401 - YAML
        at(data, path[:-1])["sealed"] = value

    return _kept(document, Editable(document).instead(path, spelt(value)), change)


def _kept(document: Document, new: str | None, change: Callable[[Any], None]) -> str | None:
    """Give an edited text if it means what was meant before with one change, and nothing else."""
    if new is None:
        return None
    before = load_text(document.file, document.text.encode())[0]
    documents, problems = load_text(document.file, new.encode())
    meant = [_unshared(one.data) for one in before]
    change(meant[[one.index for one in before].index(document.index)])
    return new if not problems and [one.data for one in documents] == meant else None


def _unshared(data: Any) -> Any:  # noqa: ANN401 - YAML
    """Copy data so that what an alias repeats is no longer one with what it names: a change of the one is none of the other."""
    if isinstance(data, dict):
        return {name: _unshared(value) for name, value in data.items()}
    return [_unshared(item) for item in data] if isinstance(data, list) else data
