"""cel-cpp behind the adapter: errors that are values, the type checker, and limits that are its own."""

from __future__ import annotations

import pytest

pytest.importorskip("cel_expr_python", reason="cel-expr-python is not installed")

from compiler.engines.base import Failure, Unsupported, Value
from compiler.engines.cpp_engine import CppEngine

CONTEXT = {"auth": {"identity": {"nul": None, "name": "alice", "groups": ["a", "b"], "number": 3}}}


@pytest.fixture(scope="module")
def engine() -> CppEngine:
    return CppEngine()


@pytest.mark.parametrize(
    "expression",
    [
        'auth.identity.nope == "x"',
        "has(auth.identity.nope.deeper)",
        'auth.identity["nope"]',
        "auth.identity.groups[5]",
        "1 / 0 == 1",
        'auth.identity.nul.split(",")',
        "request.x",
    ],
)
def test_an_error_that_is_a_truthy_value_is_a_failure(engine: CppEngine, expression: str) -> None:
    assert isinstance(engine.evaluate(expression, CONTEXT), Failure)


@pytest.mark.parametrize(
    "expression", ["nope", "limit.x", "1 +", "", 'true ? "a" : 1', "auth == null", '"a" || true', "unknown(1)", "has(auth)"]
)
def test_what_the_checker_of_authorino_refuses_is_a_failure(engine: CppEngine, expression: str) -> None:
    assert isinstance(engine.evaluate(expression, CONTEXT), Failure)


def test_a_root_of_another_runtime_is_ignored_in_the_context(engine: CppEngine) -> None:
    assert engine.evaluate("auth.identity.name", CONTEXT | {"descriptors": []}) == Value("alice")


def test_numbers_of_the_context_are_doubles(engine: CppEngine) -> None:
    assert engine.evaluate("auth.identity.number == 3.0", CONTEXT) == Value(value=True)
    assert isinstance(engine.evaluate("auth.identity.number + 1", CONTEXT), Failure)


def test_the_parser_depth_is_this_engines_own(engine: CppEngine) -> None:
    assert engine.evaluate("(" * 20 + "true" + ")" * 20, {}) == Value(value=True)
    assert isinstance(engine.evaluate("(" * 60 + "true" + ")" * 60, {}), Unsupported)
    assert isinstance(engine.evaluate('["a"] + ' * 40 + "[]", {}), Unsupported)
    assert isinstance(engine.evaluate('"x" in auth.identity.groups ? "s" : ' * 40 + '"none"', CONTEXT), Unsupported)


def test_the_iteration_budget_is_this_engines_own(engine: CppEngine) -> None:
    context = {"auth": {"groups": [f"g{number}" for number in range(12_000)]}}
    assert isinstance(engine.evaluate('auth.groups.exists(g, g == "none")', context), Unsupported)
    assert engine.evaluate('"g11999" in auth.groups', context) == Value(value=True)


def test_the_length_of_an_expression_is_authorinos_limit_too(engine: CppEngine) -> None:
    assert isinstance(engine.evaluate('"' + "a" * 100_001 + '"', {}), Failure)


def test_a_key_that_reads_like_a_limit_is_none(engine: CppEngine) -> None:
    assert isinstance(engine.evaluate('auth["INTERNAL: Iteration budget exceeded"]', {"auth": {}}), Failure)


def test_a_nul_is_unsupported_because_it_would_cut_the_string(engine: CppEngine) -> None:
    for context in ({"auth": {"x": "a\0b"}}, {"auth": {"a\0b": "x"}}, {"auth": {"x": ["a", "\0"]}}):
        assert isinstance(engine.evaluate("auth.x", context), Unsupported)
    assert isinstance(engine.evaluate('"a\0b"', {}), Unsupported)


@pytest.mark.parametrize(
    "expression",
    ['b"a"', 'timestamp("2024-05-01T00:00:00Z")', 'duration("1s")', "optional.of(1)", "[optional.none()]", "{1: 2}", "type(1)"],
)
def test_a_result_without_plain_form_is_unsupported(engine: CppEngine, expression: str) -> None:
    assert isinstance(engine.evaluate(expression, CONTEXT), Unsupported)


def test_a_context_that_no_wire_carries_is_unsupported(engine: CppEngine) -> None:
    assert isinstance(engine.evaluate("true", {"auth": b"x"}), Unsupported)
    assert isinstance(engine.evaluate('"\ud800"', {}), Unsupported)
