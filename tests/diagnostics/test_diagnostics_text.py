"""The report for people, as it is printed."""

from __future__ import annotations

import re
from textwrap import dedent

from diagnostics_examples import ACCESS, PLACELESS, SOURCES, UNKNOWN_GROUP, WARNING, Texts, at, error
from msgspec.structs import replace

from compiler.diagnostics.formats.text import render, summary
from compiler.diagnostics.locate import NOTHING
from compiler.diagnostics.look import Look
from compiler.diagnostics.model import Diagnostic, Note, Place, Severity, Span


def shown(text: str, span: tuple[int, int, int, int]) -> str:
    """Give the quoted lines of one error, without its headline, place and count."""
    lines = render([error(at(*span))], Texts({"a.yaml": text})).split("\n")
    return "\n".join(lines[2:-3])


def test_everything_a_diagnostic_has_is_shown() -> None:
    """Headline, place, excerpt, notes with and without places, effect, help, count; the base goes before each file."""
    assert render([UNKNOWN_GROUP], SOURCES, Look(base="config/")) == dedent("""\
        error[unknown-group]: `fre-user` is no declared group
         --> config/access.yaml:2:35
          |
        2 |   free: {models: [chat], groups: [fre-user]}
          |                                   ^^^^^^^^
        note: the groups are declared here
         --> config/groups.yaml:1:1
          |
        1 | groups:
          | ------
        note: names are compared exactly
        effect: 403 for everyone
        help: did you mean `free-user`?

        1 error
        """)


def test_several_diagnostics_come_in_order_and_are_counted_once_each() -> None:
    """Those without a place come first, and the same one twice is shown and counted once."""
    found = [WARNING, UNKNOWN_GROUP, PLACELESS, UNKNOWN_GROUP, error()]
    report = render(found, NOTHING)

    assert re.findall(r"^(?:error|warning)\[.*", report, re.MULTILINE) == [
        "error[no-config]: `config` holds no file",
        "error[some-code]: something is wrong",
        "error[unknown-group]: `fre-user` is no declared group",
        "warning[empty-file]: the file holds nothing",
    ]
    assert report.endswith("\n\n3 errors, 1 warning\n")


def test_the_summary_names_each_severity_that_occurs() -> None:
    """Plurals are English, and nothing is said of nothing."""
    remark = replace(WARNING, severity=Severity.INFO)

    assert summary([WARNING, replace(WARNING, code="other"), remark, replace(remark, code="other")]) == "2 warnings, 2 info"
    assert summary([]) == ""


def test_no_diagnostics_give_no_report() -> None:
    """Silence means that all is well."""
    assert render([], SOURCES) == ""


def test_a_file_without_text_is_named_without_an_excerpt() -> None:
    """The position is still worth knowing."""
    assert render([error(at(3, 4, 3, 6))], NOTHING) == "error[some-code]: something is wrong\n --> a.yaml:3:4\n\n1 error\n"


def test_a_place_without_a_position_is_its_file() -> None:
    """Nothing is quoted when it is not known what."""
    assert render([WARNING], Texts({"x.yaml": "text\n"})).split("\n")[1] == " --> x.yaml"


def test_a_position_below_the_text_is_given_without_an_excerpt() -> None:
    """A file that changed since it was read does not break the report."""
    assert render([error(at(9, 1, 9, 2))], Texts({"a.yaml": "one\n"})).split("\n")[1:3] == [" --> a.yaml:9:1", ""]


def test_the_end_of_the_text_can_be_marked() -> None:
    """A syntax error at the end points below the last line."""
    assert shown("one: [\n", (2, 1, 2, 1)) == "  |\n2 |\n  | ^"


def test_the_gutter_is_as_wide_as_the_longest_number_of_the_diagnostic() -> None:
    """The bars of the excerpt and of its notes stand in one column."""
    text = "\n" * 99 + "x: 1\n"
    found = replace(error(at(100, 1, 100, 2)), notes=(Note("see", at(9, 1, 9, 1)),))

    assert render([found], Texts({"a.yaml": text})).split("\n")[1:9] == [
        "   --> a.yaml:100:1",
        "    |",
        "100 | x: 1",
        "    | ^",
        "note: see",
        "   --> a.yaml:9:1",
        "    |",
        "  9 |",
    ]


def test_an_empty_span_is_one_caret() -> None:
    """Something missing is shown where it is missed."""
    assert shown("key:\n", (1, 5, 1, 5)) == "  |\n1 | key:\n  |     ^"


def test_a_column_beyond_the_line_is_its_end() -> None:
    """A caret never runs away to the right."""
    assert shown("key:\n", (1, 50, 1, 60)) == "  |\n1 | key:\n  |     ^"


def test_carets_align_under_wide_and_combining_characters() -> None:
    """East Asian wide and full-width characters take two cells, combining marks none."""
    assert shown("説明: {\uff21\uff22: e\u0301x}\n", (1, 6, 1, 8)) == "  |\n1 | 説明: {\uff21\uff22: e\u0301x}\n  |        ^^^^"
    assert (
        shown("説明: {\uff21\uff22: e\u0301x}\n", (1, 10, 1, 13))
        == "  |\n1 | 説明: {\uff21\uff22: e\u0301x}\n  |              ^^"
    )


def test_tabs_become_spaces_up_to_the_next_stop() -> None:
    """A tab is as wide in the line as in the marks below it, also when it is what is marked."""
    assert shown("\ta:\tb\n", (1, 5, 1, 6)) == "  |\n1 |     a:  b\n  |         ^"
    assert shown("\ta:\tb\n", (1, 1, 1, 2)) == "  |\n1 |     a:  b\n  | ^^^^"


