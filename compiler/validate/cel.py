"""Rules of a CustomResourceDefinition, evaluated by cel-python."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import celpy
from celpy import celtypes
from celpy.evaluation import CELEvalError, Evaluator

from compiler.validate.functions import DataError, functions
from compiler.validate.words import short

# A rule is a few hundred levels at most, and celpy takes up to twenty frames a level.
_FRAMES: Final = 20_000

# How celpy's messages begin when an expression fails for the data it was given, on the API server just as here.
_OF_THE_DATA: Final = ("no such member in mapping", "no such key", "invalid_argument", "modulus or divide by zero")

# Levels of celpy's grammar that give the value of their only child.
_PASSAGES: Final = frozenset(
    {"addition", "conditionaland", "conditionalor", "expr", "member", "multiplication", "relation", "unary"}
)


class RuleFailedError(Exception):
    """The rule ends in an error, and would on the API server as well."""


class NotEvaluatedError(Exception):
    """cel-python cannot tell what the rule says; it may hold or not."""


class Rules:
    """Compiled rules, each compiled once."""

    def __init__(self) -> None:
        with _frames(sys.getrecursionlimit()):  # an Environment sets the limit of the whole process to its own taste
            self._environment = celpy.Environment(runner_class=_Runner)
        self._functions = functions()
        self._programs: dict[str, celpy.Runner] = {}

    def evaluate(self, rule: str, variables: Mapping[str, Any]) -> object:
        """Evaluate a rule over CEL values; a truth value is a plain bool, a string a plain string.

        Raises:
            RuleFailedError: as the class says.
            NotEvaluatedError: as the class says.
        """
        try:
            with _frames(max(_FRAMES, sys.getrecursionlimit())):
                result = self._program(rule).evaluate(dict(variables))
        except CELEvalError as error:
            said, kind, *_ = *error.args, None, None
            message = short(str(said).partition(" (in activation")[0])
            if kind is DataError or message.startswith(_OF_THE_DATA):
                raise RuleFailedError(message) from error
            raise NotEvaluatedError(message) from error
        except Exception as error:  # ValueError, TypeError and AttributeError leak from celpy beside its own errors
            raise NotEvaluatedError(short(str(error)) or type(error).__name__) from error
        match result:
            case bool() | celtypes.BoolType():
                return bool(result)
            case str():
                return str(result)
            case _:
                message = f"it gives {type(result).__name__.removesuffix('Type').lower()}"
                raise NotEvaluatedError(message)

    def _program(self, rule: str) -> celpy.Runner:
        program = self._programs.get(rule)
        if program is None:
            tree = _without_passages(self._environment.compile(rule))
            program = self._environment.program(tree, functions=self._functions)
            self._programs[rule] = program
        return program


class _Evaluator(Evaluator):
    """celpy, where `has(a.b.c)` is an error without `a.b`, as the specification has it, and not false."""

    def sub_evaluator(self, ast: celpy.Expression[Any]) -> _Evaluator:
        return _Evaluator(ast, activation=self.activation)

    def macro_has_eval(self, exprlist: celpy.Expression[Any]) -> Any:  # noqa: ANN401 - an error or a truth value
        node: Any = exprlist
        while len(node.children) == 1 and isinstance(node.children[0], celpy.Expression):
            node = node.children[0]
        if node.data != "member_dot":
            return CELEvalError("`has` is asked of something that is no field", TypeError, ())
        owner = self.visit(node.children[0])
        return owner if isinstance(owner, CELEvalError) else super().macro_has_eval(exprlist)


class _Runner(celpy.InterpretedRunner):
    def evaluate(self, context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - celpy's values
        return _Evaluator(ast=self.ast, activation=self.new_activation()).evaluate(context)


def _without_passages(tree: celpy.Expression[Any]) -> celpy.Expression[Any]:
    """Cut out the levels of the grammar at which an expression has no operator; they are most of celpy's work."""
    while tree.data in _PASSAGES and len(tree.children) == 1 and isinstance(tree.children[0], celpy.Expression):
        tree = tree.children[0]
    tree.children = [_without_passages(child) if isinstance(child, celpy.Expression) else child for child in tree.children]
    return tree


@contextmanager
def _frames(limit: int) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
