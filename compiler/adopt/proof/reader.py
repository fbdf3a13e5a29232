"""Reads the values and conditions of policies over all callers at once, in the ways of Authorino and of the filter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.adopt.proof.evaluator import AUTHORIZATION, PolicyEvaluator, begins, shown, tree
from compiler.gateway import policies
from compiler.gateway.policies import Cel, Pattern
from compiler.prove.algebra import Algebra, text
from compiler.prove.formula import FALSE, TRUE, Formula
from compiler.prove.semantics import Semantics
from compiler.prove.symbolic import Result
from compiler.prove.terms import Terms
from compiler.prove.values import Headers, Record, Text, Truth, UnsupportedError, Value
from compiler.prove.values import Sequence as Listed
from compiler.prove.world import World, claim

Roots = Mapping[str, Value]
Named = Mapping[str, tuple[Pattern, ...]]

# Authorino's document says it once more under this name.
_CONTEXT: Final = "context.request.http."
_CLAIMS: Final = "auth.identity."
_REQUEST: Final = "request."
# What a regular expression has to begin with, if it asks for no more than that.
_START: Final = re.compile(r"\^([A-Za-z0-9 _-]+)(?:\.\*)?")


class Reader(Struct, frozen=True):
    """Reads for one world; results are a value, or where a condition holds, with where it is an error."""

    world: World
    algebra: Algebra
    semantics: Semantics = Semantics.SPEC

    @property
    def terms(self) -> Terms:
        """Give the formulas."""
        return self.world.terms

    def cel(self, source: Cel, roots: Roots) -> Result:
        """Evaluate a text.

        Raises:
            UnsupportedError: it uses something that is not understood.
        """
        try:
            return self._evaluated(source.text, roots)
        except UnsupportedError as error:
            raise UnsupportedError(f"{error}, in `{shown(source.text)}`", source.place) from error
        except RecursionError as deep:
            raise UnsupportedError(f"too deep an expression: `{shown(source.text)}`", source.place) from deep

    def _evaluated(self, cel: str, roots: Roots) -> Result:
        """Evaluate, with and without an element that outweighs the error of another where that could matter."""
        evaluator = PolicyEvaluator(self.world, self.algebra, roots, semantics=self.semantics)
        found = evaluator.evaluate(tree(cel))
        other = PolicyEvaluator(self.world, self.algebra, roots, absorbing=False, semantics=self.semantics)
        if evaluator.doubtful and found != other.evaluate(tree(cel)):
            raise UnsupportedError("a condition on each of a list that can end in an error, which engines treat otherwise")
        return found

    def condition(self, source: Cel, roots: Roots) -> tuple[Formula, Formula]:
        """Tell where a text is true, and where an error.

        Raises:
            UnsupportedError: it is no condition, or uses something that is not understood.
        """
        value, error = self.cel(source, roots)
        if error == TRUE:
            return FALSE, TRUE
        if not isinstance(value, Truth):
            raise UnsupportedError(f"a condition that is not a boolean, in `{shown(source.text)}`", source.place)
        return self.terms.both(value.true, -error), error

    def all_of(self, sources: Sequence[Cel], roots: Roots) -> tuple[Formula, Formula]:
        """Tell where all conditions of a limit hold, and where one is an error and none is false."""
        found = [self.condition(one, roots) for one in sources]
        true = self.terms.all([one for one, _ in found])
        open_ = self.terms.all([self.terms.either(one, error) for one, error in found])
        return true, self.terms.both(open_, -true)

    def value(self, source: policies.Source, roots: Roots) -> Result | None:
        """Resolve a value; None for one that is never an error and of which nothing else is known.

        Raises:
            UnsupportedError: it may be an error, and nobody can say where.
        """
        match source:
            case policies.Cel():
                return self.cel(source, roots)
            case policies.Static(str() as said):
                return text(said), FALSE
            case policies.Selector(path):
                value, present = self.selected(path, roots)
                # What a selector does not find is null, which is no error and no string.
                return (value, FALSE) if value is not None and present == TRUE else None
            case _:
                return None

    def selected(self, path: str, roots: Roots) -> tuple[Value | None, Formula]:
        """Follow a selector: the value, and where it is there; no value where nothing is known of it."""
        names = (_REQUEST + path.removeprefix(_CONTEXT) if path.startswith(_CONTEXT) else path).split(".")
        value: Value = Record("", {}, closed=False)
        present = TRUE
        for place, name in enumerate(names):
            if place == 0:
                found = roots.get(name)
                if found is None:
                    return None, FALSE
                value = found
            elif isinstance(value, Record) and name in value.fields:
                present = self.terms.both(present, value.fields[name].present)
                value = value.fields[name].value
            elif isinstance(value, Record) and value.closed:
                return text(""), FALSE
            elif isinstance(value, Headers) and place == len(names) - 1:
                there = TRUE if name in value.injected else self.world.has_header(name)
                known, _ = PolicyEvaluator(self.world, self.algebra, roots).header(value, name)
                return known, self.terms.both(present, there)
            else:
                return None, FALSE
        return value, present

    def patterns(self, entries: Sequence[Pattern], named: Named, roots: Roots, *, every: bool = True) -> tuple[Formula, Formula]:
        """Tell where patterns match, all or any of them, and where Authorino ends in an error before it knows.

        Raises:
            UnsupportedError: a pattern compares something that is not understood.
        """
        terms = self.terms
        true, error = (TRUE, FALSE) if every else (FALSE, FALSE)
        for found, wrong in [one for entry in entries for one in self._conditions(entry, named, roots)]:
            going = true if every else terms.all((-true, -error))
            error = terms.either(error, terms.both(going, wrong))
            true = terms.both(true, found) if every else terms.either(true, terms.both(going, found))
        return true, error

    def _conditions(self, entry: Pattern, named: Named, roots: Roots) -> Iterable[tuple[Formula, Formula]]:
        """Turn an entry into conditions, as Authorino does: one that says nothing is none."""
        if entry.reference in named:
            yield from ((self._compared(member, roots), FALSE) for member in named[entry.reference])
        elif entry.operator:
            yield self._compared(entry, roots), FALSE
        elif entry.predicate is not None:
            yield self.condition(entry.predicate, roots)
        if entry.every:
            yield self.patterns(entry.every, named, roots)
        if entry.some:
            yield self.patterns(entry.some, named, roots, every=False)

    def _compared(self, pattern: Pattern, roots: Roots) -> Formula:
        value, present = self.selected(pattern.selector, roots)
        wanted = text(pattern.value)
        match pattern.operator, value:
            case ("eq" | "neq" | "incl" | "excl") as operator, Text():
                found = self.terms.both(present, self.algebra.equal(value, wanted))
                if not pattern.value and operator in ("eq", "neq"):
                    found = self.terms.either(found, -present)
            case ("incl" | "excl") as operator, Listed():
                found = self.terms.both(present, self.algebra.holds(value, wanted))
            case ("eq" | "neq" | "incl" | "excl") as operator, None if pattern.value and pattern.selector.startswith(_CLAIMS):
                # Of other claims only is known whether they compare so, which is the same on both sides.
                found = self.terms.fact(claim(pattern.selector, "eq" if operator in ("eq", "neq") else "incl", pattern.value))
            case "matches", Text() if value == AUTHORIZATION and (start := _START.fullmatch(pattern.value)):
                return present if begins(start[1]) else FALSE
            case operator, _:
                raise UnsupportedError(f"`{operator}` on `{pattern.selector}`", pattern.place)
        return found if operator in ("eq", "incl") else -found
