"""A text is changed in one place, and what is spelt is read as what was meant."""

from __future__ import annotations

import pytest
import yaml as other_reader
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compiler.diagnostics.model import Span
from compiler.source.document import Document
from compiler.source.edit import Editable, is_plain, spelt
from compiler.source.load import load_text
from compiler.source.positions import Positions


def document(text: str) -> Document:
    (found,), problems = load_text("a.yaml", text.encode())
    assert problems == ()
    return found


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet="aneox1059:/._- #{}[],\"'yY~\n", max_size=8))
@example(text="1e5")
@example(text="0x1F")
@example(text="0o17")
@example(text="null")
@example(text="No")
@example(text="12:30:45")
@example(text="1_000")
def test_what_is_spelt_is_read_as_that_text_by_every_reader(text: str) -> None:
    """In braces and out of them, as a key and as a value, by YAML 1.2 and by 1.1."""
    for line in (f"a: {spelt(text)}\n", f"{{a: {spelt(text)}}}\n"):
        assert document(line).data == {"a": text}
        assert other_reader.safe_load(line) == {"a": text}
    assert document(f"{{{spelt(text)}: 1}}\n").data == {text: 1}


@pytest.mark.parametrize("text", ["alice", "llm/granite", "system:authenticated", "1m", "1h30m", "3scale", "a@b.example.com"])
def test_plain_names_need_no_quotes(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("s: {}", "s: {x: 1}"),
        ("s: { }", "s: {x: 1 }"),
        ("s: {a: 1}", "s: {a: 1, x: 1}"),
        ("s: {a: 1, }", "s: {a: 1, x: 1 }"),
        ("s: {a: 1,}", "s: {a: 1, x: 1}"),
        ("s: {a: {b: [1, 2]} , }", "s: {a: {b: [1, 2]} , x: 1 }"),
        ('s: {a: "}"}', 's: {a: "}", x: 1}'),
        ("s: {\n  a: 1 # one\n}", "s: {\n  a: 1, x: 1 # one\n}"),
        ("s: {\n  # none\n}", "s: {x: 1\n  # none\n}"),
        ("z: &z {c: 3}\ns: {a: 1, <<: *z}", "z: &z {c: 3}\ns: {a: 1, x: 1, <<: *z}"),
    ],
)
def test_an_entry_is_put_behind_the_last_one_in_braces(before: str, after: str) -> None:
    found = document(before)
    added = Editable(found).into_flow(("s",), "x: 1")
    assert added.text == after
    assert isinstance(found.data, dict)
    assert document(after).data == found.data | {"s": found.data["s"] | {"x": 1}}
    assert after.splitlines()[added.line - 1][added.column - 1 :].startswith("x: 1")


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet="ab \r\n", max_size=12), data=st.data())
def test_a_position_is_a_line_and_a_column_and_the_same_position_again(text: str, data: st.DataObject) -> None:
    positions = Positions(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = positions.span(start, end)
    assert positions.range(span) == (start, end)
    assert "".join(positions.lines) == text
    line, column = positions.place(start)
    assert sum(map(len, positions.lines[: line - 1])) + column - 1 == start


def test_a_line_that_a_text_does_not_have_is_its_end() -> None:
    assert Positions("a: b").range(Span(1, 1, 2, 1)) == (0, 4)
