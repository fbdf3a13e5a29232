"""The notation of series."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.suites.series import MOST_STEPS, BadSeriesError, steps


def test_a_part_is_that_many_steps() -> None:
    assert steps("900x2 0x3 40") == (900, 900, 0, 0, 0, 40)


def test_a_single_call_needs_no_count() -> None:
    assert steps(" 7 ") == (7,)


@pytest.mark.parametrize("text", ["", "0x5", "x5", "5x", "5x0", "-5x1", "5 x 3", "five", "5x3,4x2", "5.5x1", "5X3", "5x1x1"])
def test_what_is_no_series_is_refused(text: str) -> None:
    with pytest.raises(BadSeriesError):
        steps(text)


def test_a_series_is_not_endless() -> None:
    assert len(steps(f"1x{MOST_STEPS}")) == MOST_STEPS
    with pytest.raises(BadSeriesError, match=str(MOST_STEPS)):
        steps(f"1x{MOST_STEPS} 1")


@pytest.mark.parametrize("text", ["1x9999999", "99999999999x1", "1" + "0" * 5000, "1x" + "1" * 5000])
def test_what_is_too_much_is_said_to_be(text: str) -> None:
    """Its form is that of a series."""
    with pytest.raises(BadSeriesError, match="is more than 20,000 steps, or than 10,000,000,000 tokens in one"):
        steps(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 50)), min_size=1, max_size=8))
def test_parts_are_read_as_they_are_written(parts: list[tuple[int, int]]) -> None:
    """The steps are those of the parts, one after the other."""
    wanted = tuple(tokens for tokens, count in parts for _ in range(count))
    if any(wanted):
        assert steps(" ".join(f"{tokens}x{count}" for tokens, count in parts)) == wanted
