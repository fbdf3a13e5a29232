"""The order of diagnostics, and the safe spelling and width of what they show."""

from __future__ import annotations

import unicodedata

from diagnostics_examples import LISTS, SOURCE_TEXTS, Texts, at, error
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from compiler.diagnostics.locate import NOTHING, span_of
from compiler.diagnostics.model import Diagnostic, Place, Span
from compiler.diagnostics.order import ordered
from compiler.diagnostics.visible import visible, width


def test_the_order_is_by_file_position_code_and_headline() -> None:
    """Those without a place come first, and in a file those without a position."""
    expected = (
        error(None, "a", "z"),
        error(Place("a.yaml"), "z", "z"),
        error(at(2, 9, 2, 10), "z", "z"),
        error(at(10, 1, 10, 2), "z", "a"),
        error(at(10, 1, 10, 2), "a", "b"),
        error(at(10, 1, 10, 2), "b", "b"),
        error(at(1, 1, 1, 2, file="b.yaml")),
    )

    assert ordered(reversed(expected), NOTHING) == expected


def test_only_equal_diagnostics_are_taken_for_one() -> None:
    """Another note or effect is another finding."""
    one = error(at(1, 1, 1, 2))
    other = replace(one, effect="unmetered")

    assert ordered([one, other, replace(one)], NOTHING) == ordered([other, one], NOTHING)
    assert set(ordered([one, other, one], NOTHING)) == {one, other}


def test_positions_come_from_the_locator() -> None:
    """A path that stands earlier in the text comes first, whatever it is called."""
    sources = Texts(spans={("z",): Span(1, 1, 1, 2), ("a",): Span(2, 1, 2, 2)})
    early, late = error(Place("a.yaml", ("z",))), error(Place("a.yaml", ("a",)))

    assert ordered([late, early], sources) == (early, late)


def test_a_span_that_makes_no_sense_is_mended() -> None:
    """No renderer sees a line 0 or an end before its start."""
    assert span_of(at(0, -1, 0, 0), NOTHING) == Span(1, 1, 1, 1)
    assert span_of(at(3, 5, 2, 9), NOTHING) == Span(3, 5, 3, 5)
    assert span_of(at(3, 5, 4, 0), NOTHING) == Span(3, 5, 4, 1)
    assert span_of(Place("a.yaml"), NOTHING) is None


def test_a_span_given_with_the_place_serves_where_the_locator_knows_none() -> None:
    """A syntax error has a position before there is a document."""

    class Ignorant(Texts):
        def span(self, place: Place) -> Span | None:  # noqa: ARG002 - it knows nothing of any place
            return None

    assert span_of(at(3, 5, 3, 6), Ignorant()) == Span(3, 5, 3, 6)


@settings(max_examples=100, deadline=None)
@given(LISTS, SOURCE_TEXTS)
def test_the_order_is_total(found: list[Diagnostic], sources: Texts) -> None:
    """Whatever order the diagnostics come in, one order comes out, with each of them once."""
    once = ordered(found, sources)

    assert ordered(reversed(found), sources) == ordered(once, sources) == once
    assert len(set(once)) == len(once)
    assert set(once) == set(found)


def test_what_has_no_glyph_is_spelt_as_an_escape_of_yaml() -> None:
    """Plain letters of any script stay as they are."""
    assert visible("Grüße, 説明 `a\\b` e\u0301") == "Grüße, 説明 `a\\b` e\u0301"
    assert visible("\x00\t\n\r\x1b\x7f\x85\xa0\xad") == r"\x00\t\n\r\x1b\x7f\x85\xa0\xad"
    assert visible("\u115f\u200b\u202e\u2028\u2066\u2800\ufeff\ufe0f\ud800") == (
        r"\u115f\u200b\u202e\u2028\u2066\u2800\ufeff\ufe0f\ud800"
    )
    assert visible("\U000e0041\U000e0100") == r"\U000e0041\U000e0100"


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None)))
@example("\U000e0100\ufff9")
def test_visible_text_is_printable_and_safe_to_escape_twice(text: str) -> None:
    """No control, format, private, unassigned or separating character is left, and escaping is stable."""
    shown = visible(text)

    assert shown.isprintable()
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert visible(shown) == shown
    assert shown.encode().decode() == shown


def test_width_counts_terminal_cells() -> None:
    """Wide and full-width characters are two cells, combining marks none, all others one."""
    assert [width(text) for text in ("", "abc", "説", "\uff21", "ü", "u\u0308", "\u1112\u1161\u11ab", "한", "🙂")] == [
        0,
        3,
        2,
        2,
        1,
        1,
        2,
        2,
        2,
    ]
