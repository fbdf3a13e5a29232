"""What manifests alone answer for one model to the callers of one method, in the shape in which two sides are compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from msgspec import Struct

from compiler.diff.answers import Counter, Piece, Reader
from compiler.diff.meaning import REFUSED, Outcome
from compiler.diff.regions import NOBODY, Region, Regions
from compiler.diff.side import Side
from compiler.program import methods
from compiler.program.ir import TIER_HEADER, Model
from compiler.prove.identities import SELECTED_PROPERTY
from compiler.prove.values import Text
from compiler.prove.view import Method, View

# An entry that no manifest knows: who gets one by naming it gets any.
UNHEARD_OF: Final = "an-entry-that-nothing-names"


class Manifests(Struct, frozen=True):
    """One side as its manifests have it: the model's route (None without one), and the method that accepts the callers, if any.

    `reading` picks one of the readings where releases of the filter differ in when they look at the limits.
    """

    side: Side
    model: Model
    view: View | None
    accepted: Method | None
    reader: Reader
    reading: int

    def _pieces(self, regions: Regions, asked: str | None) -> tuple[Piece, ...]:
        if self.view is None or self.accepted is None:
            return ()
        found = self.reader.pieces(self.model, self.view, self.accepted, regions, asked)
        return found[min(self.reading, len(found) - 1)]

    def entries(self, model: Model) -> Collection[str]:  # noqa: ARG002 - the protocol's parameter
        """Give all entries that are written or that the manifests select, and one that nobody does."""
        if self.view is None or self.accepted is None:
            return ()
        written = {entry.key for entry in self.side.program.precedence(self.model)}
        selected = self.reader.read(self.model, self.view, self.accepted)[1].exported(SELECTED_PROPERTY)
        choices = selected.choices if isinstance(selected, Text) else ()
        return {UNHEARD_OF, *written, *(choice for _, choice in choices if isinstance(choice, str) and choice)}

    def outcomes(
        self,
        model: Model | None,  # noqa: ARG002 - the protocol's parameter
        method: methods.Method | None,  # noqa: ARG002 - the same
        regions: Regions,
        asked: str | None,
    ) -> Mapping[Outcome, Region]:
        """Give the callers by the outcome of a request that asks for an entry, or for none."""
        found: dict[Outcome, Region] = {}
        meant = {entry.key for entry in self.side.program.precedence(self.model)}
        for piece in self._pieces(regions, asked):
            if piece.allowed.nothing and piece.entry not in meant:
                # Let in, and metered by nothing but the limit that denies: they get no more than a refusal.
                continue
            outcome = Outcome(piece.entry, piece.allowed)
            found[outcome] = regions.any((found.get(outcome, NOBODY), piece.callers))
        refused = regions.but(regions.callers, regions.any(found.values()))
        return found | ({REFUSED: refused} if refused != NOBODY else {})

    def tiers(self, method: methods.Method, regions: Regions) -> Mapping[str | None, Region]:  # noqa: ARG002 - the protocol's parameter
        """Give the callers by the tier that backends are told."""
        found: dict[str | None, Region] = {}
        if self.view is not None and self.accepted is not None:
            told = self.reader.read(self.model, self.view, self.accepted)[1].injected.get(TIER_HEADER)
            for guard, choice in told.choices if isinstance(told, Text) else ():
                if isinstance(choice, str) and choice:
                    found[choice] = regions.any((found.get(choice, NOBODY), regions.of(guard)))
        return found | {None: regions.but(regions.callers, regions.any(found.values()))}

    def counters(
        self,
        model: Model,  # noqa: ARG002 - the protocol's parameter
        method: methods.Method,  # noqa: ARG002 - the same
        regions: Regions,
        key: str,
    ) -> frozenset[Counter]:
        """Give what Limitador keeps for the callers whom an entry meters."""
        found: set[Counter] = set()
        found.update(*(piece.counters for piece in self._pieces(regions, key) if piece.entry == key))
        return frozenset(found)
