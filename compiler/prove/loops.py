"""Evaluates the macros `exists`, `all`, `filter` and `map` over symbolic lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from compiler.cel.tree import Expr, Ident, Index, Macro
from compiler.prove.algebra import Algebra, name_is, text
from compiler.prove.formula import FALSE, TRUE, Formula, Variable
from compiler.prove.values import Alternative, Item, Names, Sequence, Symbol, Table, Text, Truth, UnsupportedError, Value

_T = TypeVar("_T")

Body = Callable[[str, Value, Expr], tuple[Value, Formula]]


class _Test(Struct, frozen=True):
    """What a condition says of an element: where it is true, and where it is an error.

    `element` stands for any string; where the condition could not be asked about such, it is None.
    """

    element: Variable | None
    true: Formula = FALSE
    error: Formula = FALSE


class Loops:
    """The macros; `body` evaluates an expression with a variable bound. `absorbing` lets a result outweigh errors."""

    def __init__(self, algebra: Algebra, body: Body, *, absorbing: bool) -> None:
        self._algebra = algebra
        self._terms = algebra.terms
        self._body = body
        self._absorbing = absorbing
        self._depth = 0

    def run(self, node: Macro, target: Sequence) -> tuple[Value, Formula]:
        """Evaluate a macro whose target has been evaluated.

        Raises:
            UnsupportedError: the result depends on groups that nobody names, or on something not understood.
        """
        if node.kind == "map":
            return self._mapped(node, target)
        kept, errors = self._filtered(node, target)
        if node.kind == "filter":
            return kept, errors
        if any(names.default != FALSE or names.cases for found in kept.alternatives for names in found.names):
            raise UnsupportedError("a condition on groups that nobody names")
        true = self._terms.any(item.guard for found in kept.alternatives for item in found.items)
        if not self._absorbing:
            # An engine that stops at the first result may see fewer errors; in which order it looks is not known.
            true = self._terms.both(true, -errors)
        else:
            errors = self._terms.both(errors, -true)
        return (Truth(true), errors) if node.kind == "exists" else (Truth(-self._terms.either(true, errors)), errors)

    def _filtered(self, node: Macro, target: Sequence) -> tuple[Sequence, Formula]:
        """Keep the elements for which the body holds; for `all`, those for which it does not."""
        test = self._test(node) if _has_strings(target) else _Test(None)
        found: list[Alternative] = []
        errors: list[Formula] = []
        asked: dict[int, tuple[Value, tuple[Formula, Formula]]] = {}
        for alternative in target.alternatives:
            items: list[Item] = []
            for place in self._relevant(alternative, test):
                item = alternative.items[place]
                true, error = self._once(item.value, asked, lambda value: self._of(node, test, value))
                if error != FALSE:
                    errors.append(self._terms.both(item.guard, error))
                guard = self._terms.both(item.guard, true)
                items += [Item(guard, item.value)] if guard != FALSE else []
            names: list[Names] = []
            for one in alternative.names:
                left, named, error = self._of_names(one, test)
                errors.append(error)
                items += named
                names += [left] if left else []
            ordered = alternative.ordered and not alternative.names
            found.append(Alternative(alternative.guard, tuple(items), tuple(names), ordered))
        return Sequence(tuple(found)), self._terms.any(errors)

    def _relevant(self, alternative: Alternative, test: _Test) -> range | list[int]:
        """Give the places of the items that the condition does not throw out whatever they are."""
        if test.element is None:
            return range(len(alternative.items))
        true, rest = self._by_name(test.element, test.true)
        error, error_rest = self._by_name(test.element, test.error)
        if rest != FALSE or error_rest != FALSE:
            return range(len(alternative.items))
        places = alternative.places
        return sorted(place for name in {*true, *error, None} for place in places.get(name, ()))

    def _test(self, node: Macro) -> _Test:
        """Ask the body about an element of which nothing is known, once for all elements."""
        self._depth += 1
        element = Variable(-self._depth, "element")
        try:
            true, error = self._condition(node, Text(((TRUE, Symbol(element)),)))
        except UnsupportedError:
            return _Test(None)
        finally:
            self._depth -= 1
        return _Test(element, true, error)

    def _condition(self, node: Macro, value: Value) -> tuple[Formula, Formula]:
        found, error = self._body(node.variable, value, node.body)
        if not isinstance(found, Truth):
            raise UnsupportedError("a condition that is not a boolean")
        true = self._terms.both(found.true, -error)
        return (-self._terms.either(true, error) if node.kind == "all" else true), error

    def _of(self, node: Macro, test: _Test, value: Value) -> tuple[Formula, Formula]:
        if test.element is not None and isinstance(value, Text) and len(value.choices) == 1:
            choice = value.choices[0][1]
            if isinstance(choice, str):
                at = self._terms.at
                return at(test.true, test.element, choice), at(test.error, test.element, choice)
        return self._condition(node, value)

    def _of_names(self, names: Names, test: _Test) -> tuple[Names | None, list[Item], Formula]:
        """Give the names that are left, or the items that they are once only named ones are left; and the errors."""
        if test.element is None:
            raise UnsupportedError("a condition on groups that nobody names")
        true, rest = self._by_name(test.element, test.true)
        error, rest_error = self._by_name(test.element, test.error)
        both = self._terms.both
        if both(names.default, rest_error) != FALSE:
            raise UnsupportedError("an error that depends on groups that nobody names")
        had = {name: name_is(self._terms, names.kind, name) for name in (*names.cases, *true, *error)}
        case = {name: names.cases.get(name, names.default) for name in had}
        failing = (name for name in had if error.get(name, rest_error) != FALSE)
        errors = self._terms.any(self._terms.all((had[name], case[name], error.get(name, rest_error))) for name in failing)
        cases = {name: both(case[name], true.get(name, rest)) for name in had}
        default = both(names.default, rest)
        if default != FALSE:
            return Names(names.kind, cases, default), [], errors
        guards = ((name, both(had[name], found)) for name, found in cases.items())
        return None, [Item(guard, text(name)) for name, guard in guards if guard != FALSE], errors

    def _by_name(self, element: Variable, formula: Formula) -> tuple[dict[str, Formula], Formula]:
        if self._terms.variable(formula) != element:
            return {}, formula
        cases, default = self._terms.cases(formula)
        return {name: found for name, found in cases.items() if name is not None}, default

    def _mapped(self, node: Macro, target: Sequence) -> tuple[Sequence, Formula]:
        found: list[Alternative] = []
        errors: list[Formula] = []
        known: dict[int, tuple[Value, tuple[Value, Formula]]] = {}
        ask = self._asking(node)
        for alternative in target.alternatives:
            if alternative.names:
                raise UnsupportedError("`map` over groups that nobody names")
            items: list[Item] = []
            for item in alternative.items:
                value, error = self._once(item.value, known, ask)
                if error != FALSE:
                    errors.append(self._terms.both(item.guard, error))
                items.append(Item(item.guard, value))
            if not alternative.ordered:
                items = self._joined(items)
            found.append(replace(alternative, items=tuple(items)))
        return Sequence(tuple(found)), self._terms.any(errors)

    def _asking(self, node: Macro) -> Callable[[Value], tuple[Value, Formula]]:
        """Give the body as a function of the element; a plain look-up needs its table only once."""

        def ask(value: Value) -> tuple[Value, Formula]:
            return self._body(node.variable, value, node.body)

        body = node.body
        if not isinstance(body, Index) or body.index != Ident(node.variable) or not isinstance(body.operand, Ident):
            return ask
        table, _ = self._body(node.variable, text(""), body.operand)
        if not isinstance(table, Table) or body.operand == body.index:
            return ask
        entries = table.entries

        def look_up(value: Value) -> tuple[Value, Formula]:
            name = value.choices[0][1] if isinstance(value, Text) and len(value.choices) == 1 else None
            found = entries.get(name) if isinstance(name, str) else None
            return ask(value) if found is None else (found, FALSE)

        return look_up

    def _once(self, value: Value, known: dict[int, tuple[Value, _T]], ask: Callable[[Value], _T]) -> _T:
        """Ask about a value unless it has been asked about in this loop."""
        found = known.get(id(value))
        if found is None:
            # The value itself is kept, so that no other can come to have its id.
            found = known[id(value)] = value, ask(value)
        return found[1]

    def _joined(self, items: list[Item]) -> list[Item]:
        """Make one item of those with one value, in a list whose order is not known; nothing asks how often it is there."""
        found: dict[int, tuple[Value, list[Formula]]] = {}
        for item in items:
            found.setdefault(id(item.value), (item.value, []))[1].append(item.guard)
        return [Item(self._terms.any(guards), value) for value, guards in found.values()]


def _has_strings(target: Sequence) -> bool:
    """Tell whether a list has elements about which one may ask without knowing them."""
    return any(
        found.names or any(isinstance(item.value, Text) and isinstance(item.value.choices[0][1], str) for item in found.items)
        for found in target.alternatives
    )
