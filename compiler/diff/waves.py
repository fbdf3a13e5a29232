"""The order in which Argo CD goes from one set of objects to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from compiler.diff.side import Object, ObjectKey, Side

# Annotations as Argo CD reads them (user guide, sync waves and sync options); without one an object is of wave 0.
_WAVE: Final = "argocd.argoproj.io/sync-wave"
_OPTIONS: Final = "argocd.argoproj.io/sync-options"
_LAST: Final = "PruneLast=true"


class Operation(Struct, frozen=True):
    """An object that is applied (`after` is what it then is) or, without one, removed."""

    key: ObjectKey
    before: Object | None
    after: Object | None

    def __str__(self) -> str:
        kind, namespace, name = self.key
        return f"{kind} {namespace}/{name}{'' if self.after else ' removed'}"


def waves(base: Side, head: Side) -> tuple[tuple[int, tuple[Operation, ...]], ...]:
    """Give what is done in each wave, the first wave first; within one there is no order to rely on.

    What is removed goes in the opposite order of its waves, by exchanging the waves of all that is removed (gitops-engine,
    getSyncTasks), and with the option `PruneLast` in a wave of its own after everything else.
    """
    operations = [Operation(key, base.objects.get(key), head.objects.get(key)) for key in sorted({*base.objects, *head.objects})]
    removed = sorted({_wave(one.before) for one in operations if one.before is not None and one.after is None})
    opposite = dict(zip(removed, reversed(removed), strict=True))
    placed = [(one, _placed(one, opposite)) for one in operations if _differs(one)]
    # The wave of what goes last is counted from all objects of the sync, changed or not.
    everything = [_wave(found) for found in head.objects.values()] + removed
    last = max(everything, default=0) + 1
    found: dict[int, list[Operation]] = {}
    for one, number in placed:
        found.setdefault(last if number is None else number, []).append(one)
    return tuple((number, tuple(found[number])) for number in sorted(found))


def _differs(one: Operation) -> bool:
    return one.before is None or one.after is None or one.before.data != one.after.data


def _placed(one: Operation, opposite: Mapping[int, int]) -> int | None:
    if one.after is not None:
        return _wave(one.after)
    options = "" if one.before is None else _annotation(one.before, _OPTIONS)
    if _LAST in (option.strip() for option in options.split(",")):
        return None
    return opposite[_wave(one.before)]


def _wave(found: Object | None) -> int:
    text = "" if found is None else _annotation(found, _WAVE)
    return int(text) if text.lstrip("-").isdigit() else 0


def _annotation(found: Object, name: str) -> str:
    metadata = found.data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return str(annotations.get(name, "")) if isinstance(annotations, Mapping) else ""


class State(Struct, frozen=True):
    """The objects that are there at some moment, what has been done since the start, and what is still to come."""

    objects: Mapping[ObjectKey, Object]
    done: tuple[Operation, ...]
    missing: tuple[Operation, ...]


# Of operations in one wave every order is tried up to this many; a model has a handful of objects.
_MOST: Final = 6


def states(base: Mapping[ObjectKey, Object], steps: tuple[tuple[Operation, ...], ...]) -> Iterator[State]:
    """Give every state on the way, without the first and the last, where each step is done in any order."""
    everything = tuple(one for step in steps for one in step)
    done: tuple[Operation, ...] = ()
    for step in steps:
        for chosen in _subsets(step):
            so_far = (*done, *chosen)
            if so_far and len(so_far) < len(everything):
                yield State(_after(base, so_far), so_far, tuple(one for one in everything if one not in so_far))
        done = (*done, *step)


def _subsets(step: tuple[Operation, ...]) -> Iterator[tuple[Operation, ...]]:
    if len(step) > _MOST:
        # One after the other: more would be too many, and objects of one model are never that many.
        yield from (step[:count] for count in range(1, len(step) + 1))
        return
    for number in range(1, 1 << len(step)):
        yield tuple(one for index, one in enumerate(step) if number >> index & 1)


def _after(base: Mapping[ObjectKey, Object], done: tuple[Operation, ...]) -> Mapping[ObjectKey, Object]:
    found = dict(base)
    for one in done:
        if one.after is None:
            found.pop(one.key, None)
        else:
            found[one.key] = one.after
    return found
