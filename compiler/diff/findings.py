"""Compares what two sides mean for one model and one kind of credential, over all callers and all that they can ask for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from compiler.diff.answers import Counter
from compiler.diff.budgets import Relation, at_most, relation
from compiler.diff.likeness import provider
from compiler.diff.meaning import REFUSED, Outcome
from compiler.diff.regions import ANYBODY, NOBODY, Region, Regions
from compiler.diff.result import Change
from compiler.diff.side import LIMITING, Side
from compiler.program.backends import described
from compiler.program.ir import Model
from compiler.program.methods import Method


class Finding(Struct, frozen=True):
    """Callers for whom a request is answered differently; `allowed` may be covered by their description as well.

    `entries` meter all of them before and after (None: refused), where that is what differs; `keys` are all it is about.
    With `first` it also concerns those who ask for nothing and are metered by the entry that others `asked` for.
    """

    changes: tuple[Change, ...]
    callers: Region
    allowed: Region
    asked: str | None
    before: str
    after: str
    entries: tuple[str | None, str | None] | None
    keys: tuple[str, ...]
    first: bool = False


# The callers of each outcome, before and after.
_Both = tuple[Mapping[Outcome, Region], Mapping[Outcome, Region]]


class Answering(Protocol):
    """What one side answers for a model to the callers of a method: by what is written, or by manifests alone."""

    @property
    def side(self) -> Side:
        """Give the side."""

    def entries(self, model: Model) -> Collection[str]:
        """Give what a request can ask for."""

    def outcomes(self, model: Model | None, method: Method, regions: Regions, asked: str | None) -> Mapping[Outcome, Region]:
        """Give the callers by the outcome of a request that asks for an entry, or for none."""

    def tiers(self, method: Method, regions: Regions) -> Mapping[str | None, Region]:
        """Give the callers by the tier that backends are told."""

    def counters(self, model: Model, method: Method, regions: Regions, key: str) -> frozenset[Counter]:
        """Give what Limitador keeps for the callers whom an entry meters."""


@dataclass
class Pair:
    """One model on both sides (None where it is not there), for tokens that `methods` accept on each side."""

    base: Answering
    head: Answering
    models: tuple[Model | None, Model | None]
    methods: tuple[Method, Method]
    regions: Regions
    _counters: dict[tuple[int, str], frozenset[Counter]] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Give every difference once; what a request that asks for nothing shows is not told again for one that asks."""
        before, after = self._outcomes(None)
        told: list[tuple[Outcome, Outcome, Region]] = []
        plain: list[Finding] = []
        for one, other, callers in _meeting(self.regions, before, after):
            changes = self.changes(one, other)
            if changes:
                told.append((one, other, callers))
                plain.append(_finding(changes, (callers, callers), None, (one, other)))
        asking = [found for asked in self._entries() for found in self._asking(asked, told, (before, after))]
        yield from self._joined(plain, asking)
        yield from self._moved(before, after)
        yield from self._told(before, after, told)

    def _joined(self, plain: list[Finding], asking: list[Finding]) -> Iterator[Finding]:
        """Tell once what is so for those who ask for an entry and for those who have it without asking."""
        for one in plain:
            same = next((other for other in asking if _alike(one, other)), None)
            if same is None:
                yield one
            else:
                asking.remove(same)
                yield replace(same, callers=self.regions.any((one.callers, same.callers)), first=True)
        yield from asking

    def _outcomes(self, asked: str | None) -> _Both:
        return (
            self.base.outcomes(self.models[0], self.methods[0], self.regions, asked),
            self.head.outcomes(self.models[1], self.methods[1], self.regions, asked),
        )

    def _entries(self) -> list[str]:
        found: set[str] = set()
        for meanings, model in zip((self.base, self.head), self.models, strict=True):
            if model is not None:
                found |= {*meanings.entries(model)}
        return sorted(found)

    def _asking(self, asked: str, told: list[tuple[Outcome, Outcome, Region]], plain: _Both) -> Iterator[Finding]:
        """Compare requests that ask for an entry; who has got or given up that very entry without asking has been told.

        Who is let through anyway gains or loses no access by it, but a budget.
        """
        for one, other, callers in _meeting(self.regions, *self._outcomes(asked)):
            changes = self.changes(one, other)
            if not changes:
                continue
            known = self.regions.any(region for before, after, region in told if _implies((before, after), (one, other)))
            rest = self.regions.but(callers, known)
            side = 0 if one == REFUSED else 1
            shut = plain[side].get(REFUSED, NOBODY) if REFUSED in (one, other) else ANYBODY
            parts = (changes, self.regions.both(rest, shut)), (_of_budget(changes), self.regions.but(rest, shut))
            for found, part in parts:
                if part != NOBODY:
                    limit = self.regions.both(callers, shut) if found == changes else self.regions.but(callers, shut)
                    told_as = _finding(found, (part, limit), asked, (one, other))
                    yield told_as if found == changes else _as_option(told_as)

    def changes(self, before: Outcome, after: Outcome) -> tuple[Change, ...]:
        """Give what it changes for somebody to have one outcome after another."""
        if before == REFUSED:
            gained = (Change.UNMETERED, Change.GAINED) if _unmetered(after) else (Change.GAINED,)
            return () if after == REFUSED else gained
        if after == REFUSED:
            return (Change.LOST,)
        found: list[Change] = []
        if before.allowed is not None and after.allowed is not None and before.allowed != after.allowed:
            match relation(before.allowed, after.allowed):
                case Relation.RAISED:
                    found.append(Change.RAISED)
                case Relation.LOWERED:
                    found.append(Change.LOWERED)
                case Relation.MIXED:
                    found.append(Change.MIXED)
                case Relation.SAME:
                    pass
            if _unmetered(after) and not _unmetered(before):
                found.insert(0, Change.UNMETERED)
        if self._reset(before, after):
            found.append(Change.RESET)
        return tuple(found)

    def _reset(self, before: Outcome, after: Outcome) -> bool:
        """Tell whether a count that is kept for the callers is given up for another one that starts at nothing."""
        if before.key == after.key and self._limits(0) == self._limits(1):
            return False
        old, new = self._kept(0, before), self._kept(1, after)
        return any(
            {one for one in old - new if one[1] == unit} and {one for one in new - old if one[1] == unit}
            for unit in ("tokens", "requests")
        )

    def _limits(self, side: int) -> list[tuple[object, ...]]:
        """Give all that the identity of a count can depend on."""
        meanings, model = (self.base, self.head)[side], self.models[side]
        if model is None:
            return []
        found = [one for one in meanings.side.relevant(model) if one.key[0] in LIMITING]
        return [(model.route, one.key, one.data.get("spec")) for one in found]

    def _kept(self, side: int, outcome: Outcome) -> frozenset[Counter]:
        meanings, model = (self.base, self.head)[side], self.models[side]
        if model is None or outcome.key is None:
            return frozenset()
        found = self._counters.get((side, outcome.key))
        if found is None:
            found = meanings.counters(model, self.methods[side], self.regions, outcome.key)
            self._counters[side, outcome.key] = found
        return found

    def _moved(self, before: Mapping[Outcome, Region], after: Mapping[Outcome, Region]) -> Iterator[Finding]:
        found = moved(self.models)
        if found is not None:
            refused = self.regions.any((before.get(REFUSED, NOBODY), after.get(REFUSED, NOBODY)))
            callers = self.regions.but(self.regions.callers, refused)
            if callers != NOBODY:
                yield Finding((Change.MOVED,), callers, callers, None, *found, None, ())

    def _told(
        self, before: Mapping[Outcome, Region], after: Mapping[Outcome, Region], told: list[tuple[Outcome, Outcome, Region]]
    ) -> Iterator[Finding]:
        """Compare the tier that backends are told of callers who get through before and after."""
        refused = self.regions.any((before.get(REFUSED, NOBODY), after.get(REFUSED, NOBODY)))
        known = self.regions.any(region for _, _, region in told)
        if None in self.models:
            return
        first, second = self.base.tiers(self.methods[0], self.regions), self.head.tiers(self.methods[1], self.regions)
        for one, here in first.items():
            for other, there in second.items():
                callers = self.regions.but(self.regions.both(here, there), refused) if one != other else NOBODY
                rest = self.regions.but(callers, known)
                if rest != NOBODY:
                    keys = tuple(f"tier:{name}" for name in (one, other) if name is not None)
                    yield Finding((Change.IDENTITY,), rest, callers, None, _tier(one), _tier(other), None, keys)


