"""Reads fields of an identity so that no missing one is an error, and leaves out names that only the cluster vouches for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from compiler.cel.build import let, negate
from compiler.cel.printer import is_identifier
from compiler.cel.tree import Compare, Expr, Has, Ident, Index, Macro, Method, Select, Str, Ternary
from compiler.program.methods import RESERVED_PREFIX

IDENTITY: Final = Select(Ident("auth"), "identity")


def field(of: Expr, path: Sequence[str], default: Expr, then: Callable[[Expr], Expr] = lambda found: found) -> Expr:
    """Read a field of an object, segment by segment, and give what `then` makes of it; a default where it is not there.

    A segment that is not there ends the reading. One that is there and no object is an error: the token is refused.
    """
    if not path:
        return then(of)
    name, rest = path[0], path[1:]
    if is_identifier(name):
        found: Expr = Select(of, name)
        return Ternary(Has(Select(of, name)), field(found, rest, default, then), default)
    return Ternary(Compare("in", Str(name), of), field(Index(of, Str(name)), rest, default, then), default)


def unreserved(name: Expr) -> Expr:
    """Give a name, or `""` for one that Kubernetes keeps to itself."""
    reserved = Method(Ident("u"), "startsWith", (Str(RESERVED_PREFIX),))
    return let(name, "u", Ternary(reserved, Str(""), Ident("u")))


def all_unreserved(names: Expr) -> Expr:
    """Leave out the names that Kubernetes keeps to itself."""
    return Macro("filter", names, "g", negate(Method(Ident("g"), "startsWith", (Str(RESERVED_PREFIX),))))
