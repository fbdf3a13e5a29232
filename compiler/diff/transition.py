"""Checks the way from one configuration to the other: what every caller has while only some objects are applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import groupby, product

from msgspec import Struct
from msgspec.structs import replace

from compiler.diff.answers import Piece, Reader, accepting
from compiler.diff.bearer import bearers
from compiler.diff.cover import TooManyKindsError, kinds
from compiler.diff.credentials import Credentials
from compiler.diff.kept_keys import only_written
from compiler.diff.key_steps import steps_of_keys
from compiler.diff.regions import NOBODY, Region, Regions
from compiler.diff.result import Callers, Safety, Step
from compiler.diff.safety import judge
from compiler.diff.side import Object, ObjectKey, Side
from compiler.diff.waves import Operation, State, states, waves
from compiler.diff.witness import somebody
from compiler.program.ir import Model, Program
from compiler.program.keys import Key
from compiler.program.mentioned import mentioned
from compiler.program.methods import Credential
from compiler.prove.leaf import UndecidedError
from compiler.prove.view import Method, View

# What matters to requests; a ConfigMap does not.
_LIMITS = ("TokenRateLimitPolicy", "RateLimitPolicy")
_DECIDING = (*_LIMITS, "AuthPolicy", "HTTPRoute", "ReferenceGrant", "Role", "RoleBinding", "Secret")


def transition(base: Side, head: Side, tokens: Sequence[Credentials], reader: Reader) -> tuple[tuple[Step, ...], int]:
    """Give the states on the way that are not safe, or in which callers are cut off, and how many were looked at."""
    order = waves(base, head)
    placed = {one.key: (number, one) for number, (_, step) in enumerate(order) for one in step}
    found: list[Step] = []
    known: dict[object, list[Step]] = {}
    checked = 0
    for way in _ways(base, head):
        relevant = {one.key for side in (base, head) for one in side.relevant(way.model) if one.key[0] in _DECIDING}
        own = sorted((placed[one] for one in relevant if one in placed), key=lambda found: (found[0], found[1].key))
        steps = tuple(tuple(one for _, one in step) for _, step in groupby(own, key=lambda found: found[0]))
        if not steps:
            continue
        key = _likeness(way, steps, relevant)
        if key in known:
            found += [replace(step, models=(way.model.id,)) for step in known[key]]
            continue
        check = _Check(way, relevant, tokens, reader)
        known[key] = list(check.steps(steps))
        checked += check.checked
        found += known[key]
    with_keys = list(steps_of_keys(base, head))
    return _merged([*found, *with_keys]), checked + len(with_keys)


class _Way(Struct, frozen=True):
    """A route and its path, as a model of either side or of both has them."""

    base: Side
    head: Side
    model: Model
    on: tuple[bool, bool]


def _ways(base: Side, head: Side) -> Iterator[_Way]:
    for ident in sorted({*base.models, *head.models}):
        before, after = base.models.get(ident), head.models.get(ident)
        if before is not None and after is not None and (before.prefix, before.route) == (after.prefix, after.route):
            yield _Way(base, head, after, (True, True))
            continue
        if before is not None:
            yield _Way(base, head, before, (True, False))
        if after is not None:
            yield _Way(base, head, after, (False, True))


def _likeness(way: _Way, steps: tuple[tuple[Operation, ...], ...], relevant: set[ObjectKey]) -> object:
    """Give a key that two models share only if all that matters on the way is the same but for names and paths."""
    prefix = way.model.prefix

    def plain(found: Object | None) -> str:
        if found is None:
            return ""
        spec = {name: part for name, part in found.data.items() if name not in ("metadata", "kind", "apiVersion")}
        names = {prefix: "path", way.model.route: "route", f"'{way.model.served_as}'": "name"}
        return reduce(lambda text, name: text.replace(name, f"\0{names[name]}"), names, repr(spec))

    there = [way.base.objects[key] for key in sorted(relevant) if key in way.base.objects]
    before = tuple((one.key[0], plain(one)) for one in there)
    done = tuple(tuple((one.key[0], plain(one.before), plain(one.after)) for one in step) for step in steps)
    opened_by = tuple(key.id for key in way.base.program.keys if key.opens(way.model.id))
    return way.on, before, done, opened_by


# Who has what in one state: callers, and what a request gets, None when it is refused.
_Parts = tuple[tuple[Region, Piece | None], ...]

# Callers, and one of them by name and groups.
_Who = tuple[Callers, str, tuple[str, ...]]


@dataclass
class _Check:
    way: _Way
    relevant: set[ObjectKey]
    tokens: Sequence[Credentials]
    reader: Reader
    checked: int = 0
    _parts: dict[tuple[int, str, str | None], list[_Parts]] = field(default_factory=dict)

    def steps(self, order: tuple[tuple[Operation, ...], ...]) -> Iterator[Step]:
        first, last = self._objects(self.way.base), self._objects(self.way.head)
        try:
            before, after = self._view(first, self.way.base.program), self._view(last, self.way.head.program)
            ends = (before if self.way.on[0] else None, after if self.way.on[1] else None)
        except UndecidedError as error:
            yield self._undecided(State({}, (), tuple(one for step in order for one in step)), error)
            return
        for state in states(first, order):
            self.checked += 1
            try:
                yield from self._state(state, ends)
            except UndecidedError as error:
                yield self._undecided(state, error)

    def _objects(self, side: Side) -> Mapping[ObjectKey, Object]:
        return {key: side.objects[key] for key in sorted(self.relevant) if key in side.objects}

    def _view(self, objects: Mapping[ObjectKey, Object], program: Program) -> View | None:
        return self.reader.view(program, self.way.model, list(objects.values()))

    @cached_property
    def regions(self) -> Regions:
        """Give the callers that the policies of either side tell apart."""
        sides = (self.way.base, self.way.head)
        return Regions(self.reader.terms, *mentioned(side.only(self.way.model.id) for side in sides))

    @cached_property
    def entries(self) -> tuple[str | None, ...]:
        """Give all that a request can ask for, and None for a request that asks for nothing."""
        programs = [side.only(self.way.model.id) for side in (self.way.base, self.way.head)]
        found = {entry.key for program in programs for model in program.models for entry in program.precedence(model)}
        return (None, *sorted(found))

    def _state(self, state: State, ends: tuple[View | None, View | None]) -> Iterator[Step]:
        program = self.way.head.program if self.way.on[1] else self.way.base.program
        view = self._view(state.objects, program)
        if view is None:
            return
        seen: set[Safety] = set()
        for written, kinds_of_one in self._credentials:
            token = frozenset(kinds_of_one)
            for asked in self.entries:
                keys = self._keys(asked) if written else None
                if keys == []:
                    continue
                middle = self._had(view, token, asked)
                for trio in product(self._had(ends[0], token, asked), middle, self._had(ends[1], token, asked)):
                    for safety, callers, says in self._judged(trio):
                        who = self._who(callers, asked, keys) if safety not in seen else None
                        if who is not None:
                            seen.add(safety)
                            yield self._step(safety, state, who, says)

    @cached_property
    def _credentials(self) -> list[tuple[bool, tuple[Credential, ...]]]:
        """Give all kinds of credentials, and of each whether nobody has one but the bearers of keys that are written."""
        sides = (self.way.base, self.way.head)
        return [(only_written(tokens, *sides), one) for tokens in self.tokens for one in tokens.credentials]

    def _keys(self, asked: str | None) -> list[Key]:
        """Give the keys that ask for an entry: those of before, because keys are applied last."""
        return [key for key in self.way.base.program.keys if key.bound == asked and key.opens(self.way.model.id)]

    def _had(self, view: View | None, token: frozenset[Credential], asked: str | None) -> list[_Parts]:
        """Give who has what; several readings where it is not known which method accepts or when limits are looked at."""
        if view is None:
            return [((self.regions.callers, None),)]
        found: list[_Parts] = []
        methods = accepting(view, token)
        for method in methods:
            found += self._of_method(view, method, asked)
        return found or [((self.regions.callers, None),)]

    def _of_method(self, view: View, method: Method, asked: str | None) -> list[_Parts]:
        key = (id(view), method.name, asked)
        if key not in self._parts:
            self._parts[key] = []
            for pieces in self.reader.pieces(self.way.model, view, method, self.regions, asked):
                let_in = self.regions.any(piece.callers for piece in pieces)
                refused = self.regions.but(self.regions.callers, let_in)
                self._parts[key].append((*((piece.callers, piece) for piece in pieces), (refused, None)))
        return self._parts[key]

    def _judged(self, trio: tuple[_Parts, _Parts, _Parts]) -> Iterator[tuple[Safety, Region, str]]:
        before, middle, after = trio
        for here, now in middle:
            for first, had in before:
                some = self.regions.both(here, first)
                if some == NOBODY:
                    continue
                for then, will in after:
                    callers = self.regions.both(some, then)
                    judged = judge(had, now, will) if callers != NOBODY else None
                    if judged is not None:
                        yield judged[0], callers, judged[1]

    def _who(self, callers: Region, asked: str | None, keys: Sequence[Key] | None) -> _Who | None:
        """Describe callers and name one of them; where nobody else can be meant than bearers of keys, those of them who are."""
        if keys is not None:
            found = [key for key in keys if self.regions.has(callers, key.user, key.groups)]
            return (bearers(found), found[0].user, found[0].groups) if found else None
        try:
            described = kinds(self.regions, callers)
        except TooManyKindsError:
            described = None
        return Callers(described, asked), *somebody(self.regions, callers)

    def _step(self, safety: Safety, state: State, who: _Who, says: str) -> Step:
        callers, user, groups = who
        listed = ", ".join(f"`{group}`" for group in groups)
        person = f"user `{user}` in {listed}" if groups else f"user `{user}` in no group"
        done, missing = (tuple(map(str, found)) for found in (state.done, state.missing))
        return Step(safety, (self.way.model.id,), callers, done, missing, says, person)

    def _undecided(self, state: State, error: UndecidedError) -> Step:
        done, missing = (tuple(map(str, found)) for found in (state.done, state.missing))
        return Step(Safety.UNDECIDED, (self.way.model.id,), Callers(()), done, missing, str(error))


def _merged(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Join steps that tell the same of several models; of one model and one safety the first is enough."""
    first: dict[tuple[object, ...], Step] = {}
    for step in steps:
        first.setdefault((step.safety, step.models, step.callers, step.says), step)
    found: dict[tuple[object, ...], Step] = {}
    for step in first.values():
        key = (step.safety, step.callers, step.says)
        known = found.get(key)
        found[key] = step if known is None else replace(known, models=tuple(dict.fromkeys((*known.models, *step.models))))
    order = list(Safety)
    return tuple(sorted(found.values(), key=lambda step: (order.index(step.safety), step.models, step.says)))