def test_each_line_of_a_span_is_marked() -> None:
    """Indentation is not marked, nor is the empty rest below a YAML block."""
    text = "free:\n  tokens:\n    - 1\n\n# end\nnext: 1\n"

    assert shown(text, (2, 3, 5, 1)) == "  |\n2 |   tokens:\n  |   ^^^^^^^\n3 |     - 1\n  |     ^^^"


def test_a_long_span_shows_its_first_lines_and_its_last() -> None:
    """A block of a thousand lines does not fill the screen."""
    text = "".join(f"key{number}: 1\n" for number in range(1, 1001))

    assert shown(text, (1, 1, 1000, 8)) == dedent("""\
             |
           1 | key1: 1
             | ^^^^^^^
           2 | key2: 1
             | ^^^^^^^
           3 | key3: 1
             | ^^^^^^^
             ...
        1000 | key1000: 1
             | ^^^^^^^""")


def test_a_long_line_is_cut_on_both_sides_of_the_span() -> None:
    """What is marked can be seen whatever the length of the line."""
    numbers = "".join(f"{number:04}," for number in range(2000))
    _, line, marks = shown(f"x: [{numbers}]", (1, 5 + 5 * 1000, 1, 5 + 5 * 1000 + 4)).split("\n")

    assert line.startswith("1 | ...995,0996,")
    assert line.endswith(",1014,1...")
    assert line[marks.index("^") : marks.rindex("^") + 1] == "1000"


def test_the_start_of_a_long_line_is_kept_when_the_span_is_near() -> None:
    """A cut on the left comes only when it is needed."""
    _, line, marks = shown("key: " + "v" * 500, (1, 6, 1, 506)).split("\n")

    assert line == "1 | key: " + "v" * 95 + "..."
    assert marks == "  |      " + "^" * 95


def test_nothing_is_cut_on_the_left_while_half_of_the_room_reaches_the_span() -> None:
    """The key of a value is worth more than what follows the value."""
    _, line, marks = shown("key: " + "v" * 500, (1, 41, 1, 43)).split("\n")

    assert line == "1 | key: " + "v" * 95 + "..."
    assert marks == "  | " + " " * 40 + "^^"


def test_a_cut_before_characters_without_width_is_shown() -> None:
    """A pile of combining marks is cut like any other text."""
    text = "e" + "\u0301" * 150 + "x"

    assert shown(text, (1, 152, 1, 153)) == "  |\n1 | ..." + "\u0301" * 100 + "x\n  |    ^"


def test_the_end_of_a_long_line_is_kept_when_the_span_is_near() -> None:
    """Nothing is cut on the right of the last character."""
    _, line, marks = shown("v" * 500 + "!", (1, 501, 1, 502)).split("\n")

    assert line == "1 | ..." + "v" * 24 + "!"
    assert marks == "  |    " + " " * 24 + "^"


def test_terminal_escapes_and_bidirectional_overrides_are_spelt_out() -> None:
    """Nobody's text can colour, hide, reorder or forge a line of the report, and carets still align."""
    evil = "\x1b[2J\u202eoverride\r\nerror[forged]: `x`\u200b\u009b31m\u00a0\ufe0f"
    found = Diagnostic(evil, Severity.ERROR, evil, at(1, 3, 1, 4, file=evil), evil, (Note(evil),), evil)
    report = render([found], Texts({evil: "a \x1b]0;b\u202e \udc80: c\n"}), Look(base="\x07/"))
    escaped = r"\x1b[2J\u202eoverride\r\nerror[forged]: `x`\u200b\x9b31m\xa0\ufe0f"

    assert all(character == "\n" or character.isprintable() for character in report)
    assert report == (
        f"error[{escaped}]: {escaped}\n --> \\x07/{escaped}:1:3\n  |\n"
        r"1 | a \x1b]0;b\u202e \udc80: c"
        f"\n  |   ^^^^\nnote: {escaped}\neffect: {escaped}\nhelp: {escaped}\n\n1 error\n"
    )


def test_colours_are_added_only_when_asked_for_and_change_no_text() -> None:
    """Without its escape sequences the coloured report is the plain one."""
    plain = render([UNKNOWN_GROUP, WARNING], SOURCES)
    colored = render([UNKNOWN_GROUP, WARNING], SOURCES, Look(color=True))

    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain
    assert "\x1b[1;31merror[unknown-group]\x1b[0m" in colored
    assert "\x1b[1;33mwarning[empty-file]\x1b[0m" in colored
    assert "                                 \x1b[1;31m^^^^^^^^\x1b[0m" in colored


def test_line_breaks_of_all_systems_count() -> None:
    """A carriage return ends a line with or without a line feed."""
    assert shown("one\r\ntwo\rthree\n", (3, 1, 3, 6)) == "  |\n3 | three\n  | ^^^^^"


def test_the_locator_decides_where_a_path_is() -> None:
    """A path is shown where its value stands in the text."""
    moved = Texts({"access.yaml": ACCESS}, {("access", "free", "groups", 0): Span(1, 1, 1, 7)})
    report = render([error(Place("access.yaml", ("access", "free", "groups", 0)))], moved)

    assert report.split("\n")[1:5] == [" --> access.yaml:1:1", "  |", "1 | access:", "  | ^^^^^^"]
