"""The reader of lines: what it reads is what the events say, to the byte and the type, and the rest it leaves to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compiler.source import lines
from compiler.source.build import Builder
from compiler.source.events import SyntaxDiagnosticError, events
from compiler.source.limits import LIMITS, Limits

_ROOT = Path(__file__).parents[2]


def _by_events(text: str, limits: Limits = LIMITS) -> list[object] | None:
    builder = Builder("a.yaml", limits)
    try:
        found = list(builder.documents(events("a.yaml", text)))
    except SyntaxDiagnosticError:
        return None
    return None if builder.findings else found


_SCALARS = st.sampled_from(
    (
        *("a", "b:c", "system:authenticated", "A department", "12", "1.5", "1e3", "0x1f", "007", "1_000"),
        *("-1", "~", "null", "true"),
        *("True", "yes", "2001-01-01", "12:30:45", ".5", "'it''s'", "'a: b'", '"a # b"', '"\\n"', "''", '""'),
        *("{}", "[]", "", "<<"),
        *("{a: 1, b: [x, y]}", "[{a: b}, c]", "{a: 1, a: 2}", "[a, ]", "{a}", "{a:b}", "[a: b]", "{'k': 1}", "{a: {b: {c: []}}}"),
        *("https://a.example/b", "a in [\"b\", 'c']", 'a == "b" ? 1 : 2', "a #b", "a#b", "a:", "a: b", "- a", "|", ">-", "&a b"),
        *("*a", "!!str a", "@a", "`a", "%a", "(a)", "/a", "a  b", "a ", "{a: b", "]", "a, b", "[a b, c-d]"),
        *("{a b: c}", "---", "..."),
    )
)
_KEYS = st.sampled_from(("a", "b", "c", "a/b", "a b", "x:y", "'q'", "1", "true", "null", "<<", "?", "a" * 1100))


@st.composite
def _line(draw: st.DrawFn) -> str:
    indent = " " * draw(st.integers(0, 6))
    dashes = draw(st.sampled_from(("", "", "", "- ", "- ", "- - ", "-", "-  ")))
    key = draw(st.one_of(st.none(), _KEYS))
    value = draw(_SCALARS)
    if key is None:
        return f"{indent}{dashes}{value}"
    return f"{indent}{dashes}{key}:{' ' if value else ''}{value}"


_RAW = st.text(alphabet="ab:-'\"{}[],# \n|>&*!?%\t1.", max_size=30)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(_line(), _line(), _line(), _RAW, st.sampled_from(("---", "# a", "", "  # b"))), max_size=8))
@example(["a:", "- b"])
@example(["a: b", "  c"])
@example(["  a: b", "c: d"])
@example(["a:", "  - b: c", "    d: e", "  - f"])
@example(["a: |", "  b"])
@example(["a:", "---", "b: 1"])
def test_it_reads_what_the_events_say_or_nothing(written: list[str]) -> None:
    text = "\n".join(written) + "\n"
    found = lines.documents(text, LIMITS.depth)
    if found is not None:
        assert repr(found) == repr(_by_events(text))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(("", "", "- ")), _KEYS, _SCALARS), min_size=1, max_size=8))
def test_it_reads_nested_lines_as_the_events_do(drawn: list[tuple[int, str, str, str]]) -> None:
    text = "".join(f"{'  ' * level}{dash}{key}:{' ' if value else ''}{value}\n" for level, dash, key, value in drawn)
    found = lines.documents(text, LIMITS.depth)
    if found is not None:
        assert repr(found) == repr(_by_events(text))


@pytest.mark.parametrize("deep", [30, 55, 56, 57, 63, 64, 65, 70])
def test_what_nests_too_deep_is_left_to_the_events(deep: int) -> None:
    for text in ("".join(f"{' ' * level}a:\n" for level in range(deep)), "- " * deep + "a\n", f"a: {'[' * deep}{']' * deep}\n"):
        found = lines.documents(text, LIMITS.depth)
        assert found is None or repr(found) == repr(_by_events(text))


@pytest.mark.parametrize(
    "text",
    [
        "a: &x b\n",
        "a: *x\n",
        "a: !!str b\n",
        "a: b # c\n",
        "a: |\n  b\n",
        "a: b\n  c\n",
        "a: 1\na: 2\n",
        "a: 0100\n",
        "1: a\n",
        "<<: {a: b}\n",
        'a: "\\u0041"\n',
        "a:\tb\n",
        "a: \u00e4\n",
        "a: b",
        "a: b\r\n",
        "%YAML 1.1\n---\na: b\n",
        "---\na: b\n",
        "# nothing\n",
        "",
        "a\n",
        "- a: {b: 1, b: 2}\n",
    ],
)
def test_what_is_not_plain_is_left_to_the_events(text: str) -> None:
    assert lines.documents(text, LIMITS.depth) is None


def test_it_reads_nearly_all_of_what_the_compiler_writes() -> None:
    """Block scalars, of which the tier mapping is one, are left to the events."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((_ROOT / "out").rglob("*.yaml"))]
    found = [lines.documents(text, LIMITS.depth) for text in texts]
    assert [repr(one) for one in found if one is not None] == [
        repr(_by_events(text)) for text, one in zip(texts, found, strict=True) if one is not None
    ]
    assert sum(one is None for one in found) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "a: {}\nb: []\n",
        "a: {b: 1, c: [d, 'e', \"f\"], g: {h: true}}\n",
        "- [a, [b, c], {d: e f}]\n",
        "a: {b: c:d}\n",
        "- - a: b\n    c: d\n  - e: f\n- - g: h\n",
        "a:\n  b:\n    - c\n  d:\ne:\n",
    ],
)
def test_brackets_and_lists_that_close_on_their_line_are_read(text: str) -> None:
    found = lines.documents(text, LIMITS.depth)
    assert found is not None
    assert repr(found) == repr(_by_events(text))


@pytest.mark.parametrize(
    "text",
    [
        "a: [b\n",
        "a: [b, ]\n",
        "a: [b c: d]\n",
        "a: [b] c\n",
        "a: [b}\n",
        "a: {b: c]\n",
        "a: {b: c, b: d}\n",
        "a: {b}\n",
        "a: {'b': c}\n",
        "a: {b: }\n",
        "a: {1: c}\n",
        "a: {b: 0100}\n",
        "a: [!x b]\n",
        "a: [b,c]\n",
        f"a: {'[' * 9}{']' * 9}\n",
        f"{'a' * 300}: b\n",
        "- a\nb: c\n",
        "a: b\n- c\n",
        "  a: b\nc: d\n",
        "a: b\n c: d\n",
    ],
)
def test_brackets_that_could_mean_something_else_are_left_to_the_events(text: str) -> None:
    assert lines.documents(text, LIMITS.depth) is None


def test_equal_brackets_are_one_object() -> None:
    """A large configuration has the same few hundred thousand times, and nobody changes data."""
    found: Any = lines.documents("a: {b: [c]}\nd: {b: [c]}\n", LIMITS.depth)
    assert found == [{"a": {"b": ["c"]}, "d": {"b": ["c"]}}]
    assert found[0]["a"] is found[0]["d"]
