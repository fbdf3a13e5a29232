"""Finds for each part of an expression what it gives, and whether some engine would fail or differ on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

from msgspec import Struct

from compiler.cel.environment import Slot
from compiler.cel.finding import Finding, Hazard, excerpt
from compiler.cel.guards import Facts, failing, holding, of_items
from compiler.cel.kinds import Anything, Items, Kind, Record, Table, Text, Truth, describe, join, join_all
from compiler.cel.printer import is_identifier
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

_ANYTHING: Final = Anything()
_TEXT: Final = Text()
_TRUTH: Final = Truth()
_TEXTS: Final = Items(_TEXT)

# How many arguments a function takes; more is an error in some engines and another function in others.
_ARGUMENTS: Final = 1


class Here(Struct, frozen=True):
    """Where a part stands: the names it may use, and the conditions that hold there."""

    scope: Mapping[str, Kind]
    facts: Facts = frozenset()

    def where(self, facts: Facts) -> Here:
        """Give the same place where more is known."""
        return Here(self.scope, self.facts | facts)

    def within(self, variable: str, kind: Kind, facts: Facts) -> Here:
        """Give the inside of a macro."""
        return Here({**self.scope, variable: kind}, self.facts | facts)


class Judge:
    """Collects `findings` about one expression; a faulty part counts as anything, so that one fault is found once."""

    def __init__(self, slot: Slot) -> None:
        self.findings: list[Finding] = []
        self._functions = frozenset.intersection(*(reader.functions for reader in slot.readers))
        self._brackets = all(reader.brackets for reader in slot.readers)

    def kind(self, node: Expr, here: Here) -> Kind:
        """Give the kind of a part."""
        match node:
            case Str():
                return _TEXT
            case Bool():
                return _TRUTH
            case Null():
                return self._fault(Hazard.WRONG_KIND, f"{excerpt(node)} is of no kind that a condition may be about")
            case Int():
                return self._fault(Hazard.NUMBER, f"{excerpt(node)} is no index: engines differ about other numbers")
            case Ident(name):
                found = here.scope.get(name)
                return found or self._fault(Hazard.UNKNOWN_NAME, f"`{name}` is neither a root nor a variable here")
            case ListLit(items):
                return Items(self._common(node, self._kinds(items, here)), len(items))
            case MapLit():
                return self._map(node, here)
            case Select(operand, field):
                return self._field(node, Select(operand, field), self.kind(operand, here), here)
            case Has(select):
                self._tested(select, here)
                return self._fault(Hazard.HAS_OUTSIDE, f"{excerpt(node)} is not itself the condition of a `? :`")
            case Index():
                return self._index(node, self.kind(node.operand, here), here)
            case Concat(parts):
                return self._concat(node, self._kinds(parts, here))
            case Not(operand):
                return self._truths((operand,), here)
            case All(terms) | Any(terms):
                # What one term tells is of no use to the next: the older filters evaluate both sides of `&&` and `||`.
                return self._truths(terms, here)
            case Compare():
                return self._compare(node, here)
            case Ternary():
                return self._ternary(node, here)
            case Macro():
                return self._macro(node, here)
            case Method():
                return self._method(node, here)
            case _:
                assert_never(node)

    def _kinds(self, nodes: Sequence[Expr], here: Here) -> list[Kind]:
        return [_TEXT if type(node) is Str else self.kind(node, here) for node in nodes]

    def _fault(self, hazard: Hazard, sentence: str) -> Anything:
        self.findings.append(Finding(hazard, sentence))
        return _ANYTHING

    def _want(self, wanted: Kind, node: Expr, found: Kind) -> None:
        if join(wanted, found) is None:
            self._fault(Hazard.WRONG_KIND, f"{excerpt(node)} is {describe(found)} where {describe(wanted)} is needed")

    def _truths(self, nodes: Sequence[Expr], here: Here) -> Truth:
        for node in nodes:
            self._want(_TRUTH, node, self.kind(node, here))
        return _TRUTH

    def _common(self, node: Expr, kinds: Sequence[Kind]) -> Kind:
        if kinds and all(kind is _TEXT for kind in kinds):
            return _TEXT
        return join_all(kinds) or self._fault(Hazard.MIXED_KINDS, f"{excerpt(node)} brings values of several kinds together")

    def _map(self, node: MapLit, here: Here) -> Table:
        keys = frozenset([key for key, _ in node.entries])
        return Table(self._common(node, self._kinds([value for _, value in node.entries], here)), keys)

    def _tested(self, select: Select, here: Here) -> None:
        """Judge what `has` is asked about, which must be a field of an object that is there."""
        match self.kind(select.operand, here):
            case Record() as record:
                if select.field not in record.certain and select.field not in record.possible:
                    self._unknown(select)
            case found:
                self._want(Record(), select.operand, found)

    def _tested_by_name(self, node: Compare) -> None:
        """Judge `name in object`, which is how a field is asked for that no dot can read; any name may be asked for."""
        if not isinstance(node.left, Str) or is_identifier(node.left.value):
            self._fault(Hazard.BRACKETS, f"{excerpt(node)} asks by a text for what `has` can ask for")

    def _unknown(self, node: Expr) -> Anything:
        return self._fault(Hazard.UNKNOWN_FIELD, f"{excerpt(node)} is no field that is known here")

    def _field(self, node: Expr, select: Select, found: Kind, here: Here) -> Kind:
        """Judge a field of an object; `node` is how it is written, `select` the field that it reads."""
        if isinstance(found, Anything):
            return found
        if not isinstance(found, Record):
            return self._fault(Hazard.WRONG_KIND, f"{excerpt(select.operand)} is {describe(found)} and has no fields")
        if not is_identifier(select.field) and not self._brackets:
            self._fault(Hazard.BRACKETS, f"{excerpt(node)} reads a field by brackets, which not every reader does")
        if select.field in found.certain:
            return found.certain[select.field]
        if select.field not in found.possible:
            return self._unknown(node)
        if Has(select) not in here.facts and Compare("in", Str(select.field), select.operand) not in here.facts:
            self._fault(Hazard.UNGUARDED, f"{excerpt(node)} may be absent: ask `has` in the condition of a `? :` first")
        return found.possible[select.field]

    def _index(self, node: Index, found: Kind, here: Here) -> Kind:
        match found, node.index:
            case Items(item, least), Int(place):
                if not 0 <= place < least:
                    message = f"{excerpt(node)} may be out of range: the list has at least {least} items"
                    self._fault(Hazard.UNGUARDED, message)
                return item
            case Record(), Str(name):
                if is_identifier(name):
                    self._fault(Hazard.BRACKETS, f"{excerpt(node)} reads by brackets what a dot can read")
                return self._field(node, Select(node.operand, name), found, here)
            case Table(), key:
                self._want(_TEXT, key, self.kind(key, here))
                self._lower(key, found)
                there = isinstance(key, Str) and key.value in found.keys
                if not there and Compare("in", key, node.operand) not in here.facts:
                    message = f"{excerpt(node)} may be absent: ask `in` in the condition of a `? :` or of the filter before it"
                    self._fault(Hazard.UNGUARDED, message)
                return found.value
            case Anything(), index:
                if not isinstance(index, Int):
                    self.kind(index, here)
                return found
            case _:
                return self._fault(Hazard.WRONG_KIND, f"{excerpt(node)} asks {describe(found)} by an index that it does not have")

    def _lower(self, key: Expr, found: Table) -> None:
        if found.lower and isinstance(key, Str) and key.value != key.value.lower():
            self._fault(Hazard.HEADER_CASE, f"{excerpt(key)} has capitals, and the names of headers arrive in lower case")

    def _concat(self, node: Concat, kinds: Sequence[Kind]) -> Kind:
        least = 0
        for part, kind in zip(node.parts, kinds, strict=True):
            self._want(Items(_ANYTHING), part, kind)
            least += kind.least if isinstance(kind, Items) else 0
        lists = [kind for kind in kinds if isinstance(kind, Items)]
        return Items(self._common(node, [kind.item for kind in lists]), least)

    def _compare(self, node: Compare, here: Here) -> Truth:
        left, right = self.kind(node.left, here), self.kind(node.right, here)
        self._want(_TEXT, node.left, left)
        match node.op, right:
            case "in", Text():
                self._fault(Hazard.IN_STRING, f"{excerpt(node)} looks into a string: the older filters find parts of names")
            case "in", Table():
                self._lower(node.left, right)
            case "in", Record():
                self._tested_by_name(node)
            case "in", _:
                self._want(_TEXTS, node.right, right)
            case _:
                self._want(_TEXT, node.right, right)
        return _TRUTH

    def _ternary(self, node: Ternary, here: Here) -> Kind:
        if isinstance(node.condition, Has):
            self._tested(node.condition.select, here)
        else:
            self._truths((node.condition,), here)
        then = self.kind(node.then, here.where(holding(node.condition)))
        return self._common(node, [then, self.kind(node.otherwise, here.where(failing(node.condition)))])

    def _macro(self, node: Macro, here: Here) -> Kind:
        target = self.kind(node.target, here)
        self._want(Items(_ANYTHING), node.target, target)
        items = target if isinstance(target, Items) else Items(_ANYTHING)
        if node.variable in here.scope or node.variable.startswith("__"):
            self._fault(Hazard.VARIABLE, f"the variable `{node.variable}` hides another name, or one of an engine's own")
        inside = here.within(node.variable, items.item, of_items(node.target, node.variable))
        if node.kind == "map":
            return Items(self.kind(node.body, inside), items.least)
        self._truths((node.body,), inside)
        return Items(_narrowed(items.item, node)) if node.kind == "filter" else _TRUTH

    def _method(self, node: Method, here: Here) -> Kind:
        target, arguments = self.kind(node.target, here), self._kinds(node.arguments, here)
        if node.name not in self._functions or len(arguments) != _ARGUMENTS:
            several = "argument" if len(arguments) == 1 else "arguments"
            message = f"{excerpt(node)} calls `{node.name}` with {len(arguments)} {several}, which not every reader knows"
            return self._fault(Hazard.FUNCTION, message)
        self._want(_TEXTS if node.name == "join" else _TEXT, node.target, target)
        match node.name, node.arguments[0]:
            case "split", argument:
                self._separator(argument)
                return Items(_TEXT, 1)  # the empty string gives one empty part
            case "join", argument:
                if self._separator(argument) and not _lack(target, argument):
                    message = f"{excerpt(node)} joins more than names that are filtered for equality and lack the separator"
                    self._fault(Hazard.JOIN, message)
                return _TEXT
            case _, argument:
                self._want(_TEXT, argument, arguments[0])
                return _TRUTH

    def _separator(self, argument: Expr) -> bool:
        fit = isinstance(argument, Str) and len(argument.value) == 1
        if not fit:
            self._fault(Hazard.SEPARATOR, f"{excerpt(argument)} is no single character, and engines differ about others")
        return fit


def _lack(joined: Kind, separator: Expr) -> bool:
    """Tell whether a list holds only names that are written here, none with the separator: else a name could forge two."""
    match joined, separator:
        case Items(Text(frozenset() as among)), Str(character):
            return not any(character in name for name in among)
        case Items(Anything()) | Anything(), _:
            return True
        case _:
            return False


def _narrowed(item: Kind, macro: Macro) -> Kind:
    """Give the kind of the items that a filter keeps."""
    names = _equal_to(macro.body, macro.variable)
    return item if names is None or not isinstance(item, Text) else Text(frozenset(names))


def _equal_to(condition: Expr, variable: str) -> list[str] | None:
    """Give the strings to which a condition compares its variable, or None where it asks for anything else."""
    match condition:
        case Compare("==", Ident(name), Str(value)) if name == variable:
            return [value]
        case Compare("in", Ident(name), ListLit(items)) if name == variable:
            found = [item.value for item in items if isinstance(item, Str)]
            return found if len(found) == len(items) else None
        case _:
            return None
