"""What the conditions of policies say about callers, where they have one of the shapes that platforms are known to use."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from compiler.cel import parse as cel
from compiler.cel.tree import All, Any, Compare, Expr, Ident, ListLit, Macro, Method, Not, Select, Str

_LISTING = "/v1/models"


class Callers(Struct, frozen=True):
    """Callers in any of the groups, or of the tier, or with one of the names."""

    groups: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()

    def __or__(self, other: Callers) -> Callers:
        return Callers(self.groups | other.groups, self.users | other.users, self.tiers | other.tiers)

    def __bool__(self) -> bool:
        return bool(self.groups or self.users or self.tiers)


class Condition(Struct, frozen=True):
    """A conjunction: who is meant (everybody where `who` is None), who is not, and whether listings are exempt."""

    who: Callers | None = None
    without: Callers = Callers()
    listing_free: bool = False


class UnknownShapeError(ValueError):
    """A condition of another shape; says which part."""


def condition(predicates: Iterable[str]) -> Condition:
    """Understand the predicates of a limit, all of which must hold.

    Raises:
        UnknownShapeError: one of them has none of the known shapes.
    """
    found = Condition()
    for text in predicates:
        for term in _terms(_parsed(text)):
            found = _with(found, term)
    return found


def callers(text: str) -> Callers:
    """Understand an expression that lets callers in.

    Raises:
        UnknownShapeError: it has none of the known shapes.
    """
    return _callers(_parsed(text))


def _parsed(text: str) -> Expr:
    try:
        return cel.parse(text)
    except ValueError as error:
        raise UnknownShapeError(f"`{text}` is beyond the shapes that are known") from error


def _terms(expression: Expr) -> tuple[Expr, ...]:
    return expression.terms if isinstance(expression, All) else (expression,)


def _with(found: Condition, term: Expr) -> Condition:
    match term:
        case Not(Method(Select(Ident("request"), "path" | "url_path"), "endsWith", (Str(suffix),))) if suffix == _LISTING:
            return Condition(found.who, found.without, listing_free=True)
        case Not(inner):
            return Condition(found.who, found.without | _callers(inner), found.listing_free)
        case _ if found.who is None:
            return Condition(_callers(term), found.without, found.listing_free)
        case _:
            raise UnknownShapeError("callers are asked about twice")


def _callers(node: Expr) -> Callers:
    match node:
        case Any(terms):
            found = Callers()
            for term in terms:
                found |= _callers(term)
            return found
        case Compare("==", Select() as fact, Str(value)) | Compare("==", Str(value), Select() as fact):
            return _fact(fact, frozenset({value}))
        case Compare("in", Select() as fact, ListLit(items)):
            return _fact(fact, _words(items))
        case Compare("in", Str(value), Select() as fact) if _is_groups(fact):
            return Callers(groups=frozenset({value}))
        case Macro("exists", target, variable, body) if _is_groups(_unsplit(target)):
            return Callers(groups=_equal(body, variable))
        case _:
            raise UnknownShapeError("a condition on something else than groups, names and tiers")


def _fact(fact: Select, values: frozenset[str]) -> Callers:
    match _path(fact):
        case ("auth", "identity", "tier"):
            return Callers(tiers=values)
        case ("auth", "identity", "userid") | ("auth", "identity", "user", "username"):
            return Callers(users=values)
        case path:
            raise UnknownShapeError(f"a condition on `{'.'.join(path)}`")


def _is_groups(node: Expr) -> bool:
    return isinstance(node, Select) and _path(node) in (
        ("auth", "identity", "groups"),
        ("auth", "identity", "groups_str"),
        ("auth", "identity", "user", "groups"),
    )


def _unsplit(node: Expr) -> Expr:
    match node:
        case Method(target, "split", (Str(","),)):
            return target
        case _:
            return node


def _path(node: Expr) -> tuple[str, ...]:
    match node:
        case Select(operand, field):
            return (*_path(operand), field)
        case Ident(name):
            return (name,)
        case _:
            return ("",)


def _equal(body: Expr, variable: str) -> frozenset[str]:
    match body:
        case Any(terms):
            return frozenset().union(*(_equal(term, variable) for term in terms))
        case Compare("==", Ident(name), Str(value)) | Compare("==", Str(value), Ident(name)) if name == variable:
            return frozenset({value})
        case Compare("in", Ident(name), ListLit(items)) if name == variable:
            return _words(items)
        case _:
            raise UnknownShapeError("groups are compared with something else than names")


def _words(items: Iterable[Expr]) -> frozenset[str]:
    found = frozenset(item.value for item in items if isinstance(item, Str))
    if any(not isinstance(item, Str) for item in items):
        raise UnknownShapeError("something else than names is listed")
    return found
