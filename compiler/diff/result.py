"""What a comparison ends in: rows that each tell one change, objects that differ, and steps of the roll-out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from compiler.diff.cover import Kind


class Change(Enum):
    """What has changed, by the code under which it is reported; the first weighs most."""

    UNMETERED = "budget-unmetered"
    GAINED = "access-gained"
    RAISED = "budget-raised"
    MIXED = "budget-mixed"
    MOVED = "model-moved"
    LOST = "access-lost"
    LOWERED = "budget-lowered"
    IDENTITY = "identity-changed"
    RESET = "counters-reset"
    PLATFORM = "platform-changed"


WEIGHT = {change: index for index, change in enumerate(Change)}


class Callers(Struct, frozen=True):
    """A description of callers; `kinds` is None when it would take more words than anybody reads.

    `asking` is the entry that their requests name; with `first` also theirs who name none and are metered by it.
    `tiers` are the groups of each tier that is the same before and after, by which they may be called.
    """

    kinds: tuple[Kind, ...] | None
    asking: str | None = None
    first: bool = False
    methods: tuple[str, ...] = ()
    tiers: tuple[tuple[str, tuple[str, ...]], ...] = ()


# Where what is told is no matter of some callers alone.
ANYBODY = Callers(())


class Answered(Struct, frozen=True):
    """What becomes of the witness's request on one side: the status, and the entry that meters it."""

    method: str | None
    status: int
    selected: str | None


class Witness(Struct, frozen=True):
    """A caller and a request that show a change; both answers are those of the reference meaning."""

    model: str
    user: str
    groups: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    before: Answered
    after: Answered


class Cause(Struct, frozen=True, order=True):
    """A line that was edited: on which side it is read (`base` or `head`), file and line, and the path of what is there.

    `file` is as it is shown, with the revision it is read from; `path` is the file alone.
    """

    side: str
    file: str
    line: int
    what: str
    path: str = ""


class Also(Struct, frozen=True):
    """The change of a row for the same callers, where their requests name another entry."""

    asking: str | None
    first: bool
    before: str
    after: str
    witness: Witness | None


class Row(Struct, frozen=True):
    """One change. `models` are all models that it is the same on; the witness speaks of the first.

    `before` and `after` say in words what the callers had and have. `people` are those of a roster whom it concerns.
    `also` tells the same of requests that differ in nothing but the entry that they name.
    """

    changes: tuple[Change, ...]
    models: tuple[str, ...]
    callers: Callers
    before: str
    after: str
    witness: Witness | None
    causes: tuple[Cause, ...] = ()
    people: tuple[str, ...] | None = None
    also: tuple[Also, ...] = ()

    @property
    def each(self) -> tuple[Row, ...]:
        """Give a row for each entry that requests name."""
        others = [
            replace(
                self,
                callers=replace(self.callers, asking=one.asking, first=one.first),
                before=one.before,
                after=one.after,
                witness=one.witness,
                also=(),
            )
            for one in self.also
        ]
        return (replace(self, also=()), *others)

    @property
    def rank(self) -> tuple[object, ...]:
        """Order rows: the worst first, then by model."""
        return (
            [WEIGHT[change] for change in self.changes],
            -len(self.models),
            self.models,
            self.callers.asking or "",
            self.callers.first,
            self.callers.kinds or (),
            self.callers.methods,
            self.before,
            self.after,
        )


class Fate(Enum):
    """What becomes of an object."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class ObjectChange(Struct, frozen=True, order=True):
    """An emitted object that differs; `file` is its path in `out/`."""

    file: str
    kind: str
    name: str
    fate: str


class Safety(Enum):
    """What a state on the way is: more than before and after, not to be told, or less than before and after."""

    UNSAFE = "unsafe"
    UNDECIDED = "undecided"
    INTERRUPTED = "interrupted"


class Step(Struct, frozen=True):
    """A state between two applied objects in which some callers have something else than before or after.

    `applied` is what has just been done, `missing` what is still to come of what matters to the models.
    """

    safety: Safety
    models: tuple[str, ...]
    callers: Callers
    applied: tuple[str, ...]
    missing: tuple[str, ...]
    says: str
    person: str = ""


class Trip(Struct, frozen=True):
    """A gate that was asked for, and how much of each it stops at."""

    gate: str
    rows: int
    steps: int
    objects: int

    @property
    def tripped(self) -> bool:
        """Tell whether it stops the run."""
        return bool(self.rows or self.steps or self.objects)


class Diff(Struct, frozen=True):
    """A whole comparison.

    `inert` are edited lines that no row is put down to, `checked` how many states on the way were looked at, `roster` how
    many people were counted. `outside` is what lies outside the scope, None where none was given. `gates` are those that were
    asked for.
    """

    rows: tuple[Row, ...]
    objects: tuple[ObjectChange, ...]
    steps: tuple[Step, ...] = ()
    inert: tuple[Cause, ...] = ()
    checked: int = 0
    roster: int | None = None
    outside: tuple[str, ...] | None = None
    gates: tuple[Trip, ...] = ()

    @property
    def nothing(self) -> bool:
        """Tell whether there is nothing to tell."""
        return not (self.rows or self.objects or self.steps or self.inert)


def merged(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Join rows that tell the same of several models, and those that differ only in the entry that requests name."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        key = (row.changes, row.callers, row.before, row.after, row.people)
        known = found.get(key)
        if known is None:
            found[key] = row
        else:
            models = tuple(dict.fromkeys((*known.models, *row.models)))
            found[key] = replace(known, models=models, causes=tuple(sorted({*known.causes, *row.causes})))
    return tuple(sorted(_folded(sorted(found.values(), key=lambda row: row.rank)), key=lambda row: row.rank))


def _folded(rows: Sequence[Row]) -> Iterator[Row]:
    alike: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        whoever = replace(row.callers, asking=None, first=False)
        # Callers whom no description tells apart need not be the same.
        key = (row.changes, row.models, whoever, row.people) if whoever.kinds else (len(alike),)
        alike.setdefault(key, []).append(row)
    for first, *others in alike.values():
        also = [Also(one.callers.asking, one.callers.first, one.before, one.after, one.witness) for one in others]
        causes = {cause for one in (first, *others) for cause in one.causes}
        yield replace(first, also=tuple(also), causes=tuple(sorted(causes)))
