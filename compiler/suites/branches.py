"""Which way the conditions of emitted expressions went: every term of `&&` and `||`, every condition of a choice.

Tests of presence (`has`) are left out: they guard against identities that no credential of the method has, and the proof
shows for all callers that no expression is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct, field

from compiler.cel.parse import ParseError, parse
from compiler.cel.printer import text
from compiler.cel.tree import All, Any, Bool, Expr, Has, Not, Ternary
from compiler.diagnostics.model import Place
from compiler.engines.base import Failure, Outcome, Unsupported, Value
from compiler.explain.emitted import World, put
from compiler.explain.question import Question
from compiler.prove.concrete import CelError, Evaluation
from compiler.suites.walk import walk


class Branch(Struct, frozen=True):
    """A condition inside the expression at `place`, and the way it went."""

    place: Place
    condition: str
    way: bool


def taken(questions: Iterable[Question], world: World) -> dict[Branch, None]:
    """Give every branch that one of the questions takes, in the order in which it is first taken."""
    found: dict[Branch, None] = {}
    for question in questions:
        engine = Watching()
        for step in put(question, world, engine).trace:
            for asked in step.asked:
                for condition, way in engine.seen.get(asked.text, ()):
                    found[Branch(asked.place, condition, way)] = None
    return found


class _Noting(Evaluation, frozen=True):
    """Evaluates, and notes the value of every node that is a condition."""

    conditions: Mapping[int, str] = field(default_factory=dict)
    noted: dict[tuple[str, bool], None] = field(default_factory=dict)

    def value(self, node: Expr, scope: Mapping[str, object]) -> object:
        found = super().value(node, scope)
        if isinstance(found, bool) and id(node) in self.conditions:
            self.noted[self.conditions[id(node)], found] = None
        return found


class Watching:
    """An engine that keeps in `seen`, for each text, which way its conditions went."""

    name = "plain"

    def __init__(self) -> None:
        self.seen: dict[str, dict[tuple[str, bool], None]] = {}

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Evaluate CEL text, and keep which way its conditions went; never raises."""
        try:
            tree, conditions = _conditions_of(expression)
        except ParseError as error:
            return Unsupported(str(error))
        noting = _Noting(conditions=conditions)
        try:
            return Value(noting.value(tree, context))
        except CelError as error:
            return Failure(str(error))
        finally:
            self.seen.setdefault(expression, {}).update(noting.noted)


@lru_cache(maxsize=4096)
def _conditions_of(expression: str) -> tuple[Expr, Mapping[int, str]]:
    """Give the tree of a text, kept so that its nodes stay the same objects, and its conditions by those objects."""
    tree = parse(expression)
    return tree, {id(node): text(node) for node in _conditions(tree)}


def _conditions(tree: Expr) -> Iterator[Expr]:
    yield from _plain(tree)
    for node in walk(tree):
        match node:
            case All(terms) | Any(terms):
                for term in terms:
                    yield from _plain(term)
            case Ternary(condition, _, _):
                yield from _plain(condition)
            case _:
                pass


def _plain(node: Expr) -> Iterator[Expr]:
    """Leave out what is no condition of a caller, and look through a negation."""
    match node:
        case Not(operand):
            yield from _plain(operand)
        case Has() | Bool():
            pass
        case _:
            yield node
