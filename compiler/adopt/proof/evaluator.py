"""Evaluates expressions as platforms have them over all callers at once: also those that the compiler would never emit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from compiler.cel.parse import parse
from compiler.cel.tree import Any, Compare, Expr, Ident, Index, Int, ListLit, Macro, Method, Str
from compiler.prove.algebra import Algebra, text
from compiler.prove.calls import called
from compiler.prove.formula import FALSE, TRUE, Fact, Formula, Variable
from compiler.prove.loops import Loops
from compiler.prove.semantics import Semantics
from compiler.prove.symbolic import Evaluator, Result
from compiler.prove.values import Headers, Record, Sequence, Symbol, Text, Truth, UnsupportedError, Value
from compiler.prove.world import World

# The header with the token, of which only is known that it is one of the cluster's, and the name that a token review gives.
AUTHORIZATION: Final = Text(((TRUE, Symbol(Variable(95, "the token"))),))
USERNAME: Final = Text(((TRUE, Symbol()),))

_BEARER: Final = "Bearer "
# How tokens of a cluster begin: those of ServiceAccounts, and those of OpenShift's users.
_BEGINNINGS: Final = ("ey", "sha256~")
_SHOWN: Final = 80


@lru_cache(maxsize=8192)
def tree(cel: str) -> Expr:
    """Parse a text.

    Raises:
        UnsupportedError: it is beyond the subset of CEL that a proof reads.
    """
    try:
        return parse(cel)
    except (ValueError, RecursionError) as error:
        raise UnsupportedError(f"`{shown(cel)}` is beyond what a proof reads") from error


def shown(cel: str) -> str:
    """Give as much of a text as a sentence can hold."""
    return cel if len(cel) <= _SHOWN else f"{cel[:_SHOWN]}..."


def part_of_name(separator: str, number: int) -> Symbol:
    """Give what stands between two separators in the caller's name."""
    return Symbol(Variable(90, f"part {number} between `{separator}`"))


def has_parts(separator: str, number: int) -> Fact:
    """The caller's name has more than so many parts."""
    return Fact("parts", f"{separator} {number}")


class _Loops(Loops):
    """Macros, with where an element was an error in the last one, whether or not another one outweighs it."""

    errors: Formula = FALSE

    def _filtered(self, node: Macro, target: Sequence) -> tuple[Sequence, Formula]:
        kept, self.errors = super()._filtered(node, target)
        return kept, self.errors


