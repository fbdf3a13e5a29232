"""Print a CEL tree: the only place of the program that spells CEL."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, assert_never

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

# Characters that some engine mis-reads or refuses inside a literal, whatever the escape.
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")

# How tightly each construct binds; an operand that binds less tightly than its place asks for gets parentheses.
_TERNARY, _OR, _AND, _RELATION, _SUM, _UNARY, _POSTFIX = range(7)

# What is worth remembering: fields, of which few are asked for by many, and what is large.
_SHARED: Final = frozenset((Select, Ternary, Index))


class UnspellableError(ValueError):
    """A value that no spelling carries over all engines unchanged, such as a string with a control character."""


def text(expression: Expr) -> str:
    """Give the CEL text of a tree.

    Raises:
        UnspellableError: a literal holds a character that an engine mis-reads, or an identifier is none.
    """
    return Printer().text(expression)


class Printer:
    """Prints trees; a part that several of them hold, as one and the same object, is spelt once."""

    def __init__(self) -> None:
        # By identity, with the part itself: as long as it is here, no other can have its identity.
        self._known: dict[int, tuple[Expr, tuple[int, str]]] = {}

    def text(self, expression: Expr) -> str:
        """Give the CEL text of a tree; raises as `text` does."""
        return self._at(expression, _TERNARY)

    def _at(self, expression: Expr, place: int) -> str:
        if type(expression) in _SHARED:
            known = self._known.get(id(expression))
            if known is None:
                known = self._known[id(expression)] = expression, self._spell(expression)
            binding, spelt = known[1]
        else:
            binding, spelt = self._spell(expression)
        return spelt if binding >= place else f"({spelt})"

    def _spell(self, node: Expr) -> tuple[int, str]:
        # The most frequent first: most of a build's expressions are fields, and long lists and maps of strings.
        match node:
            case Str(value):
                return _POSTFIX, quote(value)
            case Ident() | Select():
                return _POSTFIX, self._path(node)
            case ListLit(items):
                return (
                    _POSTFIX,
                    f"[{', '.join([quote(item.value) if type(item) is Str else self._at(item, _TERNARY) for item in items])}]",
                )
            case Compare(op, left, right):
                # Both sides ask for more than a relation: `a == b == c` and `a in b == c` differ between engines.
                return _RELATION, f"{self._at(left, _SUM)} {op} {self._at(right, _SUM)}"
            case Index() | Has() | Method() | Macro():
                return _POSTFIX, self._postfix(node)
            case MapLit(entries):
                return _POSTFIX, "{" + ", ".join([f"{quote(key)}: {self._at(value, _TERNARY)}" for key, value in entries]) + "}"
            case Ternary(condition, then, otherwise):
                # No parentheses round the last arm: each one costs depth, and cel-rust stops at 96.
                return _TERNARY, f"{self._at(condition, _OR)} ? {self._at(then, _OR)} : {self._at(otherwise, _TERNARY)}"
            case Not(operand):
                return _UNARY, f"!({self._at(operand, _TERNARY)})"
            case Concat(parts):
                return self._joined(parts, " + ", _SUM, _UNARY)
            case All(terms):
                return self._joined(terms, " && ", _AND, _RELATION)
            case Any(terms):
                return self._joined(terms, " || ", _OR, _AND)
            case Bool(value):
                return _POSTFIX, "true" if value else "false"
            case Null():
                return _POSTFIX, "null"
            case Int(value):
                return _POSTFIX, str(value)
            case _:
                assert_never(node)

    def _path(self, node: Ident | Select) -> str:
        if isinstance(node, Ident):
            return _identifier(node.name)
        suffix = f".{node.field}" if is_identifier(node.field) else f"[{quote(node.field)}]"
        return self._at(node.operand, _POSTFIX) + suffix

    def _postfix(self, node: Index | Has | Method | Macro) -> str:
        match node:
            case Index(operand, index):
                return f"{self._at(operand, _POSTFIX)}[{self._at(index, _TERNARY)}]"
            case Has(select):
                if not is_identifier(select.field):
                    message = f"`has` cannot test the field `{select.field}`: it is no identifier"
                    raise UnspellableError(message)
                return f"has({self._path(select)})"
            case Method(target, name, arguments):
                inside = ", ".join(self._at(argument, _TERNARY) for argument in arguments)
                return f"{self._at(target, _POSTFIX)}.{_identifier(name)}({inside})"
            case Macro(kind, target, variable, body):
                return f"{self._at(target, _POSTFIX)}.{kind}({_identifier(variable)}, {self._at(body, _TERNARY)})"
            case _:
                assert_never(node)

    def _joined(self, parts: tuple[Expr, ...], separator: str, binding: int, place: int) -> tuple[int, str]:
        if not parts:
            message = "an operator without operands has no meaning"
            raise UnspellableError(message)
        if len(parts) == 1:
            return self._spell(parts[0])
        return binding, separator.join(self._at(part, place) for part in parts)


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
