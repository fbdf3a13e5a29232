"""Evaluates CEL texts of the manifests symbolically, each once in each place where it means the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from compiler.cel.tree import Expr
from compiler.prove.algebra import Algebra
from compiler.prove.formula import FALSE, Formula
from compiler.prove.symbolic import Evaluator, Result
from compiler.prove.values import Truth, UnsupportedError, Value
from compiler.prove.view import Source
from compiler.prove.world import World

# How much of a text that is too deep is shown.
_SHOWN: Final = 60

# Reads a CEL text; what it raises on a text that does not parse is the caller's business.
Parser = Callable[[str], Expr]


@dataclass
class Memory:
    """Parsed and evaluated texts. A result is kept for all models whose `auth` comes from the same texts."""

    parse: Parser
    algebra: Algebra
    _trees: dict[str, Expr] = field(default_factory=dict)
    _origins: dict[Hashable, int] = field(default_factory=dict)
    results: dict[tuple[int, str, tuple[str, ...]], Result] = field(default_factory=dict)

    def tree(self, text: str) -> Expr:
        """Parse a text once.

        Raises:
            UnsupportedError: the text does not parse.
        """
        found = self._trees.get(text)
        if found is None:
            try:
                found = self._trees[text] = self.parse(text)
            except Exception as error:
                # Whatever a parser stumbles over, the text has then no meaning that could be proved.
                raise UnsupportedError(f"it does not parse: {error}") from error
        return found

    def origin(self, texts: tuple[str, ...], of: World, *before: int) -> int:
        """Give a number that stands for what roots come from: texts, evaluated where `before` stands for."""
        paths = of.targets if any("path" in text for text in texts) else ()
        # What begins like a name that Kubernetes keeps to itself is one of those that the World has.
        return self._origins.setdefault((texts, paths, of.reserved, before), len(self._origins))


class Fault(Struct, frozen=True):
    """An expression, and where it is an error."""

    source: Source
    where: Formula


class Place(Struct, frozen=True):
    """Where expressions stand: the roots as they are there, and the number of the texts that they come from."""

    auth: Value
    request: Value
    origin: int


@dataclass
class Reading:
    """The evaluation of one model's expressions, with the faults found so far."""

    world: World
    memory: Memory
    faults: list[Fault] = field(default_factory=list)

    def value(self, source: Source, place: Place, *within: Formula) -> Value:
        """Evaluate an expression; where it is an error and all of `within` holds is noted as a fault.

        Raises:
            UnsupportedError: the expression uses something that is not understood.
        """
        found, error = self._result(source, place)
        where = FALSE if error == FALSE else self.world.terms.all((error, *within))
        if where != FALSE:
            self.faults.append(Fault(source, where))
        return found

    def holds(self, sources: Iterable[Source], place: Place, within: Formula) -> Formula:
        """Tell where all conditions are true.

        Raises:
            UnsupportedError: a condition is no boolean, or uses something that is not understood.
        """
        holding: list[Formula] = []
        for source in sources:
            value = self.value(source, place, within)
            if not isinstance(value, Truth):
                raise UnsupportedError(f"a condition that is not a boolean, in `{source.text}`", source.place)
            holding.append(value.true)
        return self.world.terms.all(holding)

    def values(self, sources: Iterable[tuple[str, Source]], place: Place, within: Formula) -> Mapping[str, Value]:
        """Evaluate expressions by name.

        Raises:
            UnsupportedError: an expression uses something that is not understood.
        """
        return {name: self.value(source, place, within) for name, source in sources}

    def _result(self, source: Source, place: Place) -> Result:
        text = source.text
        # Only expressions that speak of a path differ between models.
        key = (place.origin, text, self.world.targets if "path" in text else ())
        known = self.memory.results.get(key)
        if known is None:
            roots = {"auth": place.auth, "request": place.request}
            try:
                value, error = Evaluator(self.world, self.memory.algebra, roots).evaluate(self.memory.tree(text))
            except UnsupportedError as unsupported:
                raise UnsupportedError(f"{unsupported}, in `{text}`", source.place) from unsupported
            except RecursionError as deep:
                raise UnsupportedError(f"too deep an expression: `{text[:_SHOWN]}...`", source.place) from deep
            if isinstance(value, Truth):
                value = Truth(self.world.terms.both(value.true, -error))
            known = value, error
            self.memory.results[key] = known
        return known
