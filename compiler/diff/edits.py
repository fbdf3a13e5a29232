"""Which lines were edited: the two configurations as plain data, item by item, down to the first value that differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.diagnostics.model import PathPart, Place
from compiler.diff.result import Cause
from compiler.diff.side import Side


@dataclass(frozen=True)
class Edit:
    """A value that differs: the item it belongs to, what it says on each side, and where it is read."""

    section: str
    item: str
    cause: Cause
    words: frozenset[str]


def edits(base: Side, head: Side) -> tuple[Edit, ...]:
    """Give every value that differs, by section and item; order and layout of files are no difference."""
    before, after = _items(base), _items(head)
    found: list[Edit] = []
    for section, item in sorted({*before, *after}):
        one, other = before.get((section, item)), after.get((section, item))
        for old, new, path in _differences(one, other):
            side, where = (head, new) if new is not None else (base, old)
            if where is None:
                continue
            words = frozenset((*_words(old[1] if old else None), *_words(new[1] if new else None), *map(str, path)))
            what = ".".join(map(str, (section, item, *path)))
            found.append(Edit(section, item, _cause(side, where[0], what, "base" if new is None else "head"), words))
    return tuple(found)


def _cause(side: Side, place: Place, what: str, label: str) -> Cause:
    path = f"{side.folder}{place.file}"
    return Cause(label, f"{side.revision}{path}", side.line(place), what, path)


# A place and what is written there.
_At = tuple[Place, object]


def _items(side: Side) -> Mapping[tuple[str, str], _At]:
    found: dict[tuple[str, str], _At] = {}
    for document in side.sources.documents:
        data = document.data
        for section, content in data.items() if isinstance(data, Mapping) else ():
            for key, name, item in _named(content):
                found[str(section), name] = (Place(document.file, (section, key), document=document.index), item)
    return found


def _named(content: object) -> Iterator[tuple[PathPart, str, object]]:
    if isinstance(content, Mapping):
        for key, item in content.items():
            yield key, str(key), item
    elif isinstance(content, list):
        for index, item in enumerate(content):
            yield index, str(item.get("name", index)) if isinstance(item, Mapping) else str(index), item


def _differences(one: _At | None, other: _At | None) -> Iterator[tuple[_At | None, _At | None, tuple[PathPart, ...]]]:
    """Give the smallest values that differ: what is added or removed as a whole, and the leaves of what is on both sides."""
    if one is None or other is None:
        shown = [None if found is None else (found[0].on_key(), found[1]) for found in (one, other)]
        yield shown[0], shown[1], ()
        return
    (here, before), (there, after) = one, other
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}, key=str):
            old = (here.at(key), before[key]) if key in before else None
            new = (there.at(key), after[key]) if key in after else None
            for first, second, path in _differences(old, new):
                yield first, second, (key, *path)
        return
    if isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(here, before, there, after)
        return
    yield one, other, ()


def _of_lists(
    here: Place, before: list[object], there: Place, after: list[object]
) -> Iterator[tuple[_At | None, _At | None, tuple[PathPart, ...]]]:
    gone = [(index, item) for index, item in enumerate(before) if item not in after]
    new = [(index, item) for index, item in enumerate(after) if item not in before]
    if len(gone) == len(new) == 1:
        old, other = gone[0], new[0]
        for first, second, path in _differences((here.at(old[0]), old[1]), (there.at(other[0]), other[1])):
            yield first, second, (other[0], *path)
        return
    for index, item in gone:
        yield (here.at(index), item), None, (index,)
    for index, item in new:
        yield None, (there.at(index), item), (index,)
    if not gone and not new and "authentication" in there.path:
        # Of all lists only the methods are tried in their order.
        yield (here, before), (there, after), ()


def _words(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
    elif value is not None:
        yield str(value)
