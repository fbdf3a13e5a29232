"""Evaluates a CEL tree over all callers at once: what its value can be, and where it ends in an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any as Anything
from typing import Final

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
    Select,
    Str,
    Ternary,
)
from compiler.prove.algebra import Algebra, sequence, strings, text
from compiler.prove.calls import called
from compiler.prove.formula import FALSE, TRUE, Formula
from compiler.prove.loops import Loops
from compiler.prove.semantics import Semantics
from compiler.prove.values import (
    Headers,
    Record,
    Sequence,
    Symbol,
    Table,
    Text,
    Truth,
    UnsupportedError,
    Value,
)
from compiler.prove.world import World, header_value

_NO_ERRORS: Final = (FALSE, FALSE, FALSE)

Result = tuple[Value, Formula]


class Evaluator:
    """Evaluates expressions over the roots of one place, such as `auth` and `request` of an AuthPolicy.

    A result is the value and the formula of where the expression is an error.
    """

    def __init__(
        self, world: World, algebra: Algebra, roots: Mapping[str, Value], semantics: Semantics = Semantics.STRICT
    ) -> None:
        self._world = world
        self._terms = world.terms
        self._algebra = algebra
        self._semantics = semantics
        self._scope: dict[str, Value] = dict(roots)
        self._loops = Loops(self._algebra, self._in_scope, absorbing=semantics is Semantics.SPEC)
        self._cases: dict[type[Expr], Callable[[Anything], Result]] = {
            Str: lambda node: (text(node.value), FALSE),
            Bool: lambda node: (Truth(TRUE if node.value else FALSE), FALSE),
            Ident: self._ident,
            ListLit: self._list,
            MapLit: self._map,
            Select: lambda node: self._select(node.operand, node.field),
            Has: self._has,
            Index: self._index,
            Method: self._method,
            Macro: self._macro,
            Not: self._not,
            Compare: self._compare,
            Concat: self._concat,
            All: self._all,
            Any: self._any,
            Ternary: self._ternary,
        }

    def evaluate(self, node: Expr) -> Result:
        """Evaluate an expression.

        Raises:
            UnsupportedError: the expression uses something that is not understood.
        """
        case = self._cases.get(type(node))
        if case is None:
            raise UnsupportedError(f"a {type(node).__name__} outside an index")
        return case(node)

    def truth(self, node: Expr) -> tuple[Formula, Formula]:
        """Evaluate a condition: where it is true, and where it is an error.

        Raises:
            UnsupportedError: the expression is no condition, or uses something that is not understood.
        """
        value, error = self.evaluate(node)
        if not isinstance(value, Truth):
            raise UnsupportedError("a condition that is not a boolean")
        return self._terms.both(value.true, -error), error

    def _in_scope(self, variable: str, value: Value, body: Expr) -> Result:
        outer = self._scope.get(variable)
        self._scope[variable] = value
        try:
            return self.evaluate(body)
        finally:
            if outer is None:
                del self._scope[variable]
            else:
                self._scope[variable] = outer

    def _ident(self, node: Ident) -> Result:
        found = self._scope.get(node.name)
        if found is None:
            raise UnsupportedError(f"the name `{node.name}`")
        return found, FALSE

    def _parts(self, nodes: tuple[Expr, ...]) -> tuple[list[Value], Formula]:
        results = [self.evaluate(node) for node in nodes]
        return [value for value, _ in results], self._terms.any(error for _, error in results)

    def _list(self, node: ListLit) -> Result:
        known = _written(node)
        if known is not None:
            return known, FALSE
        values, error = self._parts(node.items)
        return sequence(values), error

    def _map(self, node: MapLit) -> Result:
        entries: dict[str, Value] = {}
        errors: list[Formula] = []
        for key, value in node.entries:
            known = _written(value)
            if known is None:
                known, error = self.evaluate(value)
                errors.append(error)
            entries[key] = known
        if len(entries) < len(node.entries):
            raise UnsupportedError("a map with a key that is written twice")
        return Table(entries), self._terms.any(errors)

    def _select(self, operand: Expr, field: str) -> Result:
        value, error = self.evaluate(operand)
        if not isinstance(value, Record):
            raise UnsupportedError(f"the field `{field}` of something that is no object")
        found = value.fields.get(field)
        if found is not None:
            return found.value, self._terms.either(error, -found.present)
        if value.closed:
            return text(""), TRUE
        raise UnsupportedError(f"the field `{value.name}.{field}`")

    def _has(self, node: Has) -> Result:
        value, error = self.evaluate(node.select.operand)
        found = value.fields.get(node.select.field) if isinstance(value, Record) else None
        if found is None:
            # Whether a key that no policy exports is there differs between the releases of the gateway's filter.
            raise UnsupportedError(f"`has` of the field `{node.select.field}`")
        return Truth(found.present), error

    def _index(self, node: Index) -> Result:
        value, error = self.evaluate(node.operand)
        if isinstance(node.index, Int):
            if not isinstance(value, Sequence):
                raise UnsupportedError("a number as index of something that is no list")
            found, missing = self._algebra.element(value, node.index.value)
            return found, self._terms.either(error, missing)
        if isinstance(value, Record) and isinstance(node.index, Str):
            return self._select(node.operand, node.index.value)
        key, key_error = self.evaluate(node.index)
        if not isinstance(key, Text):
            raise UnsupportedError("an index that is no string")
        found, missing = self._looked_up(value, key)
        errors = (error, key_error, missing)
        return found, FALSE if errors == _NO_ERRORS else self._terms.any(errors)

    def _looked_up(self, value: Value, key: Text) -> tuple[Value, Formula]:
        name = _known(key)
        if isinstance(value, Table):
            if name is not None:
                known = value.entries.get(name)
                return (text(""), TRUE) if known is None else (known, FALSE)
            chosen = [(self._algebra.among(key, {name: TRUE}), found) for name, found in value.entries.items()]
            return self._algebra.choose(chosen), -self._terms.any(guard for guard, _ in chosen)
        if not isinstance(value, Headers) or name is None:
            raise UnsupportedError("an index into something that is no map")
        if name in value.injected:
            return value.injected[name], FALSE
        if name not in self._world.valued:
            raise UnsupportedError(f"the value of the header `{name}`")
        return Text(((TRUE, Symbol(header_value(name))),)), -self._world.has_header(name)

    def _compare(self, node: Compare) -> Result:
        left, left_error = self.evaluate(node.left)
        right, right_error = self.evaluate(node.right)
        error = self._terms.either(left_error, right_error)
        if not isinstance(left, Text):
            raise UnsupportedError(f"`{node.op}` on something that is no string")
        match node.op, right:
            case "==", Text():
                found = self._algebra.equal(left, right)
            case "!=", Text():
                found = -self._algebra.equal(left, right)
            case "in", Sequence():
                found = self._algebra.holds(right, left)
            case "in", Table():
                found = self._algebra.among(left, dict.fromkeys(right.entries, TRUE))
            case "in", Headers(injected) if (name := _known(left)) is not None:
                found = TRUE if name in injected else self._world.has_header(name)
            case "in", Record(_, fields) if (name := _known(left) or "") in fields:
                found = fields[name].present
            case _:
                raise UnsupportedError(f"`{node.op}` on values of these types")
        return Truth(found), error

    def _not(self, node: Not) -> Result:
        true, error = self.truth(node.operand)
        return Truth(-self._terms.either(true, error)), error

    def _all(self, node: All) -> Result:
        """Evaluate `&&`, which is `||` with everything negated."""
        parts = [self.truth(term) for term in node.terms]
        false, error = self._alternatives([(-self._terms.either(true, error), error) for true, error in parts])
        return Truth(-self._terms.either(false, error)), error

    def _any(self, node: Any) -> Result:
        true, error = self._alternatives([self.truth(term) for term in node.terms])
        return Truth(true), error

    def _alternatives(self, parts: list[tuple[Formula, Formula]]) -> tuple[Formula, Formula]:
        """Join by or: where it is true, and where it is an error."""
        terms = self._terms
        true, error = parts[0]
        for right, right_error in parts[1:]:
            match self._semantics:
                case Semantics.STRICT:
                    error = terms.either(error, right_error)
                case Semantics.IN_ORDER:
                    error = terms.either(error, terms.both(-true, right_error))
                case Semantics.SPEC:
                    error = terms.either(terms.both(error, -right), terms.both(-true, right_error))
            true = terms.both(terms.either(true, right), -error)
        return true, error

    def _ternary(self, node: Ternary) -> Result:
        terms = self._terms
        condition, error = self.truth(node.condition)
        unless = -terms.either(condition, error)
        then, then_error = self.evaluate(node.then) if condition != FALSE else (text(""), FALSE)
        other, other_error = self.evaluate(node.otherwise) if unless != FALSE else (text(""), FALSE)
        found = self._algebra.choose(((condition, then), (unless, other)))
        return found, terms.any((error, terms.both(condition, then_error), terms.both(unless, other_error)))

    def _concat(self, node: Concat) -> Result:
        values, error = self._parts(node.parts)
        lists = [value for value in values if isinstance(value, Sequence)]
        if len(lists) < len(values):
            raise UnsupportedError("`+` on something that is no list")
        return self._algebra.concatenated(lists), error

    def _macro(self, node: Macro) -> Result:
        target, error = self.evaluate(node.target)
        if not isinstance(target, Sequence):
            raise UnsupportedError(f"`{node.kind}` on something that is no list")
        value, inside = self._loops.run(node, target)
        return value, self._terms.either(error, inside)

    def _method(self, node: Method) -> Result:
        target, error = self.evaluate(node.target)
        if len(node.arguments) != 1 or not isinstance(argument := node.arguments[0], Str):
            raise UnsupportedError(f"`{node.name}` with other arguments than one string")
        return called(self._algebra, node.name, target, argument.value, self._world.reserved), error


def _known(value: Text) -> str | None:
    """Give the string, where it can be only one."""
    if len(value.choices) == 1 and isinstance(found := value.choices[0][1], str):
        return found
    return None


def _written(node: Expr) -> Value | None:
    """Give the value of a string, or of a list of strings, that is written out."""
    if type(node) is Str:
        return text(node.value)
    if type(node) is ListLit:
        values = tuple([item.value for item in node.items if type(item) is Str])
        return strings(values) if len(values) == len(node.items) else None
    return None
