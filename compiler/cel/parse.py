"""Parses CEL text into a tree: exactly the subset that the tree can hold, everything else is an error.

What engines read differently is refused too, even where the grammar of CEL has a reading: `!!a`, `!a in b`, `a == b == c`.
"""

from __future__ import annotations

from typing import Final, Literal, cast

from compiler.cel.measure import height
from compiler.cel.printer import MACROS, OTHER_MACROS, RESERVED
from compiler.cel.tokens import Kind, ParseError, Token, tokens
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

__all__ = ["DEEPEST", "ParseError", "parse", "parse_within"]

# Levels of the tree, and of brackets in the text. The gateway's filter ends at 95 levels of brackets (cel-rust), and a
# reader of trees that recurses stays below Python's own limit of 1,000 frames.
DEEPEST: Final = 100

_RELATIONS: Final = frozenset(("==", "!=", "<=", "in"))
_OPERATORS: Final = _RELATIONS | {"+", "&&", "||"}


def parse(text: str) -> Expr:
    """Give the tree of a CEL text.

    Printing the tree gives the same text up to spaces, parentheses that bind nothing and the spelling of strings.
    `a["b"]` is an `Index`, whichever field it names; `a.b` is a `Select`.

    Raises:
        ParseError: the text is outside the subset, or deeper than `DEEPEST` levels.
    """
    return parse_within(text, DEEPEST)


def parse_within(text: str, deepest: int) -> Expr:
    """Give the tree of a CEL text that has at most so many levels.

    Raises:
        ParseError: the text is outside the subset, or deeper.
    """
    try:
        found = _Parser(list(tokens(text)), deepest).whole()
    except RecursionError:
        # `DEEPEST` levels take some 500 frames, which a caller far down the stack may not have left.
        raise ParseError("an expression too deep for what is left of the stack", 0) from None
    if height(found) > deepest:
        raise ParseError(f"an expression deeper than {deepest} levels", 0)
    return found