class PolicyEvaluator(Evaluator):
    """Reads also what controllers write: the names of headers gone through, parts of the caller's name, the token's beginning."""

    def __init__(
        self,
        world: World,
        algebra: Algebra,
        roots: Mapping[str, Value],
        *,
        absorbing: bool = True,
        semantics: Semantics = Semantics.SPEC,
    ) -> None:
        super().__init__(world, algebra, roots, semantics)
        self._loops: _Loops = _Loops(algebra, self._in_scope, absorbing=absorbing)
        # Whether one element of a list may decide before another is an error: the engines differ in that.
        self.doubtful = False

    def truth(self, node: Expr) -> tuple[Formula, Formula]:
        """Evaluate a condition: where it is true, and where it is an error; what always is one has no type.

        Raises:
            UnsupportedError: the expression is no condition, or uses something that is not understood.
        """
        value, error = self.evaluate(node)
        if error == TRUE:
            return FALSE, TRUE
        if not isinstance(value, Truth):
            raise UnsupportedError("a condition that is not a boolean")
        return self._terms.both(value.true, -error), error

    def _macro(self, node: Macro) -> Result:
        target, error = self.evaluate(node.target)
        if error == TRUE:
            return Truth(FALSE) if node.kind in ("exists", "all") else Sequence(()), TRUE
        if isinstance(target, Headers):
            if node.kind != "exists":
                raise UnsupportedError(f"`{node.kind}` over the headers")
            return Truth(self._terms.any(self._brings(target, name) for name in _names(node.body, node.variable))), error
        if not isinstance(target, Sequence):
            raise UnsupportedError(f"`{node.kind}` on something that is no list")
        self._loops.errors = FALSE
        value, inside = self._loops.run(node, target)
        several = any(one.names or len(one.items) > 1 for one in target.alternatives)
        self.doubtful = self.doubtful or (self._loops.errors != FALSE and several)
        return value, self._terms.either(error, inside)

    def _compare(self, node: Compare) -> Result:
        try:
            return super()._compare(node)
        except UnsupportedError:
            # What is never there has no type that could be asked for.
            if all(self.evaluate(side)[1] != TRUE for side in (node.left, node.right)):
                raise
            return Truth(FALSE), TRUE

    def _brings(self, headers: Headers, name: str) -> Formula:
        return TRUE if name in headers.injected else self._world.has_header(name)

    def header(self, headers: Headers, name: str) -> Result:
        """Give the value of a header, and where there is none."""
        return self._looked_up(headers, text(name))

    def _select(self, operand: Expr, field: str) -> Result:
        value, error = self.evaluate(operand)
        if isinstance(value, Headers):
            found, missing = self.header(value, field)
            return found, self._terms.either(error, missing)
        if error == TRUE:
            return text(""), TRUE
        if not isinstance(value, Record):
            raise UnsupportedError(f"the field `{field}` of something that is no object")
        known = value.fields.get(field)
        if known is not None:
            return known.value, self._terms.either(error, -known.present)
        if value.closed:
            return text(""), TRUE
        raise UnsupportedError(f"the field `{value.name}.{field}`")

    def _index(self, node: Index) -> Result:
        match node:
            case Index(Method(target, "split", (Str(separator),)), Int(number)):
                value, error = self.evaluate(target)
                if value == USERNAME and separator:
                    part = Text(((TRUE, part_of_name(separator, number)),))
                    there = self._terms.fact(has_parts(separator, number))
                    return part, self._terms.either(error, -there) if number else error
        try:
            return super()._index(node)
        except UnsupportedError:
            if self.evaluate(node.operand)[1] != TRUE:
                raise
            return text(""), TRUE

    def _method(self, node: Method) -> Result:
        target, error = self.evaluate(node.target)
        if len(node.arguments) != 1 or not isinstance(argument := node.arguments[0], Str):
            raise UnsupportedError(f"`{node.name}` with other arguments than one string")
        if error == TRUE:
            return Truth(FALSE) if node.name in ("startsWith", "endsWith") else text(""), TRUE
        if target == AUTHORIZATION and node.name == "startsWith":
            return Truth(TRUE if begins(argument.value) else FALSE), error
        return called(self._algebra, node.name, target, argument.value, self._world.reserved), error


def begins(prefix: str) -> bool:
    """Tell whether every token of a cluster begins so in its header; none does with what no such token begins with."""
    if _BEARER.startswith(prefix):
        return True
    rest = prefix.removeprefix(_BEARER)
    if prefix.startswith(_BEARER) and any(rest.startswith(one) or one.startswith(rest) for one in _BEGINNINGS):
        raise UnsupportedError("a condition on how tokens of the cluster begin")
    return False


def _names(body: Expr, variable: str) -> Iterator[str]:
    """Give the strings that a condition compares each name with."""
    match body:
        case Any(terms):
            for term in terms:
                yield from _names(term, variable)
        case Compare("==", Ident(name), Str(value)) | Compare("==", Str(value), Ident(name)) if name == variable:
            yield value
        case Compare("in", Ident(name), ListLit(items)) if name == variable:
            yield from _strings(items)
        case _:
            raise UnsupportedError("a condition on the names of headers that is no comparison")


def _strings(items: Iterable[Expr]) -> Iterator[str]:
    for item in items:
        if not isinstance(item, Str):
            raise UnsupportedError("a list of something else than strings")
        yield item.value
