"""A name is taken for a slip of the keyboard only where nobody could mean another one by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics.suggest import certain


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("premum", ("premium", "free"), "premium"),
        ("reserach", ("research",), "research"),
        ("Research", ("research",), "research"),
        ("researc", ("research",), "research"),
        ("fre-user", ("free-user",), "free-user"),
        ("premium-usr", ("premium-user",), "premium-user"),
        ("alcie@example.com", ("alice@example.com",), "alice@example.com"),
        ("llm/granit-x", ("llm/granite-x",), "llm/granite-x"),
        ("system:authenticatde", ("system:authenticated",), "system:authenticated"),
    ],
)
def test_a_slip_within_one_word_is_certain(word: str, known: tuple[str, ...], meant: str) -> None:
    assert certain(word, known) == meant


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("team-b", ("team-a",)),
        ("team-2", ("team-1",)),
        ("granite-3", ("granite-2",)),
        ("granite3", ("granite2",)),
        ("external", ("internal",)),
        ("paid", ("unpaid",)),
        ("unpaid", ("paid",)),
        ("pro", ("prod",)),
        ("dev", ("div",)),
        ("eu-users", ("us-users",)),
        ("admins", ("admin",)),
        ("research-x", ("research",)),
        ("free-user", ("freeuser",)),
        ("premum-usr", ("premium-user",)),
        ("reserch", ("research", "resurch")),
        ("research", ("research",)),
        ("x", ("y",)),
        ("", ("ab",)),
        ("gibberish", ("premium",)),
    ],
)
def test_what_could_be_another_name_is_not(word: str, known: tuple[str, ...]) -> None:
    assert certain(word, known) is None


NAMES = st.lists(st.sampled_from(["free", "premium", "user", "team", "a", "1", "2", "research"]), min_size=1, max_size=3).map(
    "-".join
)


@given(NAMES, st.frozensets(NAMES, max_size=5))
def test_a_name_that_is_certain_is_the_only_one_near_and_does_not_depend_on_their_order(word: str, known: frozenset[str]) -> None:
    found = certain(word, known)
    assert found is None or (found in known and found != word)
    assert certain(word, sorted(known)) == certain(word, sorted(known, reverse=True)) == found
