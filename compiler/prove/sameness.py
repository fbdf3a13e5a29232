"""Tells which models a proof cannot tell apart but by their path and by names, so that one proof serves them all.

A claim is a formula over facts such as "a group of the caller is called so". Where texts and Program only ask whether two
names are equal, another name for each gives the same formulas over other facts, and one can hold exactly if the other
can. Budgets are renamed alike: whether a limit is the one that is meant is a question of equal amounts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct, field

from compiler.cel.build import strings
from compiler.cel.printer import text
from compiler.program import ir
from compiler.program.invariant import Invariant
from compiler.program.keys import EVERY_MODEL
from compiler.program.methods import Method
from compiler.prove import raw
from compiler.prove.attribution import NOBODYS
from compiler.prove.literals import Literals, Reader
from compiler.prove.replay import BEYOND_REACH
from compiler.prove.terms import Terms
from compiler.prove.values import Record, UnsupportedError, Value
from compiler.prove.view import AccessReview, Comparison, Conditions, Limit, Pattern, Several, Source, View
from compiler.prove.world import World

_LISTING: Final = "\0listing"
_CALLED: Final = "\0called"
_HEADERS: Final = (*ir.IDENTITY_HEADERS, ir.GROUP_HEADER, ir.SUBSCRIPTION_HEADER)

# Fields of what expressions read, beside those of the identity.
_ROOTS: Final = ("identity", "headers", "url_path", "path")
_FETCHED: Final = ("metadata", "data")

# A comma would part a name, a slash make it part of a path, and what has a colon in it may be kept by Kubernetes to itself,
# or be the key of a team or a tier.
_PARTING: Final = frozenset(",/:")

# What stands for a name or an amount: the number of its first place in the model, or itself.
_Named = Mapping[str, int]
_Amounts = Mapping[int, tuple[str, int]]


class Sameness(Struct, frozen=True, dict=True):
    """Gives a key for each model of a Program, to which invariants may be put."""

    program: ir.Program
    invariants: Sequence[Invariant]
    _reader: Reader = field(default_factory=Reader)

    def key(self, view: View) -> Hashable:
        """Give a key that two models share only if what holds of one, renamed, holds of the other.

        Formulas come from texts and from the Program alone. A text that speaks of the path does so only by comparing it
        with the listing path, and one that asks whether a credential opens the model with the words for it; where a text
        does more, the model's own prefix is part of the key. What is not understood is like nothing else.
        """
        model = self.program.model(view.model)
        if model is None or view.unknown:
            return view.model
        asked = tuple(one.name for one in self.invariants if one.concerns(model))
        listing, called = f'"{model.listing_path}"', text(strings(model.called))
        written = {one: _renamed(one, listing, called) for one in dict.fromkeys(source.text for source in sources(view))}
        texts = {one: self._reader.read(found) for one, found in written.items()}
        own = _own(model)
        fixed = self._fixed.union(_told(model), _fields(view), model.called, *(found.fixed for found in texts.values()))
        itself = {*model.called, model.listing_path} - {EVERY_MODEL}
        bound = any(isinstance(rule, AccessReview) for rule in view.authorization) or not all(
            found.plain and itself.isdisjoint(found.inside) and not (found.paths and _looks_closer(written[one]))
            for one, found in texts.items()
        )
        renamed = not bound and not asked
        names = {name: number for number, name in enumerate(own) if name not in fixed and _is_opaque(name)} if renamed else {}
        said = _Renaming(names, self._amounts(model) if renamed else {}, texts)
        parts = (asked, model.prefix if bound else None, model.tiers, said.view(view), said.model(model))
        return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).digest()

    def _amounts(self, model: ir.Model) -> _Amounts:
        own = [rate.limit for one in model.entries for rate in (*one.budget.tokens, *one.budget.requests)]
        tiers = {rate.limit for tier in self.program.tiers for rate in (*tier.budget.tokens, *tier.budget.requests)}
        free = [amount for amount in dict.fromkeys(own) if 0 < amount < BEYOND_REACH and amount not in tiers]
        return {amount: ("amount", number) for number, amount in enumerate(free)}

    @cached_property
    def _fixed(self) -> frozenset[str]:
        """Give the names that mean something to every model."""
        tiers = [name for tier in self.program.tiers for name in (tier.name, tier.entry.key, *tier.members.groups)]
        inside = [name for method in self.program.platform.methods for name in _names_in(_identity(method))]
        return frozenset((*tiers, *inside, *_HEADERS, *_ROOTS))


def _own(model: ir.Model) -> tuple[str, ...]:
    """Give the names that a model speaks of, in an order that does not depend on them."""
    subjects = [*(grant.subjects for grant in model.grants), *(entry.subjects for entry in model.entries)]
    found = [entry.key for entry in model.entries]
    found += [name for one in subjects for name in (*one.groups, *one.users)]
    return tuple(dict.fromkeys(found))


def _told(model: ir.Model) -> set[str | None]:
    return {value for one in model.entries for value in (one.metadata.organization, one.metadata.cost_center)}


def _fields(view: View) -> Iterator[str]:
    """Give the fields of what expressions read, apart from those that a credential brings."""
    for method in view.methods:
        yield from (name for name, _ in method.overrides)
    yield from (name for one in view.exports for name in (one.item, one.name))
    yield from (name for one in view.fetched for name in (*_FETCHED, one.name, *one.keys))


def _identity(method: Method) -> Record:
    try:
        return raw.identity(World(Terms(), ("/",)), method)
    except UnsupportedError:
        # Of its callers nothing is proved, so that there is nothing to share.
        return Record("", {})


def _names_in(value: Value) -> Iterator[str]:
    if isinstance(value, Record):
        for name, found in value.fields.items():
            yield name
            yield from _names_in(found.value)


def _renamed(written: str, listing: str, called: str) -> str:
    return (written.replace(listing, _LISTING) if "path" in written else written).replace(called, _CALLED)


def _is_opaque(name: str) -> bool:
    return name != "" and _PARTING.isdisjoint(name) and not name.startswith(NOBODYS) and name.isprintable()


class _Renaming(Struct, frozen=True):
    """What a view and a model say, with numbers for names."""

    names: _Named
    amounts: _Amounts
    texts: Mapping[str, Literals]

    def view(self, view: View) -> tuple[object, ...]:
        """Tell all that a view says; in what order limits stand means nothing."""
        overrides = [[(name, self._text(source)) for name, source in method.overrides] for method in view.methods]
        return (
            [(one.name, one.priority, one.accepts, one.cache) for one in view.methods],
            overrides,
            [
                (type(rule).__name__, rule.name, list(map(self._text, rule.sources())), _shape(rule))
                for rule in view.authorization
            ],
            [(export.item, export.name, self._text(export.value)) for export in view.exports],
            [(name, self._text(source)) for name, source in view.injected],
            sorted(repr(self._limit(limit)) for limit in view.limits),
            view.fetched,
        )

    def _limit(self, limit: Limit) -> tuple[object, ...]:
        rates = [(self.amounts.get(amount, amount), seconds) for amount, seconds in limit.rates]
        return limit.unit, rates, list(map(self._text, limit.predicates)), list(map(self._text, limit.counters))

    def _text(self, source: Source) -> tuple[object, ...]:
        found = self.texts[source.text]
        return found.around, *[self.names.get(name, name) for name in found.inside]

    def model(self, model: ir.Model) -> tuple[object, ...]:
        """Tell all that is meant of a model."""
        return (
            [self._subjects(grant.subjects) for grant in model.grants],
            [
                (
                    entry.kind,
                    self.names.get(entry.key, entry.key),
                    self._subjects(entry.subjects),
                    self._budget(entry.budget),
                    entry.metadata,
                )
                for entry in model.entries
            ],
        )

    def _subjects(self, subjects: ir.Subjects) -> tuple[object, ...]:
        groups, users = ([self.names.get(name, name) for name in several] for several in (subjects.groups, subjects.users))
        return groups, users

    def _budget(self, budget: ir.Budget) -> tuple[object, ...]:
        tokens, requests = (
            [(self.amounts.get(rate.limit, rate.limit), rate.seconds) for rate in rates]
            for rates in (budget.tokens, budget.requests)
        )
        return tokens, requests, budget.unlimited, budget.per.name


def _shape(rule: Conditions | AccessReview) -> Hashable:
    return tuple(map(_pattern, rule.patterns)) if isinstance(rule, Conditions) else None


def _pattern(pattern: Pattern) -> Hashable:
    match pattern:
        case Source():
            return None
        case Comparison():
            return (pattern.selector, pattern.operator, pattern.value)
        case Several():
            return (pattern.every, *map(_pattern, pattern.members))


def sources(view: View) -> list[Source]:
    """Give all CEL texts that decide about the requests of a model."""
    found = [source for method in view.methods for _, source in method.overrides]
    found += [source for rule in view.authorization for source in rule.sources()]
    found += [export.value for export in view.exports]
    found += [source for _, source in view.injected]
    found += [source for limit in view.limits for source in (*limit.predicates, *limit.counters)]
    return found


def _looks_closer(text: str) -> bool:
    return any(mark in text for mark in ("/", "With(", "split("))
