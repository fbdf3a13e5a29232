"""Tells what a key would make wrong that is not written: at what stands in the text already, because nobody sees the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.keys.entry import NewKey, flow

# Where that stands which a key lacks; of all else the team is told.
_LACKING: Final = {"key-for-non-member": ("members",)}


def at_what_is_there(diagnostics: Iterable[Diagnostic], team: Place, entry: NewKey) -> Iterator[Diagnostic]:
    """Give the findings about a configuration with a key more as findings about the one without it."""
    key = (*team.path, "keys", entry.alias)
    for found in diagnostics:
        notes = tuple(replace(note, place=_elsewhere(note.place, team, key)) for note in found.notes)
        if found.place is None or not _below(found.place, team, key):
            yield replace(found, notes=notes)
            continue
        said = _said(entry, found.place.path[len(key) :])
        note = Note(f"the key `{team.path[-1]}/{entry.alias}` was not written{said}")
        lacking = _LACKING.get(found.code, ())
        # Of a path that leads further than the text the last thing on it that is there is shown.
        yield replace(found, place=team.at(*lacking).on_key(), notes=(note, *notes))


def _below(place: Place, team: Place, key: tuple[str | int, ...]) -> bool:
    return (place.file, place.document) == (team.file, team.document) and place.path[: len(key)] == key


def _elsewhere(place: Place | None, team: Place, key: tuple[str | int, ...]) -> Place | None:
    """Give a place if it is in the text already."""
    return None if place is None or _below(place, team, key) else place


def _said(entry: NewKey, path: tuple[str | int, ...]) -> str:
    """Give what the entry would have said at a path in it; where its value is kept may be a long text."""
    name = path[0] if path else None
    data = {field: value for field, value in entry.data().items() if field != "secret"}
    return f"; it was to say `{name}: {flow(data[name])}`" if isinstance(name, str) and name in data else ""
