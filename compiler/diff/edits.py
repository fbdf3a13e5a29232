"""Which lines were edited: the two configurations as plain data, item by item, down to the first value that differs.

A default that is spelt out says nothing else than before, and neither does another spelling of the same window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import PathPart, Place
from compiler.diff.result import Cause
from compiler.diff.side import Side
from compiler.intent.normal import normal

# The one section whose keys are no names of items: it is one thing, and only as a whole is it known what it leaves out.
_WHOLE: Final = "platform"
_ABSENT: Final = object()


class Edit(Struct, frozen=True):
    """A value that differs: the item it belongs to, what it says on each side, and where it is read.

    One that is `respelt` says the same in other words, and cannot be why anything changes.
    """

    section: str
    item: str
    cause: Cause
    words: frozenset[str]
    path: tuple[PathPart, ...]
    respelt: bool = False


def edits(base: Side, head: Side) -> tuple[Edit, ...]:
    """Give every value that differs, by section and item; order and layout of files are no difference."""
    before, after = _items(base), _items(head)
    first, second = _platform(before), _platform(after)
    found: list[Edit] = []
    for section, item in sorted({*before, *after}):
        one, other = before.get((section, item)), after.get((section, item))
        if section == _WHOLE:
            meant = _worded(one, other, first.get(item, _ABSENT), second.get(item, _ABSENT))
        elif one is None or other is None or one[1] == other[1]:
            meant = one, other
        else:
            meant = _worded(one, other, _normal(section, item, one), _normal(section, item, other))
        changed = list(_edits((base, head), section, item, meant))
        found += changed
        if meant != (one, other):
            found += [
                replace(edit, respelt=True)
                for edit in _edits((base, head), section, item, (one, other))
                if not any(_one_within(edit.path, known.path) for known in changed)
            ]
    return tuple(found)


def _edits(sides: tuple[Side, Side], section: str, item: str, pair: tuple[_At | None, _At | None]) -> Iterator[Edit]:
    for old, new, path in _differences(*pair):
        side, where = (sides[1], new) if new is not None else (sides[0], old)
        if where is None:
            continue
        words = frozenset((*_words(old[1] if old else None), *_words(new[1] if new else None), *map(str, path)))
        what = ".".join(map(str, (section, item, *path)))
        yield Edit(section, item, _cause(side, where[0], what, "base" if new is None else "head"), words, path)


def _one_within(one: tuple[PathPart, ...], other: tuple[PathPart, ...]) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _cause(side: Side, place: Place, what: str, label: str) -> Cause:
    path = f"{side.folder}{place.file}"
    return Cause(label, f"{side.revision}{path}", side.line(place), what, path)


# A place and what is written there.
_At = tuple[Place, object]


def _worded(one: _At | None, other: _At | None, before: object, after: object) -> tuple[_At | None, _At | None]:
    """Leave out of both sides what neither says but as a default; a default against something else stays where it is written."""
    if before == after:
        return None, None
    return _kept(one, before, after), _kept(other, after, before)


def _normal(section: str, name: str, found: _At) -> object:
    place, item = found
    content = normal(section, [item] if isinstance(place.path[-1], int) else {name: item})
    return content[0] if isinstance(content, list) else content[name] if isinstance(content, Mapping) else item


def _platform(items: Mapping[tuple[str, str], _At]) -> Mapping[str, object]:
    content = normal(_WHOLE, {name: item for (section, name), (_, item) in items.items() if section == _WHOLE})
    return content if isinstance(content, Mapping) else {}


def _kept(found: _At | None, mine: object, other: object) -> _At | None:
    return None if found is None else (found[0], _restored(found[1], mine, other))


def _restored(written: object, mine: object, other: object) -> object:
    if mine is _ABSENT or not isinstance(written, Mapping) or not isinstance(mine, Mapping):
        return written if mine is _ABSENT else mine
    others = other if isinstance(other, Mapping) else {}
    return {
        key: _restored(inner, mine.get(key, _ABSENT), others.get(key, _ABSENT))
        for key, inner in written.items()
        if key in mine or key in others
    }


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
