"""Operations on symbolic values: choosing among them, comparing, looking up, taking lists apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import product
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.prove import world
from compiler.prove.formula import FALSE, TRUE, Formula
from compiler.prove.terms import Terms
from compiler.prove.values import Alternative, Item, Joined, Names, Sequence, Symbol, Text, Truth, UnsupportedError, Value

# More alternatives than any emitted expression has; beyond it the combinations would not end.
_MOST_ALTERNATIVES: Final = 512


@lru_cache(maxsize=1 << 16)
def text(value: str) -> Text:
    """Give a string that is known."""
    return Text(((TRUE, value),))


@lru_cache(maxsize=1 << 16)
def strings(values: tuple[str, ...]) -> Sequence:
    """Give a list of strings that are known; equal lists are one object."""
    return sequence(text(value) for value in values)


def sequence(items: Iterable[Value]) -> Sequence:
    """Give a list of known length."""
    return Sequence((Alternative(TRUE, tuple(Item(TRUE, item) for item in items)),))


def name_is(terms: Terms, kind: str, name: str) -> Formula:
    """Tell whether the caller has a raw group of this name, or a part of one."""
    if kind == "model":
        return terms.fact(world.opens(name))
    if kind == "group":
        return terms.fact(world.group(name))
    if "," in name:
        return FALSE
    return terms.any([terms.fact(world.group(name)), terms.fact(world.part(name))])


class Algebra(Struct, frozen=True):
    """Operations on values over one set of Terms; a string that is taken apart again gives the same list."""

    terms: Terms
    _splits: dict[tuple[int, str], tuple[Joined, Sequence]] = field(default_factory=dict)

    def choose(self, parts: Iterable[tuple[Formula, Value]]) -> Value:
        """Give the value whose guard holds; what it is where none holds does not matter."""
        live = [(guard, value) for guard, value in parts if guard != FALSE]
        if not live:
            return text("")
        first = live[0][1]
        if all(value is first for _, value in live):
            return first
        match first:
            case Truth():
                return Truth(self.terms.any(self.terms.both(guard, self._truth(value)) for guard, value in live))
            case Text():
                return self._texts((guard, choice) for guard, value in live for choice in self._choices(value))
            case Sequence():
                return self._sequences(live)
            case _:
                raise UnsupportedError("a choice between values of this type")

    def _truth(self, value: Value) -> Formula:
        if not isinstance(value, Truth):
            raise UnsupportedError("a choice between values of different types")
        return value.true

    def _choices(self, value: Value) -> tuple[tuple[Formula, str | Symbol], ...]:
        if not isinstance(value, Text):
            raise UnsupportedError("a choice between values of different types")
        return value.choices

    def _texts(self, parts: Iterable[tuple[Formula, tuple[Formula, str | Symbol]]]) -> Text:
        found: dict[str | Symbol, list[Formula]] = {}
        for guard, (own, choice) in parts:
            both = self.terms.both(guard, own)
            if both != FALSE:
                found.setdefault(choice, []).append(both)
        choices = tuple((self.terms.any(guards), choice) for choice, guards in found.items())
        return Text(choices) if choices else text("")

    def _sequences(self, parts: Iterable[tuple[Formula, Value]]) -> Sequence:
        found: list[Alternative] = []
        for guard, value in parts:
            if not isinstance(value, Sequence):
                raise UnsupportedError("a choice between values of different types")
            found += [self.under(guard, alternative) for alternative in value.alternatives]
        return Sequence(self._distinct(found))

    def _distinct(self, alternatives: Iterable[Alternative]) -> tuple[Alternative, ...]:
        """Leave out what never is; to be empty is no alternative of its own, for the guards of items say it already."""
        live = [found for found in alternatives if found.guard != FALSE]
        filled = [found for found in live if found.items or found.names]
        if len(filled) == len(live):
            return tuple(live)
        empty = self.terms.any(found.guard for found in live if not found.items and not found.names)
        if not filled:
            return (Alternative(empty, ()),)
        return (replace(filled[0], guard=self.terms.either(filled[0].guard, empty)), *filled[1:])

    def under(self, guard: Formula, found: Alternative) -> Alternative:
        """Give the alternative with one more condition."""
        if guard == TRUE:
            return found
        both = self.terms.both
        items = tuple(Item(inside, item.value) for item in found.items if (inside := both(guard, item.guard)) != FALSE)
        names = tuple(
            Names(one.kind, {name: both(guard, case) for name, case in one.cases.items()}, both(guard, one.default))
            for one in found.names
        )
        return Alternative(both(guard, found.guard), items, names, found.ordered)

    def among(self, value: Text, table: Mapping[str, Formula], otherwise: Formula = FALSE) -> Formula:
        """Give the formula that a table holds for a string; `otherwise` for strings that it does not name."""
        terms = self.terms
        found: list[Formula] = []
        for guard, choice in value.choices:
            if isinstance(choice, str):
                case = table.get(choice, otherwise)
                if case != FALSE:
                    found.append(terms.both(guard, case))
            elif choice.variable is not None:
                found.append(terms.both(guard, terms.decide(choice.variable, table, otherwise)))
            else:
                named = {name: terms.fact(world.username(name)) for name in table}
                found += [terms.all((guard, fact, table[name])) for name, fact in named.items()]
                found.append(terms.all((guard, otherwise, *(-fact for fact in named.values()))))
        return terms.any(found)

    def equal(self, left: Text, right: Text) -> Formula:
        """Tell where two strings are the same."""
        if all(isinstance(choice, str) for _, choice in right.choices):
            return self.among(left, {choice: guard for guard, choice in right.choices if isinstance(choice, str)})
        if all(isinstance(choice, str) for _, choice in left.choices):
            return self.equal(right, left)
        terms = self.terms
        found: list[Formula] = []
        for (guard, one), (other_guard, other) in product(left.choices, right.choices):
            both = terms.both(guard, other_guard)
            if one == other:
                found.append(both)
            elif both != FALSE and isinstance(one, Symbol) and isinstance(other, Symbol):
                raise UnsupportedError("a comparison of two strings that are both unknown")
            elif both != FALSE:
                found.append(terms.both(both, self.equal(Text(((TRUE, one),)), Text(((TRUE, other),)))))
        return terms.any(found)

    def holds(self, value: Sequence, wanted: Text) -> Formula:
        """Tell where a string is an element of a list."""
        known: dict[str, list[Formula]] = {}
        found: list[Formula] = []
        for alternative in value.alternatives:
            for item in alternative.items:
                if not isinstance(item.value, Text):
                    raise UnsupportedError("looking for a string in a list of something else")
                for guard, choice in item.value.choices:
                    both = self.terms.both(item.guard, guard)
                    if isinstance(choice, str):
                        known.setdefault(choice, []).append(both)
                    elif both != FALSE:
                        found.append(self.terms.both(both, self.equal(wanted, Text(((TRUE, choice),)))))
            found += [self._holds_name(names, wanted) for names in alternative.names]
        among = self.among(wanted, {name: self.terms.any(guards) for name, guards in known.items()})
        return self.terms.any([*found, among]) if found else among

    def _holds_name(self, names: Names, wanted: Text) -> Formula:
        """Tell where a string that is known is one of the caller's names."""
        table: dict[str, Formula] = {}
        for _, choice in wanted.choices:
            if not isinstance(choice, str):
                raise UnsupportedError("looking for a string that is unknown among the caller's groups")
            case = names.cases.get(choice, names.default)
            table[choice] = self.terms.both(name_is(self.terms, names.kind, choice), case)
        return self.among(wanted, table)

    def element(self, value: Sequence, index: int) -> tuple[Value, Formula]:
        """Give an element of a list, and where there is none."""
        chosen: list[tuple[Formula, Value]] = []
        missing: list[Formula] = []
        for alternative in value.alternatives:
            if alternative.names or (not alternative.ordered and len(alternative.items) > 1):
                raise UnsupportedError("an index into a list whose order is not known")
            items = alternative.items[index:]
            if any(item.guard != alternative.guard for item in alternative.items[:index]):
                raise UnsupportedError("an index beyond an element that may be missing")
            before = alternative.guard
            for item in items:
                chosen.append((self.terms.both(before, item.guard), item.value))
                before = self.terms.both(before, -item.guard)
                if before == FALSE:
                    break
            missing.append(before)
        return self.choose(chosen), self.terms.any(missing)

    def concatenated(self, parts: Iterable[Sequence]) -> Sequence:
        """Give one list after the other."""
        found = [Alternative(TRUE, ())]
        for part in parts:
            pairs = list(product(found, part.alternatives))
            if len(pairs) > _MOST_ALTERNATIVES:
                raise UnsupportedError("too many ways to put lists together")
            found = [self._after(left, right) for left, right in pairs]
        return Sequence(self._distinct(found))

    def _after(self, left: Alternative, right: Alternative) -> Alternative:
        first, second = self.under(right.guard, left), self.under(left.guard, right)
        # An alternative with one item at most has an order, whatever is known.
        ordered = all(found.ordered or (len(found.items) < 2 and not found.names) for found in (left, right))  # noqa: PLR2004
        return Alternative(first.guard, first.items + second.items, first.names + second.names, ordered)

    def split(self, value: Text | Joined, separator: str) -> Sequence:
        """Take a string apart."""
        if isinstance(value, Text):
            return self._sequences((guard, self._split_known(choice, separator)) for guard, choice in value.choices)
        if value.separator != separator or not separator:
            raise UnsupportedError("a split by something else than what was joined by")
        if value.plain:
            return value.parts
        known = self._splits.get((id(value), separator))
        if known is None:
            parts = Sequence(tuple(self._split_joined(found, separator) for found in value.parts.alternatives))
            # The string itself is kept, so that no other can come to have its id.
            known = self._splits[id(value), separator] = value, parts
        return known[1]

    def _split_known(self, choice: str | Symbol, separator: str) -> Sequence:
        if not isinstance(choice, str) or not separator:
            raise UnsupportedError("a split of a string that is unknown")
        return sequence(text(piece) for piece in choice.split(separator))

    def _split_joined(self, found: Alternative, separator: str) -> Alternative:
        items: list[Item] = []
        present: list[Formula] = []
        for item in found.items:
            if not isinstance(item.value, Text):
                raise UnsupportedError("a join of something else than strings")
            present.append(item.guard)
            for guard, choice in item.value.choices:
                pieces = self._split_known(choice, separator).alternatives[0].items
                items += [Item(self.terms.both(item.guard, guard), piece.value) for piece in pieces]
        names: list[Names] = []
        for one in found.names:
            if one.cases or one.kind != "group" or separator != ",":
                raise UnsupportedError("a join of groups that nobody names")
            present.append(self.terms.both(one.default, self.terms.fact(world.GROUPS)))
            names.append(Names("part", {}, one.default))
        # Nothing joined is the empty string, and that split is one empty string.
        nothing = self.terms.both(found.guard, -self.terms.any(present))
        items += [Item(nothing, text(""))] if nothing != FALSE else []
        return Alternative(found.guard, tuple(items), tuple(names), found.ordered)
