"""What one side means for one model: every caller's outcome, for each entry that a request can ask for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from compiler.diff.answers import Counter, Reader, accepting
from compiler.diff.budgets import Allowed, allowed
from compiler.diff.regions import NOBODY, Region, Regions
from compiler.diff.side import Side
from compiler.program import methods
from compiler.program.ir import Model
from compiler.program.methods import ClaimPath, Introspection, Method, Oidc, kind_of
from compiler.prove.intent import Intent, Meaning
from compiler.prove.leaf import UndecidedError
from compiler.prove.terms import Terms
from compiler.prove.view import View
from compiler.prove.world import World


class Outcome(Struct, frozen=True):
    """What a request is answered: refused (`key` None), or metered by an entry."""

    key: str | None = None
    allowed: Allowed | None = None

    def __str__(self) -> str:
        if self.allowed is None:
            return "refused"
        return f"{'nothing but the listing, ' if self.allowed.nothing else ''}{self.allowed} by `{self.key}`"


REFUSED = Outcome()


class Meanings:
    """The meaning of one side, method by method."""

    def __init__(self, side: Side, reader: Reader) -> None:
        self.side = side
        self._reader = reader
        self._intent = Intent(side.program, World(reader.terms, ()))
        self._known: dict[tuple[str, str], Meaning] = {}
        self._views: dict[str, View | None] = {}

    @property
    def terms(self) -> Terms:
        """Give the formulas of the comparison."""
        return self._reader.terms

    def entries(self, model: Model) -> Collection[str]:
        """Give what a request can ask for."""
        return [entry.key for entry in self.side.program.precedence(model)]

    def outcomes(self, model: Model | None, method: Method, regions: Regions, asked: str | None) -> Mapping[Outcome, Region]:
        """Give the callers of a method by the outcome of a request that asks for an entry, or for none."""
        if model is None:
            return {REFUSED: regions.callers}
        meaning = self._meaning(model, method)
        found: dict[Outcome, Region] = {}
        for entry in meaning.entries:
            if asked is not None and entry.key != asked:
                continue
            within = regions.both(regions.of(meaning.open, asked), regions.of(meaning.selected[entry.key], asked))
            if within != NOBODY:
                found[Outcome(entry.key, allowed(entry.budget))] = within
        refused = regions.but(regions.callers, regions.any(found.values()))
        return found | ({REFUSED: refused} if refused != NOBODY else {})

    def tiers(self, method: Method, regions: Regions) -> Mapping[str | None, Region]:
        """Give the callers of a method by the tier that backends are told."""
        found: dict[str | None, Region] = {name: regions.of(where) for name, where in self._intent.tiers(method).items()}
        return found | {None: regions.but(regions.callers, regions.any(found.values()))}

    def counters(self, model: Model, method: Method, regions: Regions, key: str) -> frozenset[Counter]:
        """Give what Limitador keeps for the callers whom an entry meters, as the manifests have it."""
        if model.id not in self._views:
            self._views[model.id] = self._reader.view(self.side.program, model, self.side.relevant(model))
        view = self._views[model.id]
        if view is None:
            raise UndecidedError(f"no route leads to `{model.id}`")
        found: set[Counter] = set()
        for accepted in accepting(view, frozenset(methods.credentials_of(method))):
            pieces = self._reader.pieces(model, view, accepted, regions, key)[0]
            found.update(*(piece.counters for piece in pieces if piece.entry == key))
        return frozenset(found)

    def _meaning(self, model: Model, method: Method) -> Meaning:
        key = (model.id, method.name)
        if key not in self._known:
            self._known[key] = self._intent.meaning(model, method)
        return self._known[key]


# What a method makes of a credential: its kind, and whatever of it decides about callers.
Taking = tuple[str | ClaimPath, ...]


def taking(method: Method | None) -> Taking:
    """Give all that decides what a method makes of a credential, but for how long it remembers that."""
    match method:
        case None:
            return ()
        case Oidc():
            return (kind_of(method), method.audience, method.username, method.groups)
        case Introspection():
            return (kind_of(method), method.user, method.groups, method.team, method.models)
        case _:
            return (kind_of(method),)
