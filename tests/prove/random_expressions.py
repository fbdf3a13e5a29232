"""Random conditions of the emitted subset and its neighbourhood, and random callers to ask them about."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from compiler.cel.build import all_of, any_of, first_or, has_header, header, is_in, let, negate, path, strings
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
    Select,
    Str,
    Ternary,
)
from compiler.prove.result import Example

NAMES: Final = ("a", "b", "c", "d,a", "")
_HEADER: Final = "x-maas-subscription"
_USER: Final = path("auth", "identity", "user")


def examples(chance: random.Random, targets: tuple[str, ...], count: int) -> Iterator[Example]:
    """Give random callers and requests."""
    for _ in range(count):
        headers = {}
        if chance.random() < 0.6:
            headers[_HEADER] = chance.choice((*NAMES, "zzz"))
        if chance.random() < 0.3:
            headers["x-maas-tier"] = "t"
        username = chance.choice((None, "a", "b", "nobody"))
        groups = tuple(chance.sample((*NAMES[:4], "x,b", "other"), chance.randrange(4)))
        user = username is not None or bool(groups) or chance.random() < 0.5
        yield Example("llm/m", "m", username, groups, user, tuple(headers.items()), chance.choice(targets))


@dataclass
class Expressions:
    """A source of conditions; a `careful` one guards every key that may be missing."""

    chance: random.Random
    careful: bool = False

    def _guarded(self, field: Literal["username", "groups"], default: Expr) -> Expr:
        found = Select(_USER, field)
        assert isinstance(_USER, Select)
        if not self.careful and self.chance.random() < 0.3:
            return found
        if not self.careful and self.chance.random() < 0.3:
            return Ternary(Has(found), found, default)
        return Ternary(Has(_USER), Ternary(Has(found), found, default), default)

    def _one(self, *ways: Callable[[], Expr]) -> Expr:
        return self.chance.choice(ways)()

    def _name(self) -> str:
        return self.chance.choice(NAMES)

    def _some(self) -> tuple[str, ...]:
        return tuple(self.chance.sample(NAMES, self.chance.randrange(1, 4)))

    def condition(self, depth: int) -> Expr:
        """Give a boolean."""
        if depth <= 0:
            return self._one(
                lambda: Bool(value=self.chance.random() < 0.5),
                lambda: has_header(_HEADER),
                lambda: has_header("x-maas-tier"),
                lambda: Compare("==", path("request", "url_path"), Str("/llm/m/v1/models")),
                lambda: Method(path("request", self.chance.choice(("path", "url_path"))), "endsWith", (Str("/v1/models"),)),
            )
        inner = depth - 1
        return self._one(
            lambda: self.condition(0),
            lambda: All((self.condition(inner), self.condition(inner))),
            lambda: Any((self.condition(inner), self.condition(inner), self.condition(inner))),
            lambda: all_of([self.condition(inner), self.condition(inner)]),
            lambda: any_of([self.condition(inner), self.condition(inner)]),
            lambda: negate(self.condition(inner)),
            lambda: Ternary(self.condition(inner), self.condition(inner), self.condition(inner)),
            lambda: Compare(self._relation(), self.string(inner), Str(self._name())),
            lambda: Compare("in", self.string(inner), self.names(inner)),
            lambda: Compare("in", self.string(inner), strings(self._some())),
            lambda: Macro("exists", self.names(inner), "e", self._about("e", inner)),
            lambda: Macro("all", self.names(inner), "e", self._about("e", inner)),
            lambda: Macro("exists", self._lists(inner), "l", Compare("in", Str(self._name()), Ident("l"))),
            lambda: let(self.string(inner), "s", is_in(Ident("s"), list(self._some()))),
        )

    def _relation(self) -> Literal["==", "!="]:
        return "==" if self.chance.random() < 0.5 else "!="

    def _about(self, variable: str, depth: int) -> Expr:
        return self._one(
            lambda: is_in(Ident(variable), list(self._some())),
            lambda: Compare(self._relation(), Ident(variable), Str(self._name())),
            lambda: all_of([is_in(Ident(variable), list(self._some())), self.condition(depth - 1)]),
            lambda: Compare("in", Ident(variable), self.names(depth - 1)),
        )

    def string(self, depth: int) -> Expr:
        """Give a string."""
        if depth <= 0:
            return self._one(lambda: Str(self._name()), lambda: self._guarded("username", Str("")), self._header)
        inner = depth - 1
        return self._one(
            lambda: self.string(0),
            lambda: first_or(Macro("filter", strings(self._some()), "s", self._about("s", inner)), Str(self._name())),
            lambda: Ternary(self.condition(inner), self.string(inner), self.string(inner)),
            lambda: let(self._table(), "m", self._looked_up(Ident("m"), self.string(inner))),
            lambda: (
                Index(Macro("filter", strings(self._some()), "s", self._about("s", inner)), Int(0))
                if not self.careful
                else Str("a")
            ),
        )

    def _header(self) -> Expr:
        if not self.careful and self.chance.random() < 0.3:
            return header(_HEADER)
        return Ternary(has_header(_HEADER), header(_HEADER), Str(self._name()))

    def _table(self) -> Expr:
        return MapLit(tuple((key, Str(self._name())) for key in self._some()))

    def _looked_up(self, table: Expr, key: Expr) -> Expr:
        if not self.careful and self.chance.random() < 0.3:
            return Index(table, key)
        return Ternary(Compare("in", key, table), Index(table, key), Str(self._name()))

    def names(self, depth: int) -> Expr:
        """Give a list of strings."""
        if depth <= 0:
            return self._one(lambda: strings(self._some()), lambda: self._guarded("groups", ListLit(())))
        inner = depth - 1
        kept = Macro("filter", Ident("all"), "g", Compare("in", Ident("g"), Ident("m")))
        looked_up = Macro("map", kept, "g", Index(Ident("m"), Ident("g")))
        return self._one(
            lambda: self.names(0),
            lambda: Macro("filter", self.names(inner), "f", self._about("f", inner)),
            lambda: let(self.names(inner), "all", let(self._table(), "m", looked_up)),
            lambda: Concat((self.names(inner), ListLit((self.string(inner),)))),
            lambda: Method(Method(self.names(inner), "join", (Str(","),)), "split", (Str(","),)),
            lambda: Ternary(self.condition(inner), self.names(inner), self.names(inner)),
            lambda: Macro("map", self._lists(inner), "l", first_or(Ident("l"), Str(self._name()))),
        )

    def _lists(self, depth: int) -> Expr:
        table = MapLit(tuple((key, strings(self._some())) for key in self._some()))
        kept = Macro("filter", self.names(depth - 1), "g", Compare("in", Ident("g"), Ident("t")))
        return self._one(
            lambda: let(table, "t", Macro("map", kept, "g", Index(Ident("t"), Ident("g")))),
            lambda: ListLit((self.names(depth - 1), strings(self._some()))),
        )
