"""Texts of any length are read one object at a time, and mean what they mean as a whole."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.render import yaml
from compiler.source.events import SyntaxDiagnosticError
from compiler.source.limits import Limits
from compiler.source.load import load_text
from compiler.source.stream import Streamed, streamed


def _read(text: str, limits: Limits | None = None) -> list[Streamed]:
    return list(streamed("x.yaml", io.BytesIO(text.encode()), limits or Limits()))


scalars = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text("abc: -{}[]#'\"\n", max_size=8)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcx"), inner, max_size=3)
)
items = st.lists(values, max_size=4)
rests = st.dictionaries(st.sampled_from(["apiVersion", "kind", "metadata", "zone"]), values, max_size=3)


@settings(max_examples=80, deadline=None)
@given(items, rests, st.booleans())
def test_items_and_the_rest_are_what_the_whole_says(listed: list[object], rest: dict[str, object], as_json: bool) -> None:  # noqa: FBT001
    """Wherever the items stand among the other keys, and in both spellings."""
    whole = dict(sorted({**rest, "items": listed}.items()))
    text = json.dumps(whole) if as_json else yaml.document(whole)
    (document,), problems = load_text("x.yaml", text.encode())
    assert problems == ()
    found = _read(text)
    assert [one.data for one in found if one.is_item] == listed
    assert [(one.data, one.listed) for one in found if not one.is_item] == [(rest, len(listed))]
    assert document.data == whole


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), values, max_size=3), max_size=4))
def test_documents_without_items_are_themselves(documents: list[dict[str, object]]) -> None:
    text = "---\n".join(yaml.document(one) for one in documents) if documents else ""
    assert [one.data for one in _read(text)] == documents


def test_lines_are_those_of_the_text() -> None:
    found = _read("# a dump\napiVersion: v1\nitems:\n- a: 1\n-\n  b: 2\nkind: List\n---\nc: 3\n")
    assert [(one.line, one.is_item) for one in found] == [(4, True), (6, True), (2, False), (9, False)]


def test_items_that_are_no_list_or_deeper_are_left_alone() -> None:
    assert [one.data for one in _read("items: 3\nx: {items: [1]}\n")] == [{"items": 3, "x": {"items": [1]}}]
    assert [one.data for one in _read("items: {a: [1]}\n")] == [{"items": {"a": [1]}}]
    assert [one.data for one in _read("- items: [1]\n")] == [[{"items": [1]}]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"items:\n- {a: 1\n", "yaml-syntax"),
        (b"items:\n- a: 1\n b: 2\n", "yaml-syntax"),
        (b"a: \xff\n", "not-utf8"),
        (b"a: 1\nb: \xc3", "not-utf8"),
        (b"items:\n- {a: 1, a: 2}\n", "duplicate-key"),
        (b"items:\n- &x 1\n- *x\n", "yaml-syntax"),
        (b"items:\n- a: 0x_1\n- b: 1_000\n", "bad-number"),
        (b"a: \x00\n", "yaml-syntax"),
        (b"[" * 100 + b"]" * 100, "nesting-too-deep"),
        (b"[" * 2000, "nesting-too-deep"),
        (b'{"a":' * 100_000, "nesting-too-deep"),
        (b"items: " + b"{" * 1_000_000, "nesting-too-deep"),
        (b"items:\n- " + b"{" * 1_000_000, "nesting-too-deep"),
        (b"- " * 1_000_000, "nesting-too-deep"),
    ],
)
def test_what_is_not_well_formed_ends_the_reading(text: bytes, code: str) -> None:
    with pytest.raises(SyntaxDiagnosticError) as stopped:
        list(streamed("x.yaml", io.BytesIO(text)))
    assert stopped.value.found.code == code


def test_what_came_before_was_given() -> None:
    """A reader of a dump that is cut off has had its objects, and is told that there were more."""
    reader = streamed("x.yaml", io.BytesIO(b"items:\n- 1\n- 2\n- {a: "))
    assert [next(reader).data, next(reader).data] == [1, 2]
    with pytest.raises(SyntaxDiagnosticError):
        next(reader)


@pytest.mark.parametrize("text", ["items:\n- " + "x" * 400 + "\n", "a: " + "x" * 400 + "\n", "items: " + "x" * 400 + "\n"])
def test_one_object_has_a_size(text: str) -> None:
    """Not the text as a whole: many small objects are no matter."""
    with pytest.raises(SyntaxDiagnosticError) as stopped:
        _read(text, Limits(size=300))
    assert stopped.value.found.code == "file-too-large"
    assert len(_read("items:\n" + "- " + "x" * 100 + "\n" + ("- " + "x" * 100 + "\n") * 99, Limits(size=300))) == 101
