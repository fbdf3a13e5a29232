"""What drift means: who may call what with which budget by the live manifests, compared with those of `out/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

from compiler.diff.answers import Reader, accepting
from compiler.diff.cover import Kind, TooManyKindsError, kinds
from compiler.diff.findings import Finding, Pair
from compiler.diff.meaning import REFUSED
from compiler.diff.regions import NOBODY, Regions
from compiler.diff.result import Answered, Callers, Change, Row, Witness, merged
from compiler.diff.side import Object, Side
from compiler.diff.witness import somebody
from compiler.drift.answers import Manifests
from compiler.drift.normal import normal
from compiler.drift.result import Unknown
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, TIER_HEADER, Model
from compiler.prove.formula import TRUE, Conjunction, Fact, Formula, Switch
from compiler.prove.identities import SELECTED_PROPERTY
from compiler.prove.leaf import UndecidedError
from compiler.prove.terms import Terms
from compiler.prove.values import Text
from compiler.prove.view import Method, View

_OPEN: Final = "refused without a credential, and asked for access"
_READINGS: Final = 2


def meaning(written: Side, live: Side) -> tuple[tuple[Row, ...], tuple[Unknown, ...]]:
    """Give what differs for callers of any model, and the models of which that is not known."""
    rows: list[Row] = []
    unknown: list[Unknown] = []
    for model in written.program.models:
        ours, theirs = (side.relevant(model) for side in (written, live))
        if _same(ours, theirs):
            continue
        try:
            rows += _Model(written, live, model).rows()
        except UndecidedError as error:
            unknown.append(Unknown(model.id, str(error)))
    return merged(rows), tuple(unknown)


def _same(ours: Sequence[Object], theirs: Sequence[Object]) -> bool:
    """Tell whether all that decides about a model is as written."""
    first, second = ({one.key: one.data for one in side} for side in (ours, theirs))
    return first.keys() == second.keys() and all(normal(first[key]) == normal(second[key], first[key]) for key in first)


@dataclass(frozen=True)
class _Token:
    """A kind of token: the methods of which one accepts it, as written and live; none refuses it."""

    written: Method | None
    live: Method | None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(method.name for method in (self.written, self.live) if method is not None))


@dataclass
class _Told:
    """A difference, and the tokens for which it is so."""

    finding: Finding
    tokens: list[_Token]

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

    def everyone(self, silent: Mapping[_Token, Sequence[Fact]], regions: Regions) -> bool:
        """Tell whether it is so for every token, or nobody with another one could be such a caller."""
        others = (facts for token, facts in silent.items() if token not in self.tokens)
        return all(regions.without(self.finding.callers, facts) == NOBODY for facts in others)


class _Model:
    def __init__(self, written: Side, live: Side, model: Model) -> None:
        self._sides = (written, live)
        self._model = model
        # One for each model: its formulas then speak of the callers that this model tells apart, and of no others.
        self._reader = Reader()

    def rows(self) -> list[Row]:
        if not _guarded(self._sides[1].relevant(self._model)):
            return [_unguarded(self._model)]
        program = self._sides[0].program
        views = [self._reader.view(program, self._model, side.relevant(self._model)) for side in self._sides]
        tokens = tuple(dict.fromkeys(_tokens(views[0], views[1])))
        for token in tokens:
            for view, method in zip(views, (token.written, token.live), strict=True):
                if view is not None and method is not None:
                    self._reader.read(self._model, view, method)
        facts = list(self._reader.terms.facts())
        regions = Regions(
            self._reader.terms, *([one.name for one in facts if one.kind == kind] for kind in ("group", "username"))
        )
        silent = {
            token: [fact for fact in regions.facts if fact.kind == "group" and fact not in self._spoken_of(views, token)]
            for token in tokens
        }
        told: list[_Told] = []
        for token, reading in product(tokens, range(_READINGS)):
            for found in self._findings(views, token, reading, regions):
                known = next((one for one in told if one.says(found, silent[token], regions)), None)
                if known is None:
                    told.append(_Told(found, [token]))
                elif token not in known.tokens:
                    known.tokens.append(token)
        rows = [self._row(one.finding, regions, () if one.everyone(silent, regions) else one.names) for one in told]
        return [*rows, *self._identity(views, tokens, regions)]

    def _identity(self, views: Sequence[View | None], tokens: Sequence[_Token], regions: Regions) -> Iterator[Row]:
        """Tell of identities that requests may bring themselves, and of what limits and backends are told otherwise."""
        told: dict[tuple[str, str], list[_Token]] = {}
        for token in tokens:
            if None in (*views, token.written, token.live):
                continue
            headers = [header for header in IDENTITY_HEADERS if self._lets_in(header, views, token, regions)]
            if headers:
                brought = f"requests that bring {_listed(headers)}"
                told.setdefault((f"{brought} are refused", f"{brought} may get through"), []).append(token)
            reached = [{*one.outcomes(None, None, regions, None)} - {REFUSED} for one in self._manifests(views, token, 0)]
            if not all(reached):
                continue
            sides = [self._told_to_others(view, method) for view, method in zip(views, (token.written, token.live), strict=True)]
            different = sorted(name for name in {*sides[0], *sides[1]} if sides[0].get(name) != sides[1].get(name))
            if different:
                names = _listed(different)
                told.setdefault((f"{names} as written", f"{names} otherwise, or not at all"), []).append(token)
        for (before, after), concerned in told.items():
            methods = () if len(concerned) == len(tokens) else tuple(name for token in concerned for name in token.names)
            callers = Callers((Kind(),), methods=tuple(dict.fromkeys(methods)))
            yield Row((Change.IDENTITY,), (self._model.id,), callers, before, after, None)

    def _lets_in(self, header: str, views: Sequence[View | None], token: _Token, regions: Regions) -> bool:
        """Tell whether a request that brings a header gets through in the cluster alone."""
        groups, users = ([fact.name for fact in regions.facts if fact.kind == kind] for kind in ("group", "username"))
        bringing = Regions(self._reader.terms, groups, users, (header,))
        sides = self._manifests(views, token, 0)
        return [any(one != REFUSED for one in side.outcomes(None, None, bringing, None)) for side in sides] == [False, True]

    def _told_to_others(self, view: View | None, method: Method | None) -> Mapping[str, object]:
        """Give what limits and backends are told of who calls, apart from what is compared by its meaning."""
        if view is None or method is None:
            return {}
        emitted = self._reader.read(self._model, view, method)[1]
        # Who it is tells the counts of callers apart; which groups matter differs with whatever else does.
        exported = {"identity.userid": emitted.exported("userid")}
        injected = {name: value for name, value in emitted.injected.items() if name not in (TIER_HEADER, SUBSCRIPTION_HEADER)}
        return exported | injected

    def _spoken_of(self, views: Sequence[View | None], token: _Token) -> set[Fact]:
        """Give all that the manifests ask of callers with a token."""
        formulas: list[Formula] = []
        for view, method in zip(views, (token.written, token.live), strict=True):
            if view is not None and method is not None:
                _, emitted = self._reader.read(self._model, view, method)
                selected = emitted.exported(SELECTED_PROPERTY)
                formulas += [emitted.allowed, *(limit.matches for limit in (*emitted.limits, *emitted.later))]
                formulas += [guard for guard, _ in selected.choices] if isinstance(selected, Text) else []
        return set(_facts(self._reader.terms, formulas))

    def _findings(self, views: Sequence[View | None], token: _Token, reading: int, regions: Regions) -> Iterator[Finding]:
        sides = self._manifests(views, token, reading)
        method = self._sides[0].program.platform.methods[0]
        yield from Pair(sides[0], sides[1], (self._model, self._model), (method, method), regions).findings()

    def _manifests(self, views: Sequence[View | None], token: _Token, reading: int) -> list[Manifests]:
        accepted = (token.written, token.live)
        return [
            Manifests(side, self._model, view, method, self._reader, reading)
            for side, view, method in zip(self._sides, views, accepted, strict=True)
        ]

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


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _facts(terms: Terms, formulas: Sequence[Formula]) -> Iterator[Fact]:
    """Give the facts of formulas, whatever variables they have."""
    seen = {TRUE}
    waiting = [abs(formula) for formula in formulas]
    while waiting:
        formula = waiting.pop()
        if formula in seen:
            continue
        seen.add(formula)
        match terms.node(formula):
            case Fact() as fact:
                yield fact
            case Conjunction() as node:
                waiting += [abs(inner) for inner in (*node.literals, *node.clauses)]
            case Switch() as node:
                waiting += [abs(inner) for inner in (node.default, *(inner for _, inner in node.cases))]


def _tokens(written: View | None, live: View | None) -> Iterator[_Token]:
    """Give every pair of methods that some token meets.

    Credentials of two kinds are told of only where both methods are on both sides, and another one of them is first.
    """
    sides = [() if view is None else view.methods for view in (written, live)]
    both = {method.name for method in sides[0]} & {method.name for method in sides[1]}
    kinds = list(dict.fromkeys(one for methods in sides for method in methods for one in method.accepts))
    together = (pair for pair in combinations(kinds, 2) if pair[0].prefix == pair[1].prefix)
    for token in [*((one,) for one in kinds), *together]:
        ours, theirs = (accepting(view, frozenset(token)) if view is not None else () for view in (written, live))
        for one, other in product(ours or (None,), theirs or (None,)):
            swapped = one is not None and other is not None and one.name != other.name and {one.name, other.name} <= both
            if len(token) == 1 or swapped:
                yield _Token(one, other)


def _guarded(objects: Sequence[Object]) -> bool:
    """Tell whether any AuthPolicy asks who calls; a route that is gone needs none."""
    return any(one.key[0] == "AuthPolicy" for one in objects)


def _unguarded(model: Model) -> Row:
    changes = (Change.UNMETERED, Change.GAINED)
    return Row(changes, (model.id,), Callers((Kind(),)), _OPEN, "everybody gets through, without any credential", None)
