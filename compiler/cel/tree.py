"""The nodes of a CEL expression: only what the portable subset needs, frozen, with no text in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Comprehension = Literal["exists", "all", "filter", "map"]
Relation = Literal["==", "!=", "in", "<="]


@dataclass(frozen=True)
class Str:
    """A string literal."""

    value: str


@dataclass(frozen=True)
class Bool:
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True)
class Null:
    """`null`: only where the gateway's filter tells that it knows nothing, and in no condition (`compiler.cel.judge`)."""


@dataclass(frozen=True)
class Int:
    """A small list index; the subset has no other numbers."""

    value: int


@dataclass(frozen=True)
class ListLit:
    """A list literal."""

    items: tuple[Expr, ...]


@dataclass(frozen=True)
class MapLit:
    """A map literal; keys are strings and occur once."""

    entries: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True)
class Ident:
    """A root such as `auth` or `request`, or the variable of a macro."""

    name: str


@dataclass(frozen=True)
class Select:
    """`operand.field`; the printer chooses brackets where the field is no identifier."""

    operand: Expr
    field: str


@dataclass(frozen=True)
class Index:
    """`operand[index]`."""

    operand: Expr
    index: Expr


@dataclass(frozen=True)
class Has:
    """`has(operand.field)`."""

    select: Select


@dataclass(frozen=True)
class Method:
    """`target.name(arguments)`: a string or list function of the runtime."""

    target: Expr
    name: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True)
class Macro:
    """`target.kind(variable, body)`."""

    kind: Comprehension
    target: Expr
    variable: str
    body: Expr


@dataclass(frozen=True)
class Not:
    """`!(operand)`."""

    operand: Expr


@dataclass(frozen=True)
class Compare:
    """`left op right` for a relation."""

    op: Relation
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Concat:
    """`a + b + ...` on lists."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True)
class All:
    """`a && b && ...`; at least one term."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True)
class Any:
    """`a || b || ...`; at least one term."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True)
class Ternary:
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
