"""cel-rust behind the adapter: many exception types, panics, and the depth it shares with the gateway's filter."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("cel", reason="common-expression-language is not installed")

from compiler.engines.base import Failure, Unsupported, Value
from compiler.engines.rust_engine import RustEngine

CONTEXT = {"auth": {"identity": {"nul": None, "name": "alice", "groups": ["a", "b"], "number": 3}}}


@pytest.fixture(scope="module")
def engine() -> RustEngine:
    return RustEngine()


@pytest.mark.parametrize(
    "expression",
    [
        "auth.identity.nope",
        '{"a": auth.identity.nope}',
        "nope",
        "unknown(1)",
        "1 +",
        "1 / 0",
        "9223372036854775807 + 1",
        '"ali" in auth.identity.name',
        "auth.identity.nul.exists(g, true)",
        r'"\ud83d"',
    ],
)
def test_every_kind_of_exception_is_a_failure(engine: RustEngine, expression: str) -> None:
    assert isinstance(engine.evaluate(expression, CONTEXT), Failure)


def test_a_root_that_is_not_known_is_null_as_in_the_filter(engine: RustEngine) -> None:
    assert engine.evaluate("metadata == null", CONTEXT) == Value(value=True)
    assert isinstance(engine.evaluate("has(metadata.x)", CONTEXT), Failure)


def test_numbers_of_the_context_are_doubles(engine: RustEngine) -> None:
    assert engine.evaluate("auth.identity.number == 3", CONTEXT) == Value(value=True)
    assert isinstance(engine.evaluate("auth.identity.number + 1", CONTEXT), Failure)


@pytest.mark.parametrize(
    "call", ['auth.identity.nul.split(",")', 'auth.identity.groups.split(",")', "[auth.identity.nul].join()"]
)
def test_a_string_function_of_another_type_fails(engine: RustEngine, call: str) -> None:
    assert isinstance(engine.evaluate(call, CONTEXT), Failure)
    assert engine.evaluate(f"{call} == [] || true", CONTEXT) == Value(value=True)


def test_a_failing_function_prints_nothing() -> None:
    """The extension would log it, and Python writes what nobody handles to standard error."""
    code = "from compiler.engines.rust_engine import RustEngine; RustEngine().evaluate('null.split(\",\")', {})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (ran.stdout, ran.stderr) == (b"", b"")


def test_an_empty_separator_splits_as_in_rust(engine: RustEngine) -> None:
    assert engine.evaluate('"ab".split("")', {}) == Value(["", "a", "b", ""])


def test_the_depth_of_the_filter_is_a_failure(engine: RustEngine) -> None:
    arm = '"x" in auth.identity.groups ? "s" : '
    assert engine.evaluate(arm * 95 + '"none"', CONTEXT) == Value("none")
    assert isinstance(engine.evaluate(arm * 97 + '"none"', CONTEXT), Failure)


@pytest.mark.parametrize(
    "expression", ['b"a"', 'timestamp("2024-05-01T00:00:00Z")', 'duration("1s")', "optional.of(1)", "{1: 2}"]
)
def test_a_result_without_plain_form_is_unsupported(engine: RustEngine, expression: str) -> None:
    assert isinstance(engine.evaluate(expression, CONTEXT), Unsupported)


def test_a_context_that_no_wire_carries_is_unsupported(engine: RustEngine) -> None:
    assert isinstance(engine.evaluate("true", {"auth": b"x"}), Unsupported)
    assert isinstance(engine.evaluate('"\ud800"', {}), Unsupported)


def test_a_panic_is_a_failure_and_an_interrupt_is_not(engine: RustEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {})

    def panicking(_: str) -> object:
        message = "not yet implemented"
        raise panic(message)

    def interrupted(_: str) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine._programs, "get", panicking)
    assert engine.evaluate("true", {}) == Failure("panic: not yet implemented")
    monkeypatch.setattr(engine._programs, "get", interrupted)
    with pytest.raises(KeyboardInterrupt):
        engine.evaluate("true", {})
