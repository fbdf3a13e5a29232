"""Print a CEL tree: the only place of the program that spells CEL."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any as Anything
from typing import ClassVar, Final, get_args

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
    Null,
    Select,
    Str,
    Ternary,
)

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

# Words that the CEL grammar, or one of the engines, keeps for itself (cel-spec, doc/langdef.md).
RESERVED: Final = frozenset(
    (
        *("in", "true", "false", "null"),
        *("as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package"),
        *("namespace", "return", "var", "void", "while"),
    )
)

MACROS: Final = frozenset(get_args(Comprehension))

# Macros of CEL and its extensions that the tree cannot hold; as methods they would mean something else.
OTHER_MACROS: Final = frozenset(
    ("exists_one", "existsOne", "optMap", "optFlatMap", "transformList", "transformMap", "transformMapEntry")
)

_NO_METHODS: Final = MACROS | OTHER_MACROS

LARGEST: Final = 2**63 - 1

# Characters that some engine mis-reads or refuses inside a literal, whatever the escape.
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")

# How tightly each construct binds; an operand that binds less tightly than its place asks for gets parentheses.
_TERNARY, _OR, _AND, _RELATION, _SUM, _UNARY, _NUMBER, _POSTFIX = range(8)

# What is worth remembering: fields, of which few are asked for by many, and what is large.
_SHARED: Final = frozenset((Select, Ternary, Index))

# How tightly a text binds, and the text.
_Spelt = tuple[int, str]


class UnspellableError(ValueError):
    """A tree that no text carries over all engines unchanged, such as a string with a control character."""


def text(expression: Expr) -> str:
    """Give the CEL text of a tree.

    Raises:
        UnspellableError: a literal holds a character that an engine mis-reads, an identifier is none, or the tree means
            nothing in CEL: a number that is negative, too large or has fields, a map with a key twice, a method that would
            be read as a macro, an operator without operands, or more levels than can be printed.
    """
    return Printer().text(expression)


class Printer:
    """Prints trees; a part that several of them hold, as one and the same object, is spelt once."""

    def __init__(self) -> None:
        # By identity, with the part itself: as long as it is here, no other can have its identity.
        self._known: dict[int, tuple[Expr, _Spelt]] = {}

    def text(self, expression: Expr) -> str:
        """Give the CEL text of a tree; raises as `text` does."""
        try:
            return self._at(expression, _TERNARY)
        except RecursionError:
            raise UnspellableError("an expression too deep for what is left of the stack") from None

    def _at(self, expression: Expr, place: int) -> str:
        kind = type(expression)
        if kind in _SHARED:
            known = self._known.get(id(expression))
            if known is None:
                known = self._known[id(expression)] = expression, self._spellings[kind](self, expression)
            binding, spelt = known[1]
        else:
            binding, spelt = self._spellings[kind](self, expression)
        if binding >= place:
            return spelt
        if binding == _NUMBER:
            # `1.a` would be a fraction, and `(1).a` has no value.
            raise UnspellableError("a number has neither fields nor items")
        return f"({spelt})"

    def _string(self, node: Str) -> _Spelt:
        return _POSTFIX, quote(node.value)

    def _name(self, node: Ident) -> _Spelt:
        return _POSTFIX, _identifier(node.name)

    def _field(self, node: Select) -> _Spelt:
        suffix = f".{node.field}" if is_identifier(node.field) else f"[{quote(node.field)}]"
        return _POSTFIX, self._at(node.operand, _POSTFIX) + suffix

    def _list(self, node: ListLit) -> _Spelt:
        items = [quote(item.value) if type(item) is Str else self._at(item, _TERNARY) for item in node.items]
        return _POSTFIX, f"[{', '.join(items)}]"

    def _map(self, node: MapLit) -> _Spelt:
        if len(dict(node.entries)) < len(node.entries):
            raise UnspellableError("engines differ about a key that is written twice")
        return _POSTFIX, "{" + ", ".join([f"{quote(key)}: {self._at(value, _TERNARY)}" for key, value in node.entries]) + "}"

    def _comparison(self, node: Compare) -> _Spelt:
        # Both sides ask for more than a relation: `a == b == c` and `a in b == c` differ between engines.
        return _RELATION, f"{self._at(node.left, _SUM)} {node.op} {self._at(node.right, _SUM)}"

    def _index(self, node: Index) -> _Spelt:
        return _POSTFIX, f"{self._at(node.operand, _POSTFIX)}[{self._at(node.index, _TERNARY)}]"

    def _has(self, node: Has) -> _Spelt:
        if not is_identifier(node.select.field):
            message = f"`has` cannot test the field `{node.select.field}`: it is no identifier"
            raise UnspellableError(message)
        return _POSTFIX, f"has({self._field(node.select)[1]})"

    def _method(self, node: Method) -> _Spelt:
        if node.name in _NO_METHODS:
            message = f"`{node.name}` is a macro, and no method"
            raise UnspellableError(message)
        inside = ", ".join([self._at(argument, _TERNARY) for argument in node.arguments])
        return _POSTFIX, f"{self._at(node.target, _POSTFIX)}.{_identifier(node.name)}({inside})"

    def _macro(self, node: Macro) -> _Spelt:
        variable = _identifier(node.variable)
        return _POSTFIX, f"{self._at(node.target, _POSTFIX)}.{node.kind}({variable}, {self._at(node.body, _TERNARY)})"

    def _ternary(self, node: Ternary) -> _Spelt:
        # No parentheses round the last arm: each one costs depth, and cel-rust stops at 96.
        then = f"{self._at(node.condition, _OR)} ? {self._at(node.then, _OR)}"
        return _TERNARY, f"{then} : {self._at(node.otherwise, _TERNARY)}"

    def _not(self, node: Not) -> _Spelt:
        return _UNARY, f"!({self._at(node.operand, _TERNARY)})"

    def _concat(self, node: Concat) -> _Spelt:
        return self._joined(node.parts, " + ", _SUM, _UNARY)

    def _all(self, node: All) -> _Spelt:
        return self._joined(node.terms, " && ", _AND, _RELATION)

    def _any(self, node: Any) -> _Spelt:
        return self._joined(node.terms, " || ", _OR, _AND)

    def _bool(self, node: Bool) -> _Spelt:
        return _POSTFIX, "true" if node.value else "false"

    def _null(self, _: Null) -> _Spelt:
        return _POSTFIX, "null"

    def _int(self, node: Int) -> _Spelt:
        if not 0 <= node.value <= LARGEST:
            raise UnspellableError("a number that is negative or beyond 64 bits")
        return _NUMBER, str(node.value)

    def _joined(self, parts: tuple[Expr, ...], separator: str, binding: int, place: int) -> _Spelt:
        if not parts:
            message = "an operator without operands has no meaning"
            raise UnspellableError(message)
        if len(parts) == 1:
            return self._spellings[type(parts[0])](self, parts[0])
        return binding, separator.join([self._at(part, place) for part in parts])

    # By the kind of node: a `match` tries one kind after the other, and a build spells a hundred nodes for each model.
    _spellings: ClassVar[dict[type[Expr], Callable[[Printer, Anything], _Spelt]]] = {
        All: _all,
        Any: _any,
        Bool: _bool,
        Compare: _comparison,
        Concat: _concat,
        Has: _has,
        Ident: _name,
        Index: _index,
        Int: _int,
        ListLit: _list,
        Macro: _macro,
        MapLit: _map,
        Method: _method,
        Not: _not,
        Null: _null,
        Select: _field,
        Str: _string,
        Ternary: _ternary,
    }


@lru_cache(maxsize=1 << 16)
def quote(value: str) -> str:
    r"""Spell a string literal: double quotes, only `\\` and `\"` escaped, the rest as it is.

    Every engine measured reads exactly this form alike; `\u` pairs, `\'` and raw control characters it does not.

    Raises:
        UnspellableError: the string holds a control character, a line separator, a noncharacter or a lone surrogate.
    """
    if not spellable(value):
        found = _UNPRINTABLE.findall(value)[0]
        message = f"the character U+{ord(found):04X} cannot be written in a CEL literal that every engine reads alike"
        raise UnspellableError(message)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spellable(value: str) -> bool:
    """Tell whether `quote` accepts the string."""
    return (value.isascii() and value.isprintable()) or not _UNPRINTABLE.search(value)


@lru_cache(maxsize=1 << 12)
def is_identifier(name: str) -> bool:
    """Tell whether a name may stand after a dot, or for a variable."""
    return bool(_IDENTIFIER.match(name)) and name not in RESERVED


def _identifier(name: str) -> str:
    if not is_identifier(name):
        message = f"`{name}` is no CEL identifier"
        raise UnspellableError(message)
    return name
