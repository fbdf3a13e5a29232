"""The `split` and `join` given to engines that have none."""

from __future__ import annotations

import pytest

from compiler.engines.strings import StringCallError, join, split


@pytest.mark.parametrize(
    ("text", "separator", "parts"),
    [("a,b", ",", ["a", "b"]), ("", ",", [""]), (",", ",", ["", ""]), ("a", "::", ["a"]), ("aé", "", ["a", "é"]), ("", "", [])],
)
def test_split(text: str, separator: str, parts: list[str]) -> None:
    assert split((text, separator)) == parts


@pytest.mark.parametrize("arguments", [(), ("a",), (None, ","), (["a"], ","), ("a", None), ("a", 1.0), ("a", ",", 2.0)])
def test_split_of_anything_else_is_no_overload(arguments: tuple[object, ...]) -> None:
    with pytest.raises(StringCallError, match="no such overload"):
        split(arguments)


def test_join() -> None:
    assert join((["a", "b"], ",")) == "a,b"
    assert join((["a", "b"],)) == "ab"
    assert join(([], ",")) == ""


@pytest.mark.parametrize(
    "arguments", [(), ("ab", ","), (None, ","), (["a", 1.0], ","), ([None],), (["a"], 1.0), (["a"], ",", "x")]
)
def test_join_of_anything_else_is_no_overload(arguments: tuple[object, ...]) -> None:
    with pytest.raises(StringCallError, match="no such overload"):
        join(arguments)
