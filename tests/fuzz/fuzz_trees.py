"""Makes a CEL tree of any bytes, so that an engine that only knows bytes can look for trees that the printer gets wrong."""

from __future__ import annotations

from typing import Final

from compiler.cel.tree import (
    All,
    Any,
    Bool,
    Compare,
    Comprehension,
    Concat,
    Expr,
    Has,
    Ident,
    Index,
    Int,
    ListLit,
    Macro,
    MapLit,
    Method,
    Not,
    Relation,
    Select,
    Str,
    Ternary,
)

_DEEPEST: Final = 40
_NAMES: Final = ("auth", "identity", "g", "has", "_x", "In", "truE", "r", "b", "R", "br", "exists", "size", "Infinity")
_METHODS: Final = ("split", "join", "startsWith", "endsWith", "contains", "size", "has", "Exists")
_RELATIONS: Final[tuple[Relation, ...]] = ("==", "!=", "in", "<=")
_MACROS: Final[tuple[Comprehension, ...]] = ("exists", "all", "filter", "map")
# What ends, begins or escapes something in a literal, and what some engine reads differently.
_PIECES: Final = (
    *('"', "'", "\\", '\\"', "\\n", "'''", '"""', "//", "\U0001f600", "ë", "{{", "\\u0041", "`"),
    *("\n", "\x7f", "\u2028", "%s"),
)


def tree_of(data: bytes) -> Expr:
    """Give the tree that the bytes choose; when they end, everything is a leaf."""
    return _Drawing(data).tree(_DEEPEST)


class _Drawing:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def tree(self, levels: int) -> Expr:
        choice = self._byte() % 20
        if levels <= 1 or choice < 6:
            return self._leaf(choice)
        inner = levels - 1
        match choice:
            case 6:
                return Select(self._target(inner), self._name())
            case 7:
                return Has(Select(self._target(inner), self._name()))
            case 8:
                return ListLit(self._several(inner, 0))
            case 9:
                return MapLit(tuple({self._text(): self.tree(inner) for _ in range(self._byte() % 3)}.items()))
            case 10:
                return Index(self._target(inner), self.tree(inner))
            case 11:
                return Method(self._target(inner), _METHODS[self._byte() % len(_METHODS)], self._several(inner, 0))
            case 12:
                return Macro(_MACROS[self._byte() % 4], self._target(inner), self._name(), self.tree(inner))
            case 13:
                return Not(self.tree(inner))
            case 14 | 15:
                return Compare(_RELATIONS[self._byte() % 4], self.tree(inner), self.tree(inner))
            case 16:
                return Concat(self._several(inner, 2))
            case 17:
                return All(self._several(inner, 2))
            case 18:
                return Any(self._several(inner, 2))
            case _:
                return Ternary(self.tree(inner), self.tree(inner), self.tree(inner))

    def _leaf(self, choice: int) -> Expr:
        match choice % 4:
            case 0:
                return Ident(self._name())
            case 1:
                return Str(self._text())
            case 2:
                return Bool(self._byte() % 2 == 0)
            case _:
                return Int(self._byte() << (self._byte() % 56))

    def _target(self, levels: int) -> Expr:
        """`1.a` would be a fraction."""
        found = self.tree(levels)
        return ListLit((found,)) if isinstance(found, Int) else found

    def _several(self, levels: int, least: int) -> tuple[Expr, ...]:
        return tuple(self.tree(levels) for _ in range(least + self._byte() % 3))

    def _name(self) -> str:
        return _NAMES[self._byte() % len(_NAMES)]

    def _text(self) -> str:
        found = []
        for _ in range(self._byte() % 5):
            byte = self._byte()
            found.append(_PIECES[byte % len(_PIECES)] if byte < 128 else chr(byte - 96 if byte < 222 else byte << 5))
        return "".join(found)
