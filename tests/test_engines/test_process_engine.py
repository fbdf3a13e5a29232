"""An engine in another process: crashes, silence, nonsense, and large questions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from compiler.engines.base import Failure, Unsupported, Value
from compiler.engines.process_engine import ProcessEngine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = f"""#!{sys.executable}
import json, os, sys, time
def questions():
    for line in sys.stdin:
        yield json.loads(line)
def say(answer):
    print(json.dumps(answer), flush=True)
"""

ECHO = 'for question in questions(): say({"value": question})'

CRASHING = """
for question in questions():
    if question["expression"] == "crash":
        print("fatal: out of stack", "second line", sep="\\n", file=sys.stderr, flush=True)
        os.abort()
    say({"value": os.getpid()})
"""


class Make(Protocol):
    """The fixture's function."""

    def __call__(self, text: str, seconds: float = 30.0) -> ProcessEngine:
        """Make an engine of a program's text; it answers within the seconds."""


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    engines: list[ProcessEngine] = []

    def factory(text: str, seconds: float = 30.0) -> ProcessEngine:
        program = tmp_path / f"engine{len(engines)}"
        program.write_text(HEAD + text)
        program.chmod(0o755)
        engines.append(ProcessEngine("fake", program, seconds=seconds))
        return engines[-1]

    yield factory
    for engine in engines:
        engine.close()


def test_one_process_answers_many_questions_as_they_were_asked(make: Make) -> None:
    engine = make(ECHO)
    for name in ("zoë", 'quote " and \\', "line\nbreak", "😀"):
        context = {"auth": {"name": name, "number": 3}}
        assert engine.evaluate(name, context) == Value({"context": {"auth": {"name": name, "number": 3.0}}, "expression": name})


def test_every_kind_of_answer(make: Make) -> None:
    engine = make('for question in questions(): say(json.loads(question["expression"]))')
    assert engine.evaluate('{"value": null}', {}) == Value(None)
    assert engine.evaluate('{"value": [1, true]}', {}) == Value([1.0, True])
    assert engine.evaluate('{"error": "no such key"}', {}) == Failure("no such key")
    assert engine.evaluate('{"panic": "not yet implemented"}', {}) == Failure("panic: not yet implemented")
    assert engine.evaluate('{"unsupported": "no JSON form"}', {}) == Unsupported("no JSON form")
    assert engine.evaluate('{"value": NaN}', {}) == Unsupported("a number that is not finite has no JSON form")


def test_a_crash_is_a_failure_that_says_how_and_the_next_question_finds_a_new_process(make: Make) -> None:
    engine = make(CRASHING)
    first = engine.evaluate("pid", {})
    assert engine.evaluate("pid", {}) == first
    assert engine.evaluate("crash", {}) == Failure("fake ended without an answer (SIGABRT): fatal: out of stack")
    second = engine.evaluate("pid", {})
    assert isinstance(second, Value)
    assert second != first


def test_an_end_before_the_question_is_read_is_a_failure(make: Make) -> None:
    engine = make("sys.exit(7)")
    for _ in range(2):
        assert engine.evaluate("x" * 1_000_000, {}) == Failure("fake ended without an answer (exit code 7)")


def test_silence_is_a_failure_and_the_process_is_replaced(make: Make) -> None:
    engine = make('for question in questions(): time.sleep(600) if question["expression"] == "hang" else say({"value": 1})')
    assert engine.evaluate("1", {}) == Value(1.0)
    engine._seconds = 0.1
    assert engine.evaluate("hang", {}) == Failure("fake gave no answer within 0.1 seconds")
    engine._seconds = 30.0
    assert engine.evaluate("1", {}) == Value(1.0)


def test_a_program_that_reads_nothing_cannot_block_a_long_question(make: Make) -> None:
    engine = make("time.sleep(600)", 0.5)
    assert engine.evaluate("x" * 1_000_000, {}) == Failure("fake gave no answer within 0.5 seconds")


@pytest.mark.parametrize("line", ["nonsense", "{}", "[]", '{"error": 1}', ""])
def test_an_answer_that_is_none_is_a_failure(make: Make, line: str) -> None:
    engine = make(f"for question in questions(): print({line!r}, flush=True)")
    outcome = engine.evaluate("1", {})
    assert isinstance(outcome, Failure)
    assert outcome.message.startswith("fake gave an answer that is none")


def test_long_questions_and_long_answers_pass(make: Make) -> None:
    engine = make('for question in questions(): say({"value": question["context"]["auth"]})')
    groups = [f"group-{number}" for number in range(50_000)]
    assert engine.evaluate("auth", {"auth": groups}) == Value(groups)


def test_a_program_that_is_not_there_is_unsupported(tmp_path: Path) -> None:
    with ProcessEngine("gone", tmp_path / "gone") as engine:
        assert engine.evaluate("1", {}) == Unsupported("gone does not start: No such file or directory")


def test_what_the_wire_cannot_carry_is_unsupported_and_starts_nothing(make: Make) -> None:
    engine = make("sys.exit(7)")
    assert isinstance(engine.evaluate("1", {"auth": b"x"}), Unsupported)
    assert isinstance(engine.evaluate('"\ud800"', {}), Unsupported)


def test_closing_ends_the_process_and_a_later_question_starts_another(make: Make) -> None:
    engine = make(CRASHING)
    with engine:
        first = engine.evaluate("pid", {})
        process = engine._process
        assert process is not None
    assert process.returncode == 0
    engine.close()
    assert engine.evaluate("pid", {}) != first


def test_its_name_is_the_one_given(tmp_path: Path) -> None:
    assert ProcessEngine("cel-go", tmp_path).name == "cel-go"
