"""What drift means: who may call what with which budget by the live manifests, compared with those of `out/`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from msgspec.structs import replace

from compiler.diff.answers import Reader, cluster_of
from compiler.diff.cover import Kind, TooManyKindsError, kinds
from compiler.diff.findings import Finding, Pair
from compiler.diff.regions import NOBODY, Regions
from compiler.diff.result import Answered, Callers, Change, Row, Witness, merged
from compiler.diff.side import Object, Side
from compiler.diff.witness import somebody
from compiler.drift.both import Both
from compiler.drift.identity import identity
from compiler.drift.normal import normal
from compiler.drift.own_route import leads
from compiler.drift.result import Unknown
from compiler.drift.roads import NO_ROADS, Road, Roads, lets_everybody_in
from compiler.drift.tokens import Token
from compiler.drift.tokens import tokens as tokens_of
from compiler.program.ir import SUBSCRIPTION_HEADER, Model
from compiler.program.methods import credentials_of
from compiler.prove.formula import Fact
from compiler.prove.leaf import UndecidedError
from compiler.prove.view import Method, View

_OPEN: Final = "refused without a credential, and asked for access"
_READINGS: Final = 2

# Told how many of how many are done.
Tell = Callable[[int, int], None]


def silent(_: int, __: int) -> None:
    """Tell nobody."""


def meaning(
    written: Side, live: Side, roads: Roads = NO_ROADS, tell: Tell = silent
) -> tuple[tuple[Row, ...], tuple[Unknown, ...]]:
    """Give what differs for callers of any model, and the models of which that is not known.

    `roads` are those that only the cluster has. `tell` is told how many models of how many have been compared.
    """
    rows: list[Row] = []
    unknown: list[Unknown] = []
    models = written.program.models
    for count, model in enumerate(models):
        tell(count, len(models))
        try:
            if not _same(*(side.relevant(model) for side in (written, live))):
                rows += _Model(written, live, model).rows()
            for road in roads.get(model.id, ()):
                rows += [_by(road, row) for row in _Model(written, live, model).rows(road)]
        except UndecidedError as error:
            unknown.append(Unknown(model.id, str(error)))
    return merged(rows), tuple(unknown)


def _by(road: Road, row: Row) -> Row:
    return replace(row, after=f"{row.after}, where HTTPRoute `{road.route}` takes the request")


def _same(ours: Sequence[Object], theirs: Sequence[Object]) -> bool:
    """Tell whether all that decides about a model is as written."""
    first, second = ({one.key: one.data for one in side} for side in (ours, theirs))
    return first.keys() == second.keys() and all(normal(first[key]) == normal(second[key], first[key]) for key in first)


@dataclass
class _Told:
    """A difference, and the tokens for which it is so."""

    finding: Finding
    tokens: list[Token]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for token in self.tokens for name in token.names))

    def says(self, other: Finding, silent: Sequence[Fact], regions: Regions) -> bool:
        """Tell whether this says all that another finding does, on tokens that never speak of some groups."""
        mine = self.finding
        same = (mine.changes, mine.before, mine.after) == (other.changes, other.before, other.after)
        # Who has an entry first has it without asking, as those have who could ask for no other.
        asking = (mine.asked, mine.first) == (other.asked, other.first) or (mine.first and other.asked is None)
        if not (same and asking):
            return False
        seen = regions.without(mine.callers, silent)
        return regions.but(other.callers, regions.any((seen, mine.callers))) == NOBODY

    def everyone(self, silent: Mapping[Token, Sequence[Fact]], regions: Regions) -> bool:
        """Tell whether it is so for every token, or nobody with another one could be such a caller."""
        others = (facts for token, facts in silent.items() if token not in self.tokens)
        return all(regions.without(self.finding.callers, facts) == NOBODY for facts in others)


class _Model:
    def __init__(self, written: Side, live: Side, model: Model) -> None:
        self._sides = (written, live)
        self._model = model
        # One for each model: its formulas then speak of the callers that this model tells apart, and of no others.
        self._reader = Reader()

    def rows(self, road: Road | None = None) -> list[Row]:
        """Give what differs, or what would if all requests took another road than the model's own."""
        program, model = self._sides[0].program, self._model
        written, live = (cluster_of(program, model, side.relevant(model)) for side in self._sides)
        if road is not None:
            live = cluster_of(program, model, [*self._sides[1].relevant(model), *road.objects])
        own = f"{model.namespace}/{model.route}"
        taken = road.route if road is not None else own
        here = live.index.routes.get(taken, ())
        taking = road is not None or leads(here, program, model)
        if taking and any(map(lets_everybody_in, here)):
            return [_unguarded(model)]
        there = self._reader.view_in(program, model, live, taken) if taking else None
        views = self._reader.view_in(program, model, written, own), there
        if there is not None:
            _told_apart(there)
        # Where they are the same, what differs is beside the policies that hold alone.
        return [] if views[0] == views[1] else self._different(Both(model, self._sides, views, self._reader))

    def _different(self, both: Both) -> list[Row]:
        strange = self._strange(both.views[1])
        tokens = tuple(one for one in dict.fromkeys(tokens_of(*both.views)) if one.live not in strange)
        spoken = {token: set.union(*both.facts(token)) for token in tokens}
        facts = list(self._reader.terms.facts())
        regions = Regions(
            self._reader.terms, *([one.name for one in facts if one.kind == kind] for kind in ("group", "username"))
        )
        silent = {
            token: [fact for fact in regions.facts if fact.kind == "group" and fact not in spoken[token]] for token in tokens
        }
        told: list[_Told] = []
        for token, reading in product(tokens, range(_READINGS)):
            for found in self._findings(both, token, reading, regions):
                known = next((one for one in told if one.says(found, silent[token], regions)), None)
                if known is None:
                    told.append(_Told(found, [token]))
                elif token not in known.tokens:
                    known.tokens.append(token)
        rows = [self._row(one.finding, regions, () if one.everyone(silent, regions) else one.names) for one in told]
        return [*map(self._let_in, strange), *rows, *identity(both, tokens, regions)]

    def _strange(self, live: View | None) -> list[Method]:
        """Give the methods that accept what no way in is for: what they make of it, nobody has written."""
        known = {one for method in self._sides[0].program.platform.methods for one in credentials_of(method)}
        return [method for method in live.methods if not known & set(method.accepts)] if live is not None else []

    def _let_in(self, method: Method) -> Row:
        callers = Callers((), methods=("; ".join(map(str, method.accepts)),))
        after = f"accepted by `{method.name}`, and whom it lets in is not known"
        return Row((Change.GAINED, Change.IDENTITY), (self._model.id,), callers, "refused with 401", after, None)

    def _findings(self, both: Both, token: Token, reading: int, regions: Regions) -> Iterator[Finding]:
        written, live = both.manifests(token, reading)
        method = self._sides[0].program.platform.methods[0]
        yield from Pair(written, live, (self._model, self._model), (method, method), regions).findings()

    def _row(self, found: Finding, regions: Regions, methods: tuple[str, ...]) -> Row:
        try:
            described = kinds(regions, found.callers, found.allowed)
        except TooManyKindsError:
            described = None
        tiers = tuple(sorted((tier.name, tier.members.groups) for tier in self._sides[0].program.tiers))
        callers = Callers(described, found.asked, found.first, methods, tiers)
        user, groups = somebody(regions, found.callers)
        headers = ((SUBSCRIPTION_HEADER, found.asked),) if found.asked is not None else ()
        shown = None
        if found.entries is not None:
            before, after = (Answered(None, 403 if entry is None else 200, entry) for entry in found.entries)
            shown = Witness(self._model.id, user, groups, headers, before, after)
        return Row(found.changes, (self._model.id,), callers, found.before, found.after, shown)


def _told_apart(view: View) -> None:
    """Refuse limits with two rates of one window.

    Raises:
        UndecidedError: Limitador keeps one of the two, and nobody knows which.
    """
    for limit in view.limits:
        if len({seconds for _, seconds in limit.rates}) < len({*limit.rates}):
            raise UndecidedError(f"the limit `{limit.name}` has two rates for one window, of which Limitador keeps one")


def _unguarded(model: Model) -> Row:
    changes = (Change.UNMETERED, Change.GAINED)
    return Row(changes, (model.id,), Callers((Kind(),)), _OPEN, "everybody gets through, without any credential", None)
