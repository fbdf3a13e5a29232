"""What a set of emitted objects answers for one model, over all callers at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from compiler.cel.parse import parse
from compiler.diagnostics.model import failed
from compiler.diff.budgets import Allowed
from compiler.diff.regions import NOBODY, Region, Regions
from compiler.diff.side import Object
from compiler.gateway.cluster import Cluster
from compiler.gateway.read import understood
from compiler.program import methods
from compiler.program.ir import SUBSCRIPTION_HEADER, Model, Program, Rate
from compiler.prove import emitted, world
from compiler.prove.algebra import Algebra
from compiler.prove.emitted import ENTRY_COUNTER, USER_COUNTER, Emitted, Metering
from compiler.prove.expressions import Memory
from compiler.prove.formula import FALSE, Formula
from compiler.prove.from_gateway import externals, permissions, view_through
from compiler.prove.identities import SELECTED_PROPERTY
from compiler.prove.leaf import UndecidedError
from compiler.prove.replay import BEYOND_REACH
from compiler.prove.reserved import reserved_by, reserved_names
from compiler.prove.targets import targets
from compiler.prove.terms import Terms
from compiler.prove.values import Symbol, Text, UnsupportedError
from compiler.prove.view import Method, View
from compiler.prove.world import World, header_value
from compiler.source.document import Document

# What Limitador knows a count by: the route it is kept for, unit, policy, limit, seconds, and the values that share it out.
Counter = tuple[str, str, str, str, int, tuple[str, ...]]

# The exported entry, where it is what the header names, or what the credential is bound to.
_NAMED = (Symbol(header_value(SUBSCRIPTION_HEADER)), Symbol(world.BOUND))


class Piece(Struct, frozen=True):
    """Callers who get through and have the same: `metered` tells whether any limit of tokens counts them."""

    callers: Region
    entry: str
    allowed: Allowed
    metered: bool
    counters: frozenset[Counter]


@dataclass
class Reader:
    """Reads manifests for one comparison; evaluated expressions are kept."""

    memory: Memory = field(default_factory=lambda: Memory(parse, Algebra(Terms())))
    # By identity, each with its view, so that no two views that were asked about ever have the same.
    _known: dict[tuple[int, str], tuple[View, World, Emitted]] = field(default_factory=dict)
    # The ways in of all sides, in the order met: a method of the manifests is meant by one of them.
    _ways_in: dict[methods.Method, None] = field(default_factory=dict)
    _reserved: dict[str, None] = field(default_factory=dict)

    @property
    def terms(self) -> Terms:
        """Give the formulas of the comparison."""
        return self.memory.algebra.terms

    def view(self, program: Program, model: Model, objects: Sequence[Object]) -> View | None:
        """Give what holds for the requests of a model while these objects are in the cluster; None without a route.

        Raises:
            UndecidedError: the objects hold something that no proof understands.
        """
        return self.view_in(program, model, cluster_of(program, model, objects), f"{model.namespace}/{model.route}")

    def view_in(self, program: Program, model: Model, cluster: Cluster, route: str) -> View | None:
        """Give what holds for the requests of a model that take a route (`namespace/name`); None if there is no such route.

        Raises:
            UndecidedError: the manifests hold something that no proof understands.
        """
        self._ways_in.update(dict.fromkeys(program.platform.methods))
        self._reserved.update(dict.fromkeys(reserved_by(program)))
        view = view_through(program, model, cluster, route, tuple(permissions(cluster)))
        if view is not None and view.unknown:
            raise UndecidedError(view.unknown[0].what)
        return view

    def pieces(self, model: Model, view: View, method: Method, regions: Regions, asked: str | None) -> list[tuple[Piece, ...]]:
        """Give the callers whom a method accepts and who get through, by what they then have.

        There are two readings where some releases of the filter look at the limits before the headers are set, some after.

        Raises:
            UndecidedError: the manifests use something that no proof understands.
        """
        of, found = self.read(model, view, method)
        readings = [found.limits, *([found.later] if found.later else [])]
        try:
            return [tuple(_pieces(_Case(model, of, found, limits, regions, asked))) for limits in readings]
        except UnsupportedError as error:
            raise UndecidedError(str(error)) from error

    def read(self, model: Model, view: View, method: Method) -> tuple[World, Emitted]:
        """Give what the manifests answer to the callers of a method, as formulas.

        Raises:
            UndecidedError: the manifests use something that no proof understands.
        """
        key = (id(view), method.name)
        if key not in self._known:
            try:
                made = self._world(model, view)
                self._known[key] = (view, made, self._emitted(view, method, made))
            except UnsupportedError as error:
                raise UndecidedError(str(error)) from error
        _, of, found = self._known[key]
        return of, found

    def _emitted(self, view: View, method: Method, of: World) -> Emitted:
        """Read what holds for the first way in that it can be meant for: between two sides it may be either's."""
        meant = [one for one in self._ways_in if set(methods.credentials_of(one)) & set(method.accepts)]
        unread = UnsupportedError(f"the method `{method.name}`, which accepts what no way in is for")
        for one in meant:
            try:
                return self._read(view, method, one, of)
            except UnsupportedError as error:
                unread = error
        raise unread

    def _read(self, view: View, method: Method, meant: methods.Method, of: World) -> Emitted:
        """Read what holds; where nobody gets through, limits are never asked, and may speak of facts that nobody tells them."""
        try:
            return emitted.read(view, method, meant, of, self.memory)
        except UnsupportedError:
            alone = emitted.read(replace(view, limits=()), method, meant, of, self.memory)
            if alone.allowed == FALSE:
                return alone
            raise

    def _world(self, model: Model, view: View) -> World:
        sources = [source for limit in view.limits for source in limit.predicates]
        sources += [source for method in view.methods for _, source in method.overrides]
        sources += [source for rule in view.authorization for source in rule.sources()]
        sources += [export.value for export in view.exports]
        texts = dict.fromkeys(source.text for source in sources if "path" in source.text)
        reserved = reserved_names(tuple(self._reserved), (source.text for source in sources), self.memory.tree)
        paths = targets(model.prefix, model.listing_path, [self.memory.tree(text) for text in texts])
        return World(self.terms, paths, reserved=reserved)


