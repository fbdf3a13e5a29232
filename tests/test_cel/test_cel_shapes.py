"""Texts that are parsed by their shape have the tree that the parser gives, and its errors."""

from __future__ import annotations

import pytest
from cel_trees import TREES
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.cel.parse import DEEPEST, ParseError, parse
from compiler.cel.printer import UnspellableError, text
from compiler.cel.shapes import Shapes
from compiler.cel.tree import Expr


def outcome(written: str, shapes: Shapes) -> tuple[Expr | str, Expr | str]:
    found: list[Expr | str] = []
    for read in (parse, shapes.parse):
        try:
            found.append(read(written))
        except ParseError as error:
            found.append(str(error))
    return found[0], found[1]


_SHAPES = Shapes()


@settings(max_examples=100, deadline=None)
@given(TREES)
def test_every_tree_comes_back(tree: Expr) -> None:
    try:
        written = text(tree)
    except UnspellableError:
        return
    wanted, got = outcome(written, _SHAPES)
    assert got == wanted


_PIECES = st.sampled_from(
    (
        *('["a"]', '["a", "b"]', '["a","b"]', "['a']", '["a", x]', '{"k": "v"}', '{"k": ["v", "w"]}'),
        *('{"k": "v", "k": "w"}', '["\\n"]'),
        *('"["', '"]"', '["]"]', '["[", "]"]', '"a"', '["zoë"]', "a", "m", " in ", ".map(x, ", ".exists("),
        *("(", ")", " == ", "!", "[0]"),
        *("[", "]", ", ", " ? ", " : ", " + ", " && ", ".", "has(", "hole_1", '["a"', '{"k": ', "}", "true"),
        *('""', '"""', "r", "//"),
    )
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_PIECES, max_size=9).map("".join))
def test_any_text_has_the_tree_or_the_error_of_the_parser(written: str) -> None:
    wanted, got = outcome(written, _SHAPES)
    assert got == wanted


@pytest.mark.parametrize(
    "written",
    [
        'm["a"]',
        'm ["a"]',
        '"a"["b"]',
        'x.map(["a"], y)',
        'x.["a"]',
        'has(["a"])',
        '["a"](b)',
        '{"k": "v", "k": "w"}',
        'hole_1 + ["a"]',
        'a in["x"]',
        '!["a"] in b',
        '["a\u2028"]',
        "(" * (DEEPEST - 2) + '["a"]' + ")" * (DEEPEST - 2),
        "(" * (DEEPEST - 1) + '["a"]' + ")" * (DEEPEST - 1),
        "(" * DEEPEST + '["a"]' + ")" * DEEPEST,
        "(" * (DEEPEST - 2) + '{"a": ["b"]}' + ")" * (DEEPEST - 2),
        "(" * (DEEPEST - 3) + '{"a": ["b"]}' + ")" * (DEEPEST - 3),
    ],
)
def test_where_a_name_would_be_read_otherwise_the_parser_decides(written: str) -> None:
    wanted, got = outcome(written, Shapes())
    assert got == wanted


def test_what_is_around_lists_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = Shapes()
    shapes.parse('x in ["a"] || y in {"k": "v"}')
    monkeypatch.delattr("compiler.cel.shapes.parse_within")
    assert shapes.parse('x in ["b", "c"] || y in {"l": ["v"]}') == parse('x in ["b", "c"] || y in {"l": ["v"]}')
