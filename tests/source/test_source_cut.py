"""Where a text ends is told from its last line, however the text is read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.source.cut import Ending


def ending(*pieces: str) -> Ending:
    found = Ending()
    for piece in pieces:
        found.add(piece)
    return found


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("", False),
        ("a: 1\n", False),
        ("a: 1", True),
        ("a: 1\n---", False),
        ("a: 1\n...", False),
        ("---", False),
        ("a: 1\n--", True),
        ("a: 1\n----", True),
        ("a: 1\n--- b", True),
        ("a: 1\n ---", True),
        ("a: ---", True),
    ],
)
def test_a_line_without_an_end_says_nothing_unless_it_only_ends_a_document(text: str, open_: bool) -> None:  # noqa: FBT001
    assert ending(text).within_a_line == open_


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("-. a\n", max_size=5), max_size=6))
def test_it_is_no_matter_in_which_pieces_a_text_is_read(pieces: list[str]) -> None:
    assert ending(*pieces).within_a_line == ending("".join(pieces)).within_a_line
