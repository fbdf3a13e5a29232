"""Which emitted objects are added, changed or removed."""

from __future__ import annotations

from compiler.diff.result import Fate, ObjectChange
from compiler.diff.side import Object, Side


def object_changes(base: Side, head: Side) -> tuple[ObjectChange, ...]:
    """Give every object that is on one side only, or not the same on both; in which file it is is no difference."""
    found: list[ObjectChange] = []
    for key in sorted({*base.objects, *head.objects}):
        old, new = base.objects.get(key), head.objects.get(key)
        if old is None and new is not None:
            found.append(_change(new, Fate.ADDED))
        elif old is not None and new is None:
            found.append(_change(old, Fate.REMOVED))
        elif old is not None and new is not None and old.data != new.data:
            found.append(_change(new, Fate.CHANGED))
    return tuple(found)


def _change(found: Object, fate: Fate) -> ObjectChange:
    kind, namespace, name = found.key
    return ObjectChange(found.file, kind, f"{namespace}/{name}" if namespace else name, fate.value)
