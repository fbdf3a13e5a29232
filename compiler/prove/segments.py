"""Paths that are told apart by their segments: one path for each way in which a test of single segments can come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from msgspec import Struct

from compiler.cel.tree import All, Compare, Concat, Expr, Ident, Index, Int, ListLit, Macro, Method, Not, Select, Str
from compiler.cel.tree import Any as AnyOf

_SEPARATOR: Final = "/"
_URL_PATH: Final = Select(Ident("request"), "url_path")


class Segments(Struct, frozen=True):
    """What a test looks at: the indices of segments, and the strings they are compared with."""

    indices: frozenset[int]
    strings: frozenset[str]


def segments(node: Expr) -> Segments | None:
    """Read `[request.url_path.split("/") + padding].map(s, test)[0]`, where the test compares single segments with strings.

    The padding is made of separators, which no segment can equal, so that the test also tells where a path ends. None
    for anything else.
    """
    match node:
        case Index(
            Macro(
                "map",
                ListLit((Concat((Method(target, "split", (Str(separator),)), ListLit(padding))),)),
                variable,
                test,
            ),
            Int(0),
        ) if target == _URL_PATH and separator == _SEPARATOR:
            found = _tests(test, variable)
            padded = all(one == Str(_SEPARATOR) for one in padding)
            if found is None or not padded or not all(0 <= index < len(padding) for index in found.indices):
                return None
            return found
    return None


def _tests(test: Expr, variable: str) -> Segments | None:
    match test:
        case All(terms) | AnyOf(terms):
            parts = [_tests(term, variable) for term in terms]
        case Not(operand):
            parts = [_tests(operand, variable)]
        case Compare("==" | "!=", Index(Ident(name), Int(index)), Str(value)) if name == variable:
            parts = [Segments(frozenset({index}), frozenset({value}))]
        case _:
            return None
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return Segments(
        frozenset(index for part in known for index in part.indices), frozenset(one for part in known for one in part.strings)
    )


def paths(prefix: str, fresh: str, looked_at: Iterable[Segments]) -> Iterator[str]:
    """Give paths below `prefix`, ending at every length, with every mix of the strings and of something else.

    Segments behind the last one that is looked at make no difference but for being there.
    """
    together = tuple(looked_at)
    own = len(prefix.split(_SEPARATOR))
    last = max((index for one in together for index in one.indices), default=0)
    words = sorted({word for one in together for word in one.strings if _SEPARATOR not in word} | {fresh})
    for length in range(1, last - own + 3):
        for mix in product(words, repeat=length):
            yield _SEPARATOR.join((prefix, *mix))
