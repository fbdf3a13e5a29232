"""Parses many CEL texts that differ in written-out lists and maps alone: what is around those is parsed once.

A list or map of plain strings is a value wherever one stands, so a name in its place leaves the tree around it as it is.
Where that is not so, the parser decides: behind a value the same brackets are an index, and a name may stand where no
list can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from compiler.cel.parse import DEEPEST, ParseError, parse, parse_within
from compiler.cel.tree import Expr, Ident, ListLit, MapLit, Str

_Maker = Callable[[Sequence[Expr]], Expr]

# A name that no text has, for each list and map in turn.
_NAME: Final = "hole_"
# Levels that a map of lists of strings adds to what is around it.
_LEVELS: Final = 2

_PLAIN: Final = r'"[^"\\\r\n]*"'
_LIST: Final = rf"\[{_PLAIN}(?:, ?{_PLAIN})*\]"
_ENTRY: Final = rf"{_PLAIN}: ?(?:{_PLAIN}|{_LIST})"
# Other strings are stepped over as a whole, so that nothing inside them is taken for a list; what follows a value at once
# is an index.
_PIECE: Final = re.compile(
    rf"(?P<list>(?<![\w)\]}}\"']){_LIST})|(?P<map>\{{{_ENTRY}(?:, ?{_ENTRY})*\}})|\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*'"
)
_WRITTEN: Final = re.compile(rf'"([^"]*)": ?(?:"([^"]*)"|({_LIST}))')


@dataclass
class Shapes:
    """Parses texts; the trees of their shapes are kept."""

    _makers: dict[str, _Maker | None] = field(default_factory=dict)

    def parse(self, text: str) -> Expr:
        """Give the tree of a CEL text, as `parse` does.

        Raises:
            ParseError: the text is outside the subset.
        """
        holes: list[Expr | None] = []

        def leave_out(found: re.Match[str]) -> str:
            if found.lastgroup is None:
                return found.group()
            holes.append(_value(found.lastgroup, found.group()))
            return f" {_NAME}{len(holes)} "

        if _NAME in text:
            return parse(text)
        shape = _PIECE.sub(leave_out, text)
        values = [value for value in holes if value is not None]
        if not holes or len(values) < len(holes):
            return parse(text)
        if shape not in self._makers:
            self._makers[shape] = _maker_of(shape, len(holes))
        maker = self._makers[shape]
        return maker(values) if maker else parse(text)


def _value(kind: str, written: str) -> Expr | None:
    """Give the list or map of plain strings, or None where engines may differ about it."""
    if not (written.isascii() and written.isprintable()):
        return None
    return _list(written) if kind == "list" else _map(written)


@lru_cache(maxsize=1 << 14)
def _string(value: str) -> Str:
    return Str(value)


@lru_cache(maxsize=1 << 12)
def _list(written: str) -> ListLit:
    return ListLit(tuple([_string(value) for value in written.split('"')[1::2]]))


@lru_cache(maxsize=1 << 12)
def _map(written: str) -> MapLit | None:
    found = _WRITTEN.findall(written)
    entries = {key: _list(several) if several else _string(value) for key, value, several in found}
    return MapLit(tuple(entries.items())) if len(entries) == len(found) else None


def _maker_of(shape: str, count: int) -> _Maker | None:
    try:
        tree = parse_within(shape, DEEPEST - _LEVELS)
    except ParseError:
        return None
    numbers = {f"{_NAME}{number + 1}": number for number in range(count)}
    met: list[int] = []
    maker = _maker(tree, numbers, met)
    # A name that is nowhere in the tree as a value stands for a field, a function or a variable.
    return maker if sorted(met) == list(range(count)) else None


def _maker(part: Any, numbers: dict[str, int], met: list[int]) -> Callable[[Sequence[Expr]], Any] | None:  # noqa: ANN401 - any field
    """Give what makes a part of a tree from the values of its holes, or None where it has none."""
    if isinstance(part, Ident):
        number = numbers.get(part.name)
        if number is None:
            return None
        met.append(number)
        return itemgetter(number)
    if isinstance(part, tuple):
        return _of(tuple, part, numbers, met)
    if isinstance(part, str | int):
        return None
    kind = type(part)
    return _of(lambda parts: kind(*parts), [getattr(part, name) for name in part.__struct_fields__], numbers, met)


def _of(
    make: Callable[[list[Any]], Any], parts: Sequence[Any], numbers: dict[str, int], met: list[int]
) -> Callable[[Sequence[Expr]], Any] | None:
    makers = [_maker(part, numbers, met) for part in parts]
    if not any(makers):
        return None
    both = list(zip(parts, makers, strict=True))
    return lambda values: make([maker(values) if maker else part for part, maker in both])
