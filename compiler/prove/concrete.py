"""Evaluates a CEL tree for one caller and one request, with any of the ways in which engines treat errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

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
from compiler.prove.semantics import Semantics


class CelError(Exception):
    """The expression ends in an error."""


class Evaluation(Struct, frozen=True):
    """One way to treat errors."""

    semantics: Semantics = Semantics.STRICT

    def value(self, node: Expr, scope: Mapping[str, object]) -> object:
        """Evaluate over roots such as `auth`: plain data of dicts, lists, strings and booleans.

        Raises:
            CelError: the expression ends in an error.
        """
        match node:
            case Str(found) | Bool(found) | Int(found):
                return found
            case Ident(name):
                return self._key(scope, name)
            case ListLit(items):
                return [self.value(item, scope) for item in items]
            case MapLit(entries):
                return {key: self.value(value, scope) for key, value in entries}
            case Select(operand, field):
                return self._key(self.value(operand, scope), field)
            case Has(Select(operand, field)):
                return field in self._map(self.value(operand, scope))
            case Index(operand, index):
                return self._index(self.value(operand, scope), self.value(index, scope))
            case Not(operand):
                return not self._bool(self.value(operand, scope))
            case Ternary(condition, then, otherwise):
                return self.value(then if self._bool(self.value(condition, scope)) else otherwise, scope)
            case Compare(op, left, right):
                return self._compare(op, self.value(left, scope), self.value(right, scope))
            case Concat(parts):
                return [item for part in parts for item in self._list(self.value(part, scope))]
            case All(terms):
                return not self._any(not found if isinstance(found, bool) else found for found in self._each(terms, scope))
            case Any(terms):
                return self._any(self._each(terms, scope))
            case Macro():
                return self._macro(node, scope)
            case Method(target, name, arguments):
                return self._method(name, self.value(target, scope), [self.value(one, scope) for one in arguments])
            case _:
                raise CelError(f"{type(node).__name__} is not understood")

    def _each(self, nodes: tuple[Expr, ...], scope: Mapping[str, object]) -> Iterator[bool | CelError]:
        for node in nodes:
            yield self._tried(node, scope)

    def _tried(self, node: Expr, scope: Mapping[str, object]) -> bool | CelError:
        try:
            return self._bool(self.value(node, scope))
        except CelError as error:
            return error

    def _any(self, parts: Iterator[bool | CelError]) -> bool:
        """Join by or; an error of one part may or may not matter."""
        failed: CelError | None = None
        true = False
        for part in parts:
            if isinstance(part, CelError):
                failed = failed or part
                if self.semantics is Semantics.IN_ORDER:
                    break
            true = true or part is True
            if true and self.semantics is Semantics.IN_ORDER:
                return True
        if failed is not None and not (true and self.semantics is Semantics.SPEC):
            raise failed
        return true

    def _macro(self, node: Macro, scope: Mapping[str, object]) -> object:
        items = self._list(self.value(node.target, scope))
        inside = ({**scope, node.variable: item} for item in items)
        match node.kind:
            case "map":
                return [self.value(node.body, one) for one in inside]
            case "filter":
                return [item for item in items if self._bool(self.value(node.body, {**scope, node.variable: item}))]
            case "exists":
                return self._any(self._tried(node.body, one) for one in inside)
            case "all":
                tried = (self._tried(node.body, one) for one in inside)
                return not self._any(not found if isinstance(found, bool) else found for found in tried)

    def _compare(self, op: str, left: object, right: object) -> bool:
        if op == "in":
            if not isinstance(right, (list, dict)):
                raise CelError("`in` needs a list or a map")
            return left in right
        if op == "<=":
            if not isinstance(left, str) or not isinstance(right, str):
                raise CelError("`<=` needs two strings")
            return left <= right
        return (left == right) == (op == "==")

    def _method(self, name: str, target: object, arguments: list[object]) -> object:
        match name, target, arguments:
            case "split", str(), [str() as separator] if separator:
                return target.split(separator)
            case "join", list(), [str() as separator] if all(isinstance(item, str) for item in target):
                return separator.join(str(item) for item in target)
            case "startsWith", str(), [str() as prefix]:
                return target.startswith(prefix)
            case "endsWith", str(), [str() as suffix]:
                return target.endswith(suffix)
            case _:
                raise CelError(f"no such function: {name}")

    def _index(self, target: object, index: object) -> object:
        if isinstance(target, list) and isinstance(index, int):
            if not 0 <= index < len(target):
                raise CelError(f"no element {index}")
            return target[index]
        return self._key(target, index)

    def _key(self, target: object, key: object) -> object:
        found = self._map(target)
        if key not in found:
            raise CelError(f"no such key: {key}")
        return found[key]

    def _map(self, value: object) -> Mapping[object, object]:
        if not isinstance(value, Mapping):
            raise CelError("not a map")
        return value

    def _list(self, value: object) -> list[object]:
        if not isinstance(value, list):
            raise CelError("not a list")
        return value

    def _bool(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise CelError("not a boolean")
        return value
