"""Limitador counts in fixed windows."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.gateway.limitador import Counted, CounterId, Counters, LimitId


def call(maximum: int, *, seconds: int = 60, value: str = "a", name: str = "l") -> Counted:
    """Make a call on a counter."""
    return Counted(CounterId(LimitId("ns/route", "tokens", "ns/policy", name, seconds, ("who",)), (value,)), maximum)


def test_a_window_starts_with_the_first_count_and_ends_at_its_end() -> None:
    """A burst of twice the limit fits around the boundary."""
    state = Counters(now=1000)
    state = state.at(1030).counted([call(10)], 10)
    assert state.exceeded([call(10)]) == (call(10),)
    assert state.at(1089.999).exceeded([call(10)])
    assert state.at(1090).exceeded([call(10)]) == ()
    state = state.at(1090).counted([call(10)], 10)
    assert state.at(1149).used(call(10).counter) == 10
    assert state.at(1150).used(call(10).counter) == 0


def test_counting_within_a_window_does_not_move_its_end() -> None:
    """Only the first count after the end starts a new one."""
    state = Counters().counted([call(10)]).at(59).counted([call(10)], 4)
    assert state.used(call(10).counter) == 5
    assert state.at(60).used(call(10).counter) == 0


def test_values_have_counters_of_their_own() -> None:
    """Another value, another window."""
    state = Counters().counted([call(1, value="a")])
    assert state.exceeded([call(1, value="a")])
    assert not state.exceeded([call(1, value="b")])


def test_all_limits_of_a_call_must_hold() -> None:
    """Each has its own window; the ones that are used up are named."""
    both = [call(5, seconds=60), call(8, seconds=3600)]
    state = Counters().counted(both, 5)
    assert state.exceeded(both) == (both[0],)
    state = state.at(60).counted(both, 4)
    assert state.exceeded(both) == (both[1],)


def test_a_limit_of_nothing_denies_at_once() -> None:
    """Nothing need be counted first."""
    assert Counters().exceeded([call(0)]) == (call(0),)


def test_a_window_of_no_seconds_has_always_ended() -> None:
    """It counts for nothing."""
    state = Counters().counted([call(1, seconds=0)], 99)
    assert not state.exceeded([call(1, seconds=0)])


def test_the_maximum_is_no_part_of_the_counter() -> None:
    """Raising it keeps what was counted."""
    state = Counters().counted([call(5)], 5)
    assert state.exceeded([call(5)])
    assert not state.exceeded([call(6)])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=30), st.integers(1, 40))
def test_no_window_is_counted_over_by_requests(events: list[tuple[int, int]], maximum: int) -> None:
    """Counting only what does not exceed never counts more than the maximum in one window."""
    state = Counters()
    now = 0
    for wait, delta in events:
        now += wait
        state = state.at(now)
        if not state.exceeded([call(maximum)], delta):
            state = state.counted([call(maximum)], delta)
        assert state.used(call(maximum).counter) <= maximum


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from("ab")), max_size=30))
def test_counting_one_value_never_touches_another(events: list[tuple[int, str]]) -> None:
    """Two values together count as each of them alone."""
    together, alone, now = Counters(), {"a": Counters(), "b": Counters()}, 0
    for wait, value in events:
        now += wait
        together = together.at(now).counted([call(9, value=value)])
        alone[value] = alone[value].at(now).counted([call(9, value=value)])
        for name, state in alone.items():
            assert together.used(call(9, value=name).counter) == state.at(now).used(call(9, value=name).counter)
