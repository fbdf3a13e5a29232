"""Random expressions that mean something, and random callers to ask them about.

A careful source guards what may be absent and keeps kinds apart; another one sometimes does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Literal, cast

from hypothesis import strategies as st

from compiler.cel.build import equals, first_or, has_header, header, is_in, let, path, strings
from compiler.cel.environment import AUTHORINO, FILTER, Result, Slot
from compiler.cel.kinds import Items, Record, Table, Text
from compiler.cel.tree import (
    All,
    Any,
    Bool,
    Compare,
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
    Select,
    Str,
    Ternary,
)

WORDS = ("gold", "silver", "a,b", "", 'q"', "back\\", "zoë", "x-h")
HEADERS = ("x-h", "x-maas-subscription")

_GROUPS = Select(path("auth", "identity", "user"), "groups")

_USER = Record(possible={"username": Text(), "groups": Items(Text())})
_IDENTITY = Record(certain={"userid": Text(), "tier": Text(), "groups": Items(Text())}, possible={"user": _USER})
_REQUEST = Record(certain={"url_path": Text()}, possible={"headers": Table(Text(), lower=True)})

SLOT = Slot((AUTHORINO, FILTER), Result.VALUE, {"auth": Record(certain={"identity": _IDENTITY}), "request": _REQUEST})


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, object]:
    """Give what the roots of `SLOT` hold for some caller."""
    words = st.sampled_from(WORDS)
    groups = st.lists(words, max_size=3)
    user: dict[str, object] = draw(st.fixed_dictionaries({}, optional={"username": words, "groups": groups}))
    identity: dict[str, object] = draw(
        st.fixed_dictionaries({"userid": words, "tier": words, "groups": groups}, optional={"user": st.just(user)})
    )
    headers = st.dictionaries(st.sampled_from(HEADERS), words)
    paths = st.sampled_from(["", "/", "/llm/m/v1/models", "/a/b", "llm"])
    request = draw(st.fixed_dictionaries({"url_path": paths}, optional={"headers": headers}))
    return {"auth": {"identity": identity}, "request": request}


@dataclass
class Source:
    """Makes expressions of each kind, at most `depth` levels of choices deep."""

    chance: Random
    careful: bool
    texts_in_scope: list[str] = field(default_factory=list)
    lists_in_scope: list[str] = field(default_factory=list)
    bound: int = 0

    def any_value(self, depth: int) -> Expr:
        """Give a condition, a string or a list of strings."""
        return self._one(lambda: self.truth(depth), lambda: self.text(depth), lambda: self.texts(depth))

    def truth(self, depth: int) -> Expr:
        """Give a condition."""
        if depth <= 0:
            return self._one(
                lambda: Bool(value=self._maybe()),
                lambda: has_header(self._word(HEADERS)),
                lambda: equals(self.text(0), self._word()),
                lambda: self._slip(Has(Select(path("request", "headers"), "x"))) or Bool(value=True),
            )
        inner = depth - 1
        return self._one(
            lambda: All(self._several(inner)),
            lambda: Any(self._several(inner)),
            lambda: Not(self.truth(inner)),
            lambda: Ternary(self.truth(inner), self.truth(inner), self.truth(inner)),
            lambda: Compare(self._relation(), self.text(inner), self._text_or_slip(inner)),
            lambda: Compare("in", self.text(inner), self._collection(inner)),
            lambda: Method(self.text(inner), self._ends(), (self.text(inner),)),
            lambda: self._macro("exists", self.texts(inner), lambda: self.truth(inner)),
            lambda: self._macro("all", self.texts(inner), lambda: self.truth(inner)),
            lambda: self._macro("exists", self.lists(inner), lambda: self.truth(inner), self.lists_in_scope),
            lambda: self._slip(All((Has(_GROUPS), Compare("in", Str("gold"), _GROUPS)))) or self.truth(inner),
        )

    def text(self, depth: int) -> Expr:
        """Give a string."""
        if depth <= 0:
            return self._one(
                lambda: Str(self._word()),
                lambda: path("auth", "identity", "userid"),
                lambda: path("request", "url_path"),
                lambda: Ident(self.chance.choice(self.texts_in_scope)) if self.texts_in_scope else Str(self._word()),
            )
        inner = depth - 1
        return self._one(
            lambda: self._guarded("username", Str(self._word())),
            self._header,
            lambda: first_or(self.texts(inner), self.text(inner)),
            lambda: Ternary(self.truth(inner), self.text(inner), self.text(inner)),
            lambda: self._looked_up(self.text(inner)),
            lambda: self._segment(inner),
            lambda: Method(self._macro("filter", self.texts(inner), self._named), "join", (Str(";"),)),
            lambda: self._let(self.text(inner), self.texts_in_scope, lambda: self.text(inner)),
            lambda: Index(MapLit((("k", self.text(inner)), ("l", self.text(inner)))), Str("k")),
            lambda: self._slip(Index(self.texts(inner), Int(1))) or self.text(inner),
        )

    def texts(self, depth: int) -> Expr:
        """Give a list of strings."""
        if depth <= 0:
            return self._one(
                lambda: strings(self._some()),
                lambda: path("auth", "identity", "groups"),
                lambda: Ident(self.chance.choice(self.lists_in_scope)) if self.lists_in_scope else ListLit(()),
            )
        inner = depth - 1
        return self._one(
            lambda: self._guarded("groups", ListLit(())),
            lambda: ListLit((self.text(inner), self._text_or_slip(inner))),
            lambda: Concat((self.texts(inner), self.texts(inner), self.texts(inner))),
            lambda: Concat((self.texts(inner), Concat((self.texts(inner), self.texts(0))))),
            lambda: Method(self.text(inner), "split", (Str(self._word((",", "/"))),)),
            lambda: self._macro("filter", self.texts(inner), lambda: self.truth(inner)),
            lambda: self._macro("map", self.texts(inner), lambda: self.text(inner)),
            lambda: self._macro("map", self.lists(inner), lambda: self.text(inner), self.lists_in_scope),
            lambda: Ternary(self.truth(inner), self.texts(inner), self.texts(inner)),
            lambda: self._selection(inner),
        )

    def lists(self, depth: int) -> Expr:
        """Give a list of lists of strings."""
        return self._one(
            lambda: ListLit((self.texts(depth - 1), strings(self._some()))),
            lambda: self._macro("map", self.texts(depth - 1), lambda: self.texts(depth - 1)),
        )

    def _one(self, *ways: Callable[[], Expr]) -> Expr:
        return self.chance.choice(ways)()

    def _maybe(self) -> bool:
        return self.chance.random() < 0.5

    def _slip(self, fault: Expr) -> Expr | None:
        """Give the fault, which a careful source never does."""
        return None if self.careful or self.chance.random() < 0.7 else fault

    def _word(self, words: tuple[str, ...] = WORDS) -> str:
        return self.chance.choice(words)

    def _some(self) -> list[str]:
        return self.chance.sample(WORDS, self.chance.randrange(4))

    def _relation(self) -> Literal["==", "!=", "<="]:
        return cast('Literal["==", "!=", "<="]', self._word(("==", "!=", "<=")))

    def _ends(self) -> str:
        return self._word(("startsWith", "endsWith"))

    def _several(self, depth: int) -> tuple[Expr, ...]:
        return tuple(self.truth(depth) for _ in range(self.chance.randrange(2, 4)))

    def _text_or_slip(self, depth: int) -> Expr:
        return self._slip(self.texts(depth)) or self.text(depth)

    def _collection(self, depth: int) -> Expr:
        table = MapLit(tuple((word, Bool(value=True)) for word in self._some()))
        return self._one(lambda: self.texts(depth), lambda: strings(self._some()), lambda: table)

    def _guarded(self, name: str, default: Expr) -> Expr:
        user = Select(path("auth", "identity"), "user")
        found = Select(user, name)
        inner = self._slip(found) or Ternary(Has(found), found, default)
        return self._slip(inner) or Ternary(Has(user), inner, default)

    def _header(self) -> Expr:
        name = self._word(HEADERS)
        return self._slip(header(name)) or Ternary(has_header(name), header(name), Str(self._word()))

    def _looked_up(self, key: Expr) -> Expr:
        table = Ident(self._variable())
        value = Index(table, key)
        found = self._slip(value) or Ternary(Compare("in", key, table), value, Str(self._word()))
        return let(self._table(), table.name, found)

    def _selection(self, depth: int) -> Expr:
        """Give the shape in which the policies ask a table for the caller's groups."""
        keys, table, key = self.texts(depth), Ident(self._variable()), Ident(self._variable())
        present = self._slip(keys) or Macro("filter", keys, key.name, Compare("in", key, table))
        return let(self._table(), table.name, Macro("map", present, key.name, Index(table, key)))

    def _table(self) -> Expr:
        return MapLit(tuple((word, Str(word.upper())) for word in self._some()))

    def _variable(self) -> str:
        self.bound += 1
        return f"v{self.bound}"

    def _segment(self, depth: int) -> Expr:
        split = Method(self.text(depth), "split", (Str("/"),))
        place = self.chance.randrange(4 if self.careful else 6)
        return Index(Concat((split, strings(["", "", ""]))), Int(place))

    def _named(self) -> Expr:
        return is_in(Ident(self.texts_in_scope[-1]), self._some() or ["gold"])

    def _let(self, value: Expr, scope: list[str], body: Callable[[], Expr]) -> Expr:
        return Index(self._macro("map", ListLit((value,)), body, scope), Int(0))

    def _macro(
        self,
        kind: Literal["exists", "all", "filter", "map"],
        target: Expr,
        body: Callable[[], Expr],
        scope: list[str] | None = None,
    ) -> Expr:
        names = self.texts_in_scope if scope is None else scope
        variable = self._variable()
        names.append(variable)
        inside = body()
        names.pop()
        return Macro(kind, target, variable, inside)


def expressions(*, careful: bool) -> st.SearchStrategy[Expr]:
    """Give expressions of every kind for `SLOT`."""
    return st.builds(
        lambda chance, depth: Source(chance, careful).any_value(depth),
        st.randoms(use_true_random=False, note_method_calls=False),
        st.integers(0, 4),
    )