def cluster_of(program: Program, model: Model, objects: Sequence[Object]) -> Cluster:
    """Read the objects that decide about one model, beside those that somebody else makes for it.

    Raises:
        UndecidedError: they hold something that no proof understands.
    """
    # Nothing is spelt: what is live may hold numbers that we would never write.
    documents = tuple(Document("objects", index, "", one.data) for index, one in enumerate(objects))
    cluster, found = understood({"objects": (documents, ())}, externals=externals(replace(program, models=(model,))))
    if failed(found):
        raise UndecidedError(found[0].headline)
    return cluster


class _Case(Struct, frozen=True):
    model: Model
    world: World
    emitted: Emitted
    limits: tuple[Metering, ...]
    regions: Regions
    asked: str | None

    def callers(self, formula: Formula) -> Region:
        """Give the callers of a usual request for whom a formula holds."""
        return self.regions.of(self.world.terms.at(formula, world.TARGET, self.world.targets[0]), self.asked)


def _pieces(case: _Case) -> Iterator[Piece]:
    within = case.callers(case.emitted.allowed)
    if within == NOBODY:
        return
    selected = case.emitted.exported(SELECTED_PROPERTY)
    if not isinstance(selected, Text):
        raise UndecidedError("callers get through and nothing tells which entry meters them")
    for guard, entry in selected.choices:
        callers = case.regions.both(within, case.callers(guard))
        if callers == NOBODY:
            continue
        key = case.asked if entry in _NAMED else entry
        if not isinstance(key, str):
            raise UndecidedError("which entry meters a caller is not known")
        for part, limits in _parted(case, callers, key):
            yield _piece(case.model, part, key, limits)


def _parted(case: _Case, callers: Region, entry: str) -> list[tuple[Region, list[Metering]]]:
    """Split callers by the limits that hold for them."""
    parts: list[tuple[Region, list[Metering]]] = [(callers, [])]
    for limit in case.limits:
        matches = case.callers(case.world.terms.at(limit.matches, world.SELECTED, entry))
        split: list[tuple[Region, list[Metering]]] = []
        for part, limits in parts:
            inside, outside = case.regions.both(part, matches), case.regions.but(part, matches)
            split += [(inside, [*limits, limit])] if inside != NOBODY else []
            split += [(outside, limits)] if outside != NOBODY else []
        parts = split
    return parts


def _piece(model: Model, callers: Region, entry: str, limits: Sequence[Metering]) -> Piece:
    rates: dict[str, set[Rate]] = {"tokens": set(), "requests": set()}
    counters: set[Counter] = set()
    shared = False
    for found in limits:
        values = *(source.text for source in found.limit.counters), *([entry] if ENTRY_COUNTER in found.counts else [])
        for amount, seconds in found.limit.rates:
            if amount < BEYOND_REACH:
                rates[found.limit.unit].add(Rate(amount, seconds))
                if amount:
                    shared = shared or USER_COUNTER not in found.counts
                    route = f"{model.namespace}/{model.route}"
                    counters.add((route, found.limit.unit, found.limit.policy, found.limit.name, seconds, values))
    tokens, requests = (tuple(sorted(rates[unit], key=lambda rate: (rate.seconds, rate.limit))) for unit in rates)
    allowed = Allowed(tokens, requests, shared)
    return Piece(callers, entry, allowed, any(found.limit.unit == "tokens" for found in limits), frozenset(counters))


def accepting(view: View, token: frozenset[methods.Credential]) -> tuple[Method, ...]:
    """Give the methods of which one accepts a credential of some kinds: of the first priority that has any, all."""
    found = [method for method in view.methods if token & set(method.accepts)]
    best = min((method.priority for method in found), default=0)
    return tuple(method for method in found if method.priority == best)
