"""The caller's groups that the policies of one target mention, as one string."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from msgspec import Struct

from compiler.cel.build import is_in
from compiler.cel.printer import quote
from compiler.cel.tree import Concat, Expr, Ident, ListLit, Macro, Method, Str
from compiler.expressions.identity import GROUPS, Facts
from compiler.expressions.parts import fields, names, slices

_STEM: Final = "known"
_FRAME: Final = 2_000


class Mentioned(Struct, frozen=True, dict=True):
    """Groups that some policy of a target mentions; a name with a comma cannot take part in the string."""

    groups: tuple[str, ...]

    def overrides(self, facts: Facts) -> dict[str, Expr]:
        """Give what the identity is to carry: nothing, unless the groups are more than one text can hold."""
        if len(self._slices) == 1:
            return {}
        return {
            name: _kept(facts.groups, filter(facts.may_have, groups))
            for name, groups in zip(names(_STEM, len(self._slices)), self._slices, strict=True)
        }

    @property
    def joined(self) -> Expr:
        """Give those that the caller has, joined by commas."""
        if not self._slices[0]:
            return Str("")
        several = len(self._slices) > 1
        kept = Concat(fields(_STEM, len(self._slices))) if several else _kept(GROUPS, self._slices[0])
        return Method(kept, "join", (Str(","),))

    @cached_property
    def _slices(self) -> tuple[frozenset[str], ...]:
        known = sorted({group for group in self.groups if "," not in group})
        return slices({group: len(quote(group)) + 2 for group in known}, _FRAME)


def _kept(held: Expr, groups: Iterable[str]) -> Expr:
    wanted = sorted(groups)
    return Macro("filter", held, "g", is_in(Ident("g"), wanted)) if wanted else ListLit(())
