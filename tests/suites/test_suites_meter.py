"""Calls over time: what is meant is what the simulated gateway and Limitador do."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from suites_bench import CALLERS, TODAY, Bench

from compiler.program.ir import Model
from compiler.suites.case import Metered
from compiler.suites.meter import emitted, meant
from compiler.suites.plain_engine import PlainEngine
from compiler.suites.remembering import Remembering
from compiler.suites.run import run

IN_TURNS = "[{}, {x-maas-subscription: gold}]"


def _metering(small: Bench, row: str) -> dict[str, list[tuple[str, str, str]]]:
    return small.failed(f"{CALLERS}metering: [{{{row}}}]")


@pytest.mark.parametrize(
    "row",
    [
        # Tokens count after the response: the third call is let in at 80 of 100.
        "caller: fred, model: sim, series: 40x16, every: 1s, expect: {ok: 3, limited: 13}",
        # The boundary: the last unit may be used, and the next call not.
        "caller: fred, model: sim, series: 99x1 1x2, every: 1s, expect: {ok: 2, limited: 1}",
        # A window begins with the first count and lasts its seconds.
        "caller: fred, model: sim, series: 100x2 0x57 1x3, every: 1s, expect: {ok: 3, limited: 2}",
        "caller: fred, model: sim, series: 100x1 1x5, every: 1m, expect: {ok: 6, limited: 0}",
        # Both windows hold at once: five of 500 in the minute, then the hour is used up at 900.
        "caller: gail, model: sim, series: 300x10, every: 1m, expect: {ok: 3, limited: 7}",
        # Requests are counted before tokens are looked at, also for calls that tokens then stop.
        "caller: tina, model: sim, series: 1x10, every: 1s, expect: {ok: 5, limited: 5}",
        "caller: tina, model: sim, series: 100x6 0x55 1x4, every: 1s, expect: {ok: 1, limited: 9}",
        # All calls of a step are checked before any of them is counted.
        "caller: fred, model: sim, series: 40x2, every: 1s, concurrent: 10, expect: {ok: 10, limited: 10}",
        "caller: tina, model: sim, series: 40x1, concurrent: 10, expect: {ok: 5, limited: 5}",
        # A stream that never tells its usage costs nothing.
        "caller: fred, model: sim, series: 40x16, every: 1s, streaming: without-usage, expect: {ok: 16, limited: 0}",
        "caller: fred, model: sim, series: 40x16, every: 1s, streaming: with-usage, expect: {ok: 3, limited: 13}",
        # The listing is free.
        "caller: fred, model: sim, path: listing, series: 1000x9, every: 1s, expect: {ok: 9, limited: 0}",
        # Users have counts of their own, models have, and entries have.
        "caller: [fred, bess], model: sim, series: 100x4, every: 1s, expect: {ok: 2, limited: 2}",
        "caller: topsy, model: [sim, big], series: 1000x2, every: 1s, expect: {ok: 1, limited: 1}",
        f"caller: bess, model: sim, headers: {IN_TURNS}, series: 100x4, every: 1s, expect: {{ok: 3, limited: 1}}",
        # A shared count is shared.
        "caller: [alice, goldie], model: big, series: 500x4, every: 1s, expect: {ok: 1, limited: 3}",
    ],
)
def test_what_is_counted(small: Bench, row: str) -> None:
    """Each is as meant, as emitted, and as the row says."""
    more = """\
  goldie: {user: alice, groups: [gold-user]}
  bess: {groups: [free-user, gold-user], headers: {x-maas-subscription: small}}
"""
    assert small.failed(f"{CALLERS}{more}metering: [{{{row}}}]") == {}


def test_a_wrong_count_is_told(small: Bench) -> None:
    found = _metering(small, "name: sixteen, caller: fred, model: sim, series: 40x16, every: 1s, expect: {ok: 2, limited: 14}")
    assert found == {"sixteen: fred asks sim for chat: 40x16": [("calls", "2 ok, 14 limited", "3 ok, 13 limited")]}


def test_answers_that_are_neither_are_told(small: Bench) -> None:
    """A refusal is not a budget at work."""
    found = _metering(small, "caller: stranger, model: sim, series: 1x3, expect: {ok: 0, limited: 0}")
    assert list(found.values()) == [[("calls", "0 ok, 0 limited", "0 ok, 0 limited, and 403 no-access")]] or "engines" in str(
        found
    )


def test_what_the_manifests_do_otherwise_fails(small: Bench) -> None:
    """The table shows both counts."""
    (case,) = small.cases(
        f"{CALLERS}metering: [{{caller: fred, model: sim, series: 40x16, every: 1s, expect: {{ok: 3, limited: 13}}}}]"
    )
    assert isinstance(case, Metered)
    on = small.platform((case,))
    other = replace(small.program, models=tuple(_without_entries(model) for model in small.program.models))
    (result,) = run((case,), replace(on, program=other), TODAY)
    assert [one.what for one in result.wrong] == ["calls", "engines"]
    assert result.table == (("meant", "16 ok, 0 limited"), ("plain", "3 ok, 13 limited"))


def _without_entries(model: Model) -> Model:
    return replace(model, entries=tuple(replace(entry, budget=replace(entry.budget, tokens=())) for entry in model.entries))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    caller=st.sampled_from(("fred", "gail", "tina", "topsy", "both", "[fred, tina]", "[alice, gail]")),
    model=st.sampled_from(("sim", "big")),
    series=st.lists(st.sampled_from(("0x1", "1x3", "50x2", "99x1", "500x1", "0x40", "900x2")), min_size=1, max_size=7),
    every=st.sampled_from(("1s", "20s", "1m", "7m")),
    concurrent=st.integers(1, 3),
    streaming=st.sampled_from(("with-usage", "without-usage")),
)
def test_two_ways_of_counting_agree(  # noqa: PLR0913, PLR0917 - what a series is made of
    small: Bench, caller: str, model: str, series: list[str], every: str, concurrent: int, streaming: str
) -> None:
    """The plain steps of what is meant, and the gateway with Limitador, give the same counts for any series."""
    if all(part.startswith("0x") for part in series):
        series = [*series, "1"]
    row = f"caller: {caller}, model: {model}, series: {' '.join(series)}, every: {every}, concurrent: {concurrent}"
    (case,) = small.cases(f"{CALLERS}metering: [{{{row}, streaming: {streaming}, expect: {{ok: 0, limited: 0}}}}]")
    assert isinstance(case, Metered)
    on = small.platform((case,))
    counts, found = meant(case, small.program), emitted(case, on.world, Remembering(PlainEngine()))
    assert counts == found
