"""Compiled programs are kept within their bound."""

from __future__ import annotations

import pytest

from compiler.engines.programs import Programs


class _Counting:
    def __init__(self) -> None:
        self.compiled: list[str] = []

    def __call__(self, expression: str) -> str:
        if expression == "bad":
            message = "syntax"
            raise ValueError(message)
        self.compiled.append(expression)
        return expression.upper()


def test_an_expression_is_compiled_once() -> None:
    counting = _Counting()
    programs = Programs(counting, 100)
    assert [programs.get("a"), programs.get("a")] == ["A", "A"]
    assert counting.compiled == ["a"]


def test_the_one_used_longest_ago_goes_first() -> None:
    counting = _Counting()
    programs = Programs(counting, 6)
    for expression in ("aaa", "bbb", "aaa", "ccc"):
        programs.get(expression)
    assert len(programs) == 2
    programs.get("aaa")
    assert counting.compiled == ["aaa", "bbb", "ccc"]
    programs.get("bbb")
    assert counting.compiled == ["aaa", "bbb", "ccc", "bbb"]


def test_one_longer_than_the_bound_is_still_kept_alone() -> None:
    counting = _Counting()
    programs = Programs(counting, 2)
    programs.get("a")
    programs.get("long")
    programs.get("long")
    assert len(programs) == 1
    assert counting.compiled == ["a", "long"]


def test_what_does_not_compile_is_not_kept() -> None:
    programs = Programs(_Counting(), 10)
    with pytest.raises(ValueError, match="syntax"):
        programs.get("bad")
    assert len(programs) == 0
