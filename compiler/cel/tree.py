"""The nodes of a CEL expression: only what the portable subset needs, frozen, with no text in them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Comprehension = Literal["exists", "all", "filter", "map"]
Relation = Literal["==", "!=", "in", "<="]


class Str(Struct, frozen=True):
    """A string literal."""

    value: str


class Bool(Struct, frozen=True):
    """`true` or `false`."""

    value: bool


class Null(Struct, frozen=True):
    """`null`: only where the gateway's filter tells that it knows nothing, and in no condition (`compiler.cel.judge`)."""


class Int(Struct, frozen=True):
    """A small list index; the subset has no other numbers."""

    value: int


class ListLit(Struct, frozen=True):
    """A list literal."""

    items: tuple[Expr, ...]


class MapLit(Struct, frozen=True):
    """A map literal; keys are strings and occur once."""

    entries: tuple[tuple[str, Expr], ...]


class Ident(Struct, frozen=True):
    """A root such as `auth` or `request`, or the variable of a macro."""

    name: str


class Select(Struct, frozen=True):
    """`operand.field`; the printer chooses brackets where the field is no identifier."""

    operand: Expr
    field: str


class Index(Struct, frozen=True):
    """`operand[index]`."""

    operand: Expr
    index: Expr


class Has(Struct, frozen=True):
    """`has(operand.field)`."""

    select: Select


class Method(Struct, frozen=True):
    """`target.name(arguments)`: a string or list function of the runtime."""

    target: Expr
    name: str
    arguments: tuple[Expr, ...]


class Macro(Struct, frozen=True):
    """`target.kind(variable, body)`."""

    kind: Comprehension
    target: Expr
    variable: str
    body: Expr


class Not(Struct, frozen=True):
    """`!(operand)`."""

    operand: Expr


class Compare(Struct, frozen=True):
    """`left op right` for a relation."""

    op: Relation
    left: Expr
    right: Expr


class Concat(Struct, frozen=True):
    """`a + b + ...` on lists."""

    parts: tuple[Expr, ...]


class All(Struct, frozen=True):
    """`a && b && ...`; at least one term."""

    terms: tuple[Expr, ...]


class Any(Struct, frozen=True):
    """`a || b || ...`; at least one term."""

    terms: tuple[Expr, ...]


class Ternary(Struct, frozen=True):
    """`condition ? then : otherwise`."""

    condition: Expr
    then: Expr
    otherwise: Expr


Expr = (
    Str
    | Bool
    | Null
    | Int
    | ListLit
    | MapLit
    | Ident
    | Select
    | Index
    | Has
    | Method
    | Macro
    | Not
    | Compare
    | Concat
    | All
    | Any
    | Ternary
)
