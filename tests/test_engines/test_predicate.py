"""A predicate is a boolean or a failure."""

from __future__ import annotations

import pytest

from compiler.engines.base import Failure, Outcome, Unsupported, Value
from compiler.engines.predicate import predicate


@pytest.mark.parametrize("outcome", [Value(True), Value(False), Failure("no such key"), Unsupported("too deep")])  # noqa: FBT003
def test_booleans_and_errors_pass(outcome: Outcome) -> None:
    assert predicate(outcome) == outcome


@pytest.mark.parametrize(
    ("value", "kind"),
    [("alice", "string"), ("", "string"), (1.0, "double"), (0.0, "double"), (None, "null"), ([True], "list"), ({}, "map")],
)
def test_any_other_value_is_a_failure(value: object, kind: str) -> None:
    assert predicate(Value(value)) == Failure(f"the predicate gives a value of type {kind}, not a bool")
