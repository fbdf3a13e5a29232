"""A model as its manifests are written and as they are live, read by one reader."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from compiler.diff.answers import Reader
from compiler.diff.side import Side
from compiler.drift.answers import Manifests
from compiler.drift.tokens import Token
from compiler.drift.tokens import facts as facts_in
from compiler.program.ir import Model
from compiler.prove.emitted import Emitted
from compiler.prove.formula import Fact
from compiler.prove.identities import SELECTED_PROPERTY
from compiler.prove.values import Text
from compiler.prove.view import Method, View


class Both(Struct, frozen=True):
    """Two sides of one model: what is written comes first, always. A view is None where no route leads to the model."""

    model: Model
    sides: tuple[Side, Side]
    views: tuple[View | None, View | None]
    reader: Reader

    def manifests(self, token: Token, reading: int = 0) -> tuple[Manifests, Manifests]:
        """Give what both sides answer to the callers with a token."""
        written, live = self.views
        return self._manifests(0, written, token.written, reading), self._manifests(1, live, token.live, reading)

    def _manifests(self, side: int, view: View | None, method: Method | None, reading: int) -> Manifests:
        return Manifests(self.sides[side], self.model, view, method, self.reader, reading)

    def emitted(self, token: Token) -> tuple[Emitted | None, Emitted | None]:
        """Give what is read of both sides; None where nobody is accepted.

        Raises:
            UndecidedError: the manifests use something that no proof understands.
        """
        written, live = self.views
        return self._emitted(written, token.written), self._emitted(live, token.live)

    def _emitted(self, view: View | None, method: Method | None) -> Emitted | None:
        return self.reader.read(self.model, view, method)[1] if view is not None and method is not None else None

    def facts(self, token: Token) -> tuple[set[Fact], set[Fact]]:
        """Give all that each side asks of callers with a token."""
        written, live = (set(self._facts(one)) if one is not None else set[Fact]() for one in self.emitted(token))
        return written, live

    def _facts(self, found: Emitted) -> Iterator[Fact]:
        selected = found.exported(SELECTED_PROPERTY)
        formulas = [found.allowed, *(limit.matches for limit in (*found.limits, *found.later))]
        formulas += [guard for guard, _ in selected.choices] if isinstance(selected, Text) else []
        yield from facts_in(self.reader.terms, formulas)
