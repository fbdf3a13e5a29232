"""cel-python behind the adapter: its leaks, its side effects and its limits."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from celpy.evaluation import CELEvalError

from compiler.engines.base import Failure, Unsupported, Value
from compiler.engines.celpy_engine import CelpyEngine
from compiler.engines.predicate import predicate

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTEXT = {"auth": {"identity": {"nul": None, "name": "alice", "groups": ["a", "b"], "number": 3, "flag": True}}}


@pytest.fixture(scope="module")
def engine() -> CelpyEngine:
    return CelpyEngine()


@pytest.fixture
def limit() -> Iterator[int]:
    """A limit that celpy would not choose, restored whatever happens."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1717)
    yield 1717
    sys.setrecursionlimit(before)


@pytest.mark.parametrize(
    "expression",
    [
        "auth.identity.nope",
        'auth.identity["nope"]',
        "nope",
        "nope.x",
        "unknown(1)",
        '"a".unknown()',
        "1 +",
        "",
        "auth.identity.groups[5]",
        "1 / 0",
        '{"a": 1, "a": 2}',
        "auth.identity.nul.exists(g, g == 1)",
        'auth.identity.groups.map(g, g == "a", "x")',
    ],
)
def test_every_error_of_celpy_is_a_failure(engine: CelpyEngine, expression: str) -> None:
    assert isinstance(engine.evaluate(expression, CONTEXT), Failure)


@pytest.mark.parametrize("expression", ['{"a": auth.identity.nope}', '[{"a": [{"b": 1 / 0}]}]'])
def test_an_error_that_celpy_leaves_inside_a_map_is_a_failure(engine: CelpyEngine, expression: str) -> None:
    assert isinstance(engine.evaluate(expression, CONTEXT), Failure)


def test_an_exception_other_than_celpys_own_is_a_failure(engine: CelpyEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> object:
        message = "leaked"
        raise AttributeError(message)

    monkeypatch.setattr(engine._programs, "get", broken)
    assert engine.evaluate("true", {}) == Failure("leaked")


def test_a_message_does_not_tell_the_context(engine: CelpyEngine) -> None:
    assert engine.evaluate("nope", CONTEXT) == Failure("undeclared reference to 'nope'")
    assert engine.evaluate("1 +", CONTEXT) == Failure("syntax error at line 1, column 3")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("auth.identity.flag", True),
        ("has(auth.identity.nope)", False),
        ('"a" + "b"', "ab"),
        ("auth.identity.number", 3.0),
        ('size("ünï")', 3.0),
        ("auth.identity.nul", None),
        ('auth.identity.groups + ["c"]', ["a", "b", "c"]),
        ('{"a": [auth.identity.name]}', {"a": ["alice"]}),
    ],
)
def test_results_are_plain_data(engine: CelpyEngine, expression: str, value: object) -> None:
    outcome = engine.evaluate(expression, CONTEXT)
    assert outcome == Value(value)
    assert isinstance(outcome, Value)
    assert type(outcome.value) is type(value)


@pytest.mark.parametrize("expression", ['b"a"', 'timestamp("2024-05-01T00:00:00Z")', 'duration("1s")', "type(1)", "{1: 2}"])
def test_a_result_without_plain_form_is_unsupported(engine: CelpyEngine, expression: str) -> None:
    assert isinstance(engine.evaluate(expression, CONTEXT), Unsupported)


def test_an_operand_is_no_truth(engine: CelpyEngine) -> None:
    """For celpy `"alice" && true` has the value "alice", and Python calls that true."""
    outcome = engine.evaluate("auth.identity.name && true", CONTEXT)
    assert outcome == Value("alice")
    assert isinstance(predicate(outcome), Failure)


@pytest.mark.parametrize(
    "call",
    [
        'auth.identity.nul.split(",")',
        'auth.identity.groups.split(",")',
        "auth.identity.name.split(b'a')",
        'auth.identity.name.join(",")',
    ],
)
def test_a_string_function_of_another_type_fails(engine: CelpyEngine, call: str) -> None:
    assert isinstance(engine.evaluate(call, CONTEXT), Failure)


def test_the_error_of_a_string_function_can_be_absorbed_as_the_language_says(engine: CelpyEngine) -> None:
    assert engine.evaluate('auth.identity.nul.split(",") == ["a"] || true', CONTEXT) == Value(value=True)
    assert engine.evaluate('auth.identity.nul.split(",") == ["a"] && false', CONTEXT) == Value(value=False)
    assert isinstance(engine.evaluate('auth.identity.nul.split(",") == ["a"] || false', CONTEXT), Failure)


def test_the_recursion_limit_of_the_process_is_left_as_it_was(limit: int) -> None:
    engine = CelpyEngine()
    assert sys.getrecursionlimit() == limit
    for expression in ("true", "nope", "1 +"):
        engine.evaluate(expression, {})
        assert sys.getrecursionlimit() == limit


def test_what_authorino_accepts_is_not_too_deep(engine: CelpyEngine) -> None:
    """At Python's own limit celpy gives up at 51 parentheses and at 480 terms."""
    assert engine.evaluate("(" * 240 + "true" + ")" * 240, {}) == Value(value=True)
    terms = " || ".join(f'auth.identity.name == "u{number}"' for number in range(700))
    assert engine.evaluate(terms, CONTEXT) == Value(value=False)


def test_what_is_too_deep_for_python_is_unsupported(engine: CelpyEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.engines.celpy_engine._FRAMES", 600)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(600)
    try:
        outcome = engine.evaluate("(" * 100 + "false" + ")" * 100, {})
    finally:
        sys.setrecursionlimit(before)
    assert isinstance(outcome, Unsupported)


@pytest.mark.parametrize("context", [{"auth": {"x": b"bytes"}}, {"auth": {"x": "\ud800"}}, {"auth": {1: 2}}])
def test_a_context_that_no_wire_carries_is_unsupported(engine: CelpyEngine, context: dict[str, object]) -> None:
    assert isinstance(engine.evaluate("true", context), Unsupported)
    assert isinstance(engine.evaluate('"\ud800"', {}), Unsupported)


def test_a_surrogate_escape_makes_no_value(engine: CelpyEngine) -> None:
    assert isinstance(engine.evaluate(r'"\ud83d"', {}), Failure)


def test_an_error_value_is_never_a_result(engine: CelpyEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    class Returning:
        def evaluate(self, _: object) -> object:
            return CELEvalError("returned, not raised")

    monkeypatch.setattr(engine._programs, "get", lambda _: Returning())
    assert engine.evaluate("true", {}) == Failure("returned, not raised")