def moved(models: tuple[Model | None, Model | None]) -> tuple[str, str] | None:
    """Tell where a model was and is served, if that is another path or another provider."""
    base, head = models
    if base is None or head is None or (base.prefix, provider(base)) == (head.prefix, provider(head)):
        return None
    if base.prefix != head.prefix:
        return f"at `{base.prefix}`", f"at `{head.prefix}`"
    return described(base.backend), described(head.backend)


def _alike(one: Finding, other: Finding) -> bool:
    return (one.changes, one.entries, one.before, one.after) == (other.changes, other.entries, other.before, other.after)


def _as_option(found: Finding) -> Finding:
    """Say of callers who are let through anyway that an entry is, or was, none that they can ask for."""
    words = (text if text != str(REFUSED) else "no such entry for them" for text in (found.before, found.after))
    before, after = words
    return replace(found, before=before, after=after)


def _of_budget(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    instead = {Change.GAINED: Change.RAISED, Change.LOST: Change.LOWERED}
    return tuple(instead.get(change, change) for change in changes)


def _implies(told: tuple[Outcome, Outcome], asked: tuple[Outcome, Outcome]) -> bool:
    """Tell whether a change for requests that ask for nothing says what changes for those that ask for an entry.

    Who is let in or shut out is so for whatever is asked; only an entry that allows more is worth a word of its own.
    """
    if all(one in (REFUSED, other) for one, other in zip(asked, told, strict=True)):
        return True
    mine, others = ([one.allowed for one in pair if one.allowed is not None] for pair in (asked, told))
    same_way = [one == REFUSED for one in asked] == [one == REFUSED for one in told]
    return same_way and len(mine) == len(others) == 1 and at_most(mine[0], others[0])


def _finding(
    changes: tuple[Change, ...], callers: tuple[Region, Region], asked: str | None, outcomes: tuple[Outcome, Outcome]
) -> Finding:
    before, after = outcomes
    keys = tuple(dict.fromkeys(key for key in (before.key, after.key) if key is not None))
    return Finding(changes, *callers, asked, str(before), str(after), (before.key, after.key), keys)


def _tier(name: str | None) -> str:
    return f"the backend is told the tier `{name}`" if name else "the backend is told no tier"


def _unmetered(outcome: Outcome) -> bool:
    return outcome.allowed is not None and not outcome.allowed.tokens


def _meeting(
    regions: Regions, before: Mapping[Outcome, Region], after: Mapping[Outcome, Region]
) -> Iterator[tuple[Outcome, Outcome, Region]]:
    """Give every pair of outcomes that some callers have, with those callers."""
    for one, here in before.items():
        if after.get(one) == here:
            yield one, one, here
            continue
        for other, there in after.items():
            callers = regions.both(here, there)
            if callers != NOBODY:
                yield one, other, callers
