"""Rules that only refuse identity headers of the client's own, as whatever is emitted does."""

from __future__ import annotations

from compiler.adopt.objects import Plain, mapping
from compiler.cel.parse import parse
from compiler.cel.tree import All, Any, Bool, Compare, Expr, Has, Ident, Not, Select, Str, Ternary
from compiler.program.ir import IDENTITY_HEADERS


def refuses_headers(rule: Plain) -> bool:
    """Tell whether a rule asks for nothing else than that a request brings none of the headers: it need not be taken over."""
    patterns = mapping(rule.get("patternMatching")).get("patterns")
    return isinstance(patterns, list) and bool(patterns) and not rule.get("when") and all(map(_pattern, patterns))


def _pattern(pattern: object) -> bool:
    match pattern:
        case {"predicate": str(text), **others} if not others:
            try:
                return _refuses(parse(text))
            except ValueError:
                return False
        case _:
            return False


def _refuses(node: Expr) -> bool:
    match node:
        case All(terms):
            return all(map(_refuses, terms))
        case Ternary(Has(Select(Ident("request"), "headers")), then, Bool(True)):
            return _refuses(then)
        case Not(inner):
            return _brings(inner)
        case _:
            return False


def _brings(node: Expr) -> bool:
    match node:
        case Any(terms):
            return all(map(_brings, terms))
        case Compare("in", Str(name), Select(Ident("request"), "headers")):
            return name in IDENTITY_HEADERS
        case _:
            return False
