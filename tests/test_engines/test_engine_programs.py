"""The built programs: each shows the faults and merits of the runtime it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from engines_support import HOW_TO_BUILD, PROGRAMS, built, program

from compiler.engines.base import Failure, Outcome, Unsupported, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.engines.process_engine import ProcessEngine

CONTEXT = {
    "auth": {"identity": {"nul": None, "name": "alice", "groups": ["a", "b"], "number": 3}},
    "request": {"headers": {"x-a": "1"}},
}

YES, NO = Value(value=True), Value(value=False)

GO, FILTER_1_4, FILTER_1_5, NEWEST = PROGRAMS

RUST = (FILTER_1_4, FILTER_1_5, NEWEST)


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, ProcessEngine]]:
    engines = {name: program(name) for name in built()}
    yield engines
    for engine in engines.values():
        engine.close()


def ask(running: dict[str, ProcessEngine], name: str, expression: str) -> Outcome:
    """Ask one program; the test is skipped where that program is not built."""
    if name not in running:
        pytest.skip(f"{name} is not built: {HOW_TO_BUILD}")
    return running[name].evaluate(expression, CONTEXT)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize(
    "expression",
    [
        "auth.identity.nope",
        '{"a": auth.identity.nope}',
        "has(auth.identity.nope.deeper)",
        'auth.identity.nul.split(",")',
        '["a", 1].join(",")',
        "auth.identity.groups[5]",
        "auth.identity.number + 1",
        "nope",
        "1 +",
        "",
    ],
)
def test_errors_are_failures(running: dict[str, ProcessEngine], name: str, expression: str) -> None:
    assert isinstance(ask(running, name, expression), Failure)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("auth.identity.number", 3.0),
        ("auth.identity.number == 3", True),
        ("auth.identity.nul", None),
        ('auth.identity.groups + ["zoë"]', ["a", "b", "zoë"]),
        ('"a,b".split(",")', ["a", "b"]),
        ('["a", "b"].join()', "ab"),
        ("request.headers", {"x-a": "1"}),
    ],
)
def test_values_are_plain_data(running: dict[str, ProcessEngine], name: str, expression: str, value: object) -> None:
    assert ask(running, name, expression) == Value(value)


@pytest.mark.parametrize(("name", "expected"), [(GO, NO), (FILTER_1_4, NO), (FILTER_1_5, Failure), (NEWEST, Failure)])
def test_has_on_a_null_differs(running: dict[str, ProcessEngine], name: str, expected: Outcome | type[Failure]) -> None:
    outcome = ask(running, name, "has(auth.identity.nul.x)")
    assert expected in (outcome, type(outcome))


@pytest.mark.parametrize(("name", "expected"), [(GO, Failure), (FILTER_1_4, YES), (FILTER_1_5, Failure), (NEWEST, Failure)])
def test_in_a_string_is_a_hole_in_the_oldest(
    running: dict[str, ProcessEngine], name: str, expected: Outcome | type[Failure]
) -> None:
    outcome = ask(running, name, '"ali" in auth.identity.name')
    assert expected in (outcome, type(outcome))


@pytest.mark.parametrize(("name", "expected"), [(GO, YES), (FILTER_1_4, Failure), (FILTER_1_5, YES), (NEWEST, YES)])
def test_only_the_oldest_absorbs_no_error(
    running: dict[str, ProcessEngine], name: str, expected: Outcome | type[Failure]
) -> None:
    outcome = ask(running, name, 'auth.identity.nope == "x" || true')
    assert expected in (outcome, type(outcome))


@pytest.mark.parametrize(("name", "expected"), [(GO, YES), (FILTER_1_4, NO), (FILTER_1_5, NO), (NEWEST, YES)])
def test_a_double_negation_is_a_single_one_in_the_filters(
    running: dict[str, ProcessEngine], name: str, expected: Outcome
) -> None:
    assert ask(running, name, "!!true") == expected


@pytest.mark.parametrize(("name", "length"), [(GO, 3.0), (FILTER_1_4, 5.0), (FILTER_1_5, 5.0), (NEWEST, 3.0)])
def test_the_size_of_a_string_differs(running: dict[str, ProcessEngine], name: str, length: float) -> None:
    assert ask(running, name, 'size("ünï")') == Value(length)


@pytest.mark.parametrize(("name", "depth"), [(GO, 240), (FILTER_1_4, 95), (FILTER_1_5, 95), (NEWEST, 95)])
def test_depth_ends_where_the_runtime_ends(running: dict[str, ProcessEngine], name: str, depth: int) -> None:
    arm = '"x" in auth.identity.groups ? "s" : '
    assert ask(running, name, arm * depth + '"none"') == Value("none")
    assert isinstance(ask(running, name, arm * (depth + 20) + '"none"'), Failure)


@pytest.mark.parametrize("name", RUST)
def test_a_root_that_is_not_known_is_null_in_the_filter(running: dict[str, ProcessEngine], name: str) -> None:
    assert ask(running, name, "metadata == null") == YES


@pytest.mark.parametrize("name", RUST)
@pytest.mark.parametrize("expression", ['b"a"', "{1: 2}", "optional.of(1)"])
def test_a_result_without_json_form_is_unsupported(running: dict[str, ProcessEngine], name: str, expression: str) -> None:
    assert isinstance(ask(running, name, expression), Unsupported)


@pytest.mark.parametrize("expression", ['true ? "a" : 1', "auth == null", '"a" || true', "has(auth)", "limit.x", "unknown(1)"])
def test_authorino_checks_types(running: dict[str, ProcessEngine], expression: str) -> None:
    assert isinstance(ask(running, GO, expression), Failure)


def test_a_panic_of_the_oldest_is_reported_and_survived(running: dict[str, ProcessEngine]) -> None:
    outcome = ask(running, FILTER_1_4, "auth.identity.nul.exists(g, g == 1)")
    assert isinstance(outcome, Failure)
    assert outcome.message.startswith("panic: ")
    assert ask(running, FILTER_1_4, "true") == YES
