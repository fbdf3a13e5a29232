"""What is suggested for a mistyped name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.diagnostics.suggest import _distance, closest, similar

WORDS = st.text("abcd", max_size=8)


def slow_distance(left: str, right: str) -> int:
    """Count insertions, deletions, replacements and swaps of neighbours by the textbook's full table."""
    table = [[row + column for column in range(len(right) + 1)] for row in range(len(left) + 1)]
    for row in range(1, len(left) + 1):
        for column in range(1, len(right) + 1):
            best = min(
                table[row - 1][column] + 1,
                table[row][column - 1] + 1,
                table[row - 1][column - 1] + (left[row - 1] != right[column - 1]),
            )
            if row > 1 and column > 1 and left[row - 2 : row] == right[column - 2 : column][::-1]:
                best = min(best, table[row - 2][column - 2] + 1)
            table[row][column] = best
    return table[-1][-1]


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("fre-user", ["premium-users", "free-user"], "free-user"),
        ("gruops", ["groups", "users"], "groups"),
        ("RESEARCH", ["research-gold", "research"], "research"),
        ("premium", ["free", "premium-users"], "premium-users"),
        ("tokens-per-minute", ["tokens", "window"], "tokens"),
        ("window", ["limit", "level"], None),
        ("a", ["b"], None),
        ("ab", ["cd"], None),
        ("ab", ["ac", "b", "abc"], None),
        ("ML", ["ml"], "ml"),
        ("gpu", ["cpu"], "cpu"),
        ("eve@example.com", ["alice@example.com", "dave@example.com"], None),
        ("x@example.com", ["alex@example.com"], None),
        ("alcie@example.com", ["alice@example.com", "eve@example.com"], "alice@example.com"),
        ("alice@exmaple.com", ["alice@example.com"], "alice@example.com"),
        ("alice", ["alice@example.com"], "alice@example.com"),
        ("models/a", ["models/b"], None),
        ("models/grnite", ["models/granite", "models/qwen"], "models/granite"),
        ("system:serviceaccount:team:bob", ["system:serviceaccount:team:eve"], None),
        ("system:authenticatd", ["system:authenticated"], "system:authenticated"),
        ("", ["a", ""], None),
        ("x", [], None),
        ("free", ["free"], None),
    ],
)
def test_the_nearest_name_is_suggested(word: str, known: list[str], expected: str | None) -> None:
    """A slip of a few letters, another case or a missing part is found; something else is not."""
    assert closest(word, known) == expected


def test_ties_go_to_the_first_name_whatever_the_order() -> None:
    """The same names give the same suggestion."""
    assert closest("gold-1", ["gold-3", "gold-2", "gold-4"]) == "gold-2"
    assert closest("gold-1", iter(["gold-2", "gold-3", "gold-4"])) == "gold-2"


def test_several_names_come_nearest_first() -> None:
    """A list of suggestions is short."""
    assert similar("duplicate-keys", ["duplicate-key", "duplicate-name", "duplicated-keys", "no-crds"], most=2) == (
        "duplicate-key",
        "duplicated-keys",
    )


@settings(max_examples=200, deadline=None)
@given(WORDS, WORDS, st.integers(0, 4))
def test_the_distance_is_the_textbooks_up_to_the_bound(left: str, right: str, allowed: int) -> None:
    """Cutting corners changes no count."""
    slow = slow_distance(left, right)

    assert _distance(left, right, allowed) == (slow if slow <= allowed else None)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=6))
def test_a_suggestion_is_a_known_name_and_not_the_word(word: str, known: list[str]) -> None:
    """Nothing is made up, and the order of the known names does not matter."""
    suggestion = closest(word, known)

    assert suggestion is None or (suggestion in known and suggestion != word)
    assert closest(word, known[::-1]) == suggestion