class _Parser:
    """Reads the tokens once from left to right; every method starts at the first token of what it reads."""

    def __init__(self, found: list[Token], deepest: int) -> None:
        self._deepest = deepest
        self._tokens = found
        self._next = 0
        self._level = 0

    def whole(self) -> Expr:
        found = self._expression()
        if self._seen.kind is not Kind.END:
            raise self._error(f"`{self._seen.text}` where the expression should end")
        return found

    @property
    def _seen(self) -> Token:
        return self._tokens[self._next]

    def _error(self, message: str, at: Token | None = None) -> ParseError:
        return ParseError(message, (at or self._seen).position)

    def _at(self, sign: str) -> bool:
        seen = self._tokens[self._next]
        return seen.text == sign and seen.kind is Kind.SIGN

    def _take(self) -> Token:
        found = self._seen
        self._next += found.kind is not Kind.END
        return found

    def _accept(self, sign: str) -> bool:
        found = self._at(sign)
        self._next += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            raise self._error(f"`{sign}` is missing")

    def _expression(self) -> Expr:
        self._level += 1
        if self._level > self._deepest:
            raise self._error(f"brackets deeper than {self._deepest} levels")
        arms: list[tuple[Expr, Expr]] = []
        found = self._operation()
        while self._accept("?"):
            then = self._operation()
            self._expect(":")
            arms.append((found, then))
            if len(arms) > DEEPEST:
                raise self._error(f"more than {DEEPEST} arms")
            found = self._operation()
        for condition, then in reversed(arms):
            found = Ternary(condition, then, found)
        self._level -= 1
        return found

    def _operation(self) -> Expr:
        """Read operands and the operators between them, then join what binds tightest first."""
        operands = [self._operand()]
        operators: list[Token] = []
        while self._seen.text in _OPERATORS and self._seen.kind in (Kind.SIGN, Kind.NAME):
            operators.append(self._take())
            operands.append(self._operand())
        return _joined(operands, operators)

    def _operand(self) -> Expr:
        if not self._accept("!"):
            return self._postfixed()
        if self._at("!"):
            raise self._error("engines differ about two negations in a row")
        bracketed = self._at("(")
        found = Not(self._postfixed())
        if not bracketed and self._seen.text in _RELATIONS and self._seen.kind in (Kind.SIGN, Kind.NAME):
            raise self._error("engines differ about a negation beside a relation: parentheses are missing")
        return found

    def _postfixed(self) -> Expr:
        found = self._atom()
        if isinstance(found, Int) and (self._at(".") or self._at("[")):
            raise self._error("a number has neither fields nor items")
        for _ in range(DEEPEST):
            if self._accept("."):
                found = self._member(found)
            elif self._accept("["):
                found = Index(found, self._expression())
                self._expect("]")
            else:
                return found
        raise self._error(f"more than {DEEPEST} fields, indices and calls in a row")

    def _member(self, target: Expr) -> Expr:
        at = self._seen
        name = self._name()
        if not self._accept("("):
            return Select(target, name)
        arguments = self._list(")")
        if name in MACROS:
            match arguments:
                case (Ident(variable), body):
                    return Macro(cast("Comprehension", name), target, variable, body)
                case _:
                    raise self._error(f"`{name}` takes a variable and an expression", at)
        if name in OTHER_MACROS:
            raise self._error(f"`{name}` is outside the portable subset", at)
        return Method(target, name, arguments)

    def _atom(self) -> Expr:
        token = self._take()
        match token.kind, token.text:
            case Kind.STRING, value:
                return Str(value)
            case Kind.NUMBER, digits:
                return Int(int(digits))
            case Kind.NAME, "true" | "false":
                return Bool(value=token.text == "true")
            case Kind.NAME, name:
                if name in RESERVED:
                    raise self._error(f"`{name}` is a reserved word", token)
                return self._call(token) if self._accept("(") else Ident(name)
            case Kind.SIGN, "(":
                found = self._expression()
                self._expect(")")
                return found
            case Kind.SIGN, "[":
                return ListLit(self._list("]"))
            case Kind.SIGN, "{":
                return self._map()
            case _:
                raise self._error("a value is missing", token)

    def _call(self, function: Token) -> Expr:
        arguments = self._list(")")
        match function.text, arguments:
            case "has", (Select() as field,):
                return Has(field)
            case "has", _:
                raise self._error("`has` takes a field, as in `has(a.b)`", function)
            case _:
                raise self._error(f"`{function.text}` needs a target: only `has` stands alone", function)

    def _list(self, end: Literal[")", "]"]) -> tuple[Expr, ...]:
        if self._accept(end):
            return ()
        found = [self._expression()]
        while self._accept(","):
            found.append(self._expression())
        self._expect(end)
        return tuple(found)

    def _map(self) -> MapLit:
        entries: dict[str, Expr] = {}
        while not entries or self._accept(","):
            if not entries and self._accept("}"):
                return MapLit(())
            key = self._take()
            if key.kind is not Kind.STRING:
                raise self._error("the keys of a map are strings", key)
            if key.text in entries:
                raise self._error("engines differ about a key that is written twice", key)
            self._expect(":")
            entries[key.text] = self._expression()
        self._expect("}")
        return MapLit(tuple(entries.items()))

    def _name(self) -> str:
        found = self._take()
        if found.kind is not Kind.NAME or found.text in RESERVED:
            raise self._error("the name of a field or a function is missing", found)
        return found.text


def _joined(operands: list[Expr], operators: list[Token]) -> Expr:
    """Join by precedence: `+`, then one relation, then `&&`, then `||`; each level from the one that binds tighter."""
    if not operators:
        return operands[0]
    alternatives: list[Expr] = []
    for conjunction, inside in _split(operands, operators, "||"):
        terms: list[Expr] = []
        for relation, within in _split(conjunction, inside, "&&"):
            terms.append(_relation(relation, within))
        alternatives.append(terms[0] if len(terms) == 1 else All(tuple(terms)))
    return alternatives[0] if len(alternatives) == 1 else Any(tuple(alternatives))


def _split(operands: list[Expr], operators: list[Token], at: str) -> list[tuple[list[Expr], list[Token]]]:
    """Cut a chain at every operator of one kind."""
    parts: list[tuple[list[Expr], list[Token]]] = [([operands[0]], [])]
    for operator, operand in zip(operators, operands[1:], strict=True):
        if operator.text == at:
            parts.append(([operand], []))
        else:
            parts[-1][0].append(operand)
            parts[-1][1].append(operator)
    return parts


def _relation(operands: list[Expr], operators: list[Token]) -> Expr:
    relations = [index for index, operator in enumerate(operators) if operator.text in _RELATIONS]
    if len(relations) > 1:
        raise ParseError("engines differ about two relations in a row: parentheses are missing", operators[relations[1]].position)
    if not relations:
        return _sum(operands)
    cut = relations[0] + 1
    return Compare(cast("Relation", operators[cut - 1].text), _sum(operands[:cut]), _sum(operands[cut:]))


def _sum(operands: list[Expr]) -> Expr:
    return operands[0] if len(operands) == 1 else Concat(tuple(operands))
