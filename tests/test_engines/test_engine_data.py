"""What a context may hold, and what a result becomes."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from compiler.engines.data import MAX_DEPTH, UncarriableError, carried, carried_text, plain


def test_all_numbers_become_doubles_and_booleans_stay() -> None:
    result = carried({"a": 1, "b": [True, 2, {"c": 3}], "d": None})
    assert result == {"a": 1.0, "b": [True, 2.0, {"c": 3.0}], "d": None}
    assert isinstance(result["a"], float)
    assert carried({"t": True})["t"] is True


def test_any_mapping_and_sequence_will_do_and_is_copied() -> None:
    groups = ("a", "b")
    assert carried(MappingProxyType({"groups": groups})) == {"groups": ["a", "b"]}


def test_maps_come_sorted_by_key() -> None:
    result = plain({"b": 1.0, "a": {"z": "", "y": ""}})
    assert isinstance(result, dict)
    assert list(result) == ["a", "b"]
    assert list(result["a"]) == ["y", "z"]


@pytest.mark.parametrize(
    "value", [b"x", object(), {1: "x"}, float("nan"), float("inf"), 10**400, "\ud800", {"\udfff": 1}, ["a", {"b": {1, 2}}]]
)
def test_what_json_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(UncarriableError):
        carried({"x": value})


def test_depth_is_bounded() -> None:
    def nested(levels: int) -> object:
        value: object = "x"
        for _ in range(levels):
            value = [value]
        return value

    assert carried({"x": nested(MAX_DEPTH - 1)})
    with pytest.raises(UncarriableError, match="deeper"):
        carried({"x": nested(MAX_DEPTH)})
    with pytest.raises(UncarriableError, match="deeper"):
        carried({"x": nested(5_000)})


def test_text_is_utf8() -> None:
    assert carried_text("zoë 😀 \0") == "zoë 😀 \0"
    with pytest.raises(UncarriableError):
        carried_text("a\udc80")
