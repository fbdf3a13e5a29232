"""How many series the labels of usage can make is known before anybody has made them."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from test_cases import CASES

from compiler import pipeline
from compiler.program.series import series
from compiler.program.telemetry import PROPERTIES, Telemetry


def total(*labels: str, users: int = 1000, case: str = "telemetry") -> int:
    program = pipeline.front(CASES / case / "config").program
    assert program is not None
    return sum(series(program, Telemetry(labels, users, 1)).values())


def test_callers_and_entries_multiply() -> None:
    """Three metrics; two subscriptions, a team and a tier; a caller may ask for any of them by header."""
    assert total() == 3
    assert total("subscription") == 3 * 4
    assert total("user") == 3 * 1000
    assert total("user", "subscription") == 3 * 1000 * 4


def test_what_follows_from_another_label_multiplies_nothing() -> None:
    """A caller has one tier, an entry one organization and one cost centre."""
    assert total("user", "tier") == total("user")
    assert total("subscription", "organization", "cost_center") == total("subscription")
    assert total("tier") == 3 * 2
    assert total("organization") == 3 * 2


@pytest.mark.parametrize("labels", list(chain.from_iterable(combinations(PROPERTIES, size) for size in range(len(PROPERTIES)))))
def test_a_label_more_never_makes_fewer_series(labels: tuple[str, ...]) -> None:
    for label in PROPERTIES:
        assert total(*labels, label) >= total(*labels)
