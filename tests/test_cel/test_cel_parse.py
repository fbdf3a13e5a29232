"""The parser gives the tree that is meant, and a ParseError for everything else, whatever the text."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cel_trees import TREES
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.cel.build import path, strings
from compiler.cel.parse import ParseError, parse
from compiler.cel.printer import UnspellableError, text
from compiler.cel.tree import (
    All,
    Any,
    Bool,
    Compare,
    Concat,
    Expr,
    Has,
    Ident,
    Index,
    Int,
    ListLit,
    Macro,
    MapLit,
    Method,
    Not,
    Select,
    Str,
    Ternary,
)

A, B, C, D = Ident("a"), Ident("b"), Ident("c"), Ident("d")


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("a", A),
        (" \t\r\n a\n", A),
        ("((a))", A),
        ("true", Bool(value=True)),
        ("false", Bool(value=False)),
        ("a[0]", Index(A, Int(0))),
        ("9223372036854775807", Int(2**63 - 1)),
        ("'it is \"so\"'", Str('it is "so"')),
        ('"it\'s"', Str("it's")),
        ("\"a\" + 'b'", Concat((Str("a"), Str("b")))),
        ("auth.identity.user", path("auth", "identity", "user")),
        ("auth . identity", path("auth", "identity")),
        ('a["b"]', Index(A, Str("b"))),
        ('a["b-c"].d', Select(Index(A, Str("b-c")), "d")),
        ("has(a.b)", Has(Select(A, "b"))),
        ("has((a).b)", Has(Select(A, "b"))),
        ("has", Ident("has")),
        ("has.x", Select(Ident("has"), "x")),
        ("a.has(b)", Method(A, "has", (B,))),
        ("a.f()", Method(A, "f", ())),
        ("a.f(b, c)", Method(A, "f", (B, C))),
        ("a.map(g, b)", Macro("map", A, "g", B)),
        ("a.exists((g), b)", Macro("exists", A, "g", B)),
        ("a.map", Select(A, "map")),
        ("[]", ListLit(())),
        ("[a, [b]]", ListLit((A, ListLit((B,))))),
        ("{}", MapLit(())),
        ("{\"k\": a, 'l': {}}", MapLit((("k", A), ("l", MapLit(()))))),
        ("!a", Not(A)),
        ("!(a)", Not(A)),
        ("! a.b", Not(Select(A, "b"))),
        ("!(a).b", Not(Select(A, "b"))),
        ("!(!a)", Not(Not(A))),
        ("!(a) == b", Compare("==", Not(A), B)),
        ("!a && b", All((Not(A), B))),
        ("a == b", Compare("==", A, B)),
        ('a in["x"]', Compare("in", A, strings(["x"]))),
        ("(a in b) in c", Compare("in", Compare("in", A, B), C)),
        ("a + b != c + d", Compare("!=", Concat((A, B)), Concat((C, D)))),
        ("a + b + c", Concat((A, B, C))),
        ("(a + b) + c", Concat((Concat((A, B)), C))),
        ("a || b && c || d", Any((A, All((B, C)), D))),
        ("(a || b) && c", All((Any((A, B)), C))),
        ("a && b && c", All((A, B, C))),
        ("a && (b && c)", All((A, All((B, C))))),
        ("a == b && c <= d", All((Compare("==", A, B), Compare("<=", C, D)))),
        ("a ? b : c ? d : a", Ternary(A, B, Ternary(C, D, A))),
        ("(a ? b : c) ? d : a", Ternary(Ternary(A, B, C), D, A)),
        ("a ? (b ? c : d) : a", Ternary(A, Ternary(B, C, D), A)),
        ("a || b ? c : d", Ternary(Any((A, B)), C, D)),
        ("a.b[c ? d : a]", Index(Select(A, "b"), Ternary(C, D, A))),
    ],
)
def test_the_tree_of_a_text(written: str, tree: Expr) -> None:
    assert parse(written) == tree


OUTSIDE = [
    *("", " ", "(", ")", "a b", "a.", ".a", "a..b", "a,b", "a[", "a[]", "a[b", "[a", "[a,]", "[,]", "(a", "a)", "f(a)", "{a: b}"),
    *(
        '{"a" b}',
        '{"a": b',
        '{"a": b,}',
        "{,}",
        "a ?",
        "a ? b",
        "a ? b :",
        "a ? b ? c : d : e",
        "a : b",
        "a.f(b",
        "a.f(b,)",
        "!",
        "! ",
    ),
    *("a &&", "&& a", "a & b", "a | b", "a ||| b", "a = b", "a == ", "a === b", "a in", "in", "in b", "not a"),
    # Words and literals that the subset lacks, or whose readings differ.
    *("null", "a.in", "a.for", "for", "a == null", "package"),
    *(
        "1.5",
        "1.",
        ".5",
        "1e3",
        "1u",
        "0x1F",
        "007",
        "-1",
        "- 1",
        "a[-1]",
        "9223372036854775808",
        "9" * 5000,
        "1a",
        "1 . a",
        "(1).a",
        "1[0]",
        "[1 .f()]",
    ),
    *('"', "'", '"a', '"a\\"', '"a\nb"', "'a\rb'", '"""a"""', "'''a'''", 'r"a"', "R'a'", 'b"a"', 'rb"a"', '"a" "b"', '"a\tb"'),
    *(
        '"\\d"',
        '"\\ud83d\\ude00"',
        '"\\U00110000"',
        '"\\x4"',
        '"\\18"',
        '"a\u2028b"',
        "ä",
        "a\u00a0b",
        "a\0",
        "`a`",
        "a.`b`",
        "\ud800",
    ),
    # Operators that the tree cannot hold.
    *("a < b", "a > b", "a >= b", "a - b", "a * b", "a / b", "a % b", "1-1"),
    # What engines read differently.
    *("!!a", "! !a", "!a in b", "!a == b", '!"x" in a', "a == b == c", "a in b == c", "a == b in c"),
    # Optionals, comments, other macros and forms of macros, global functions.
    *("a.?b", "a[?b]", "[?a]", "{?a: b}", "a.?b.orValue(c)", "a // b", "a /* b */"),
    *("a.exists_one(g, b)", "a.existsOne(g, b)", "a.optMap(g, b)", "a.transformList(i, v, v)"),
    *("a.map(g, b, c)", "a.map(g)", "a.filter(g.h, b)", 'a.all("g", b)', "a.exists()"),
    *(
        "has(a)",
        "has()",
        'has(a["b"])',
        "has(a.b, c)",
        "has(a.b())",
        "size(a)",
        "matches(a, b)",
        "type(a)",
        "cel.bind(a, b, c) d",
        "f()",
    ),
    *('{"a": b, "a": c}', "{1: a}", "{true: a}", "Struct{a: b}", "a.b{c: d}"),
]


@pytest.mark.parametrize("written", OUTSIDE)
def test_everything_else_is_refused(written: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(written)
    assert 0 <= caught.value.position <= len(written)
    assert str(caught.value).endswith(f", at character {caught.value.position + 1}")


@pytest.mark.parametrize(
    ("written", "position"),
    [
        ("a b", 2),
        ("a ==", 4),
        ("a ? b", 5),
        ('a + "b\\d"', 6),
        ("a.exists_one(g, b)", 2),
        ("a == b == c", 7),
        ("f(a)", 0),
        ("a < b", 2),
    ],
)
def test_the_position_is_that_of_the_fault(written: str, position: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse(written)
    assert caught.value.position == position


@given(TREES, st.data())
@settings(max_examples=100, deadline=None)
def test_spaces_and_parentheses_around_the_whole_change_nothing(tree: Expr, data: st.DataObject) -> None:
    space = data.draw(st.text(" \t\r\n", max_size=2))
    assert parse(f"{space}({space}{text(tree)}{space}){space}") == tree


PIECES = [
    "a",
    "b.c",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    "?",
    ":",
    "!",
    "==",
    "!=",
    "<=",
    "in",
    "&&",
    "||",
    "+",
    '"x"',
    "'",
    '"',
    "\\",
]
PIECES += ["0", "1", "has(", ".map(g, ", ".exists_one(", "true", "null", " ", "\n", "-", "😀", "\ud800", "\0", "r'", ".?", "//"]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_a_tree_or_a_parse_error(written: str) -> None:
    _is_read_or_refused(written)


@given(TREES, st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_text_gives_a_tree_or_a_parse_error(tree: Expr, data: st.DataObject) -> None:
    """Damage finds the corners that random text never reaches."""
    written = text(tree)
    at = data.draw(st.integers(0, len(written)))
    until = data.draw(st.integers(at, min(at + 3, len(written))))
    _is_read_or_refused(written[:at] + data.draw(st.sampled_from(["", *PIECES])) + written[until:])


def _is_read_or_refused(written: str) -> None:
    with suppress(ParseError):
        found = parse(written)
        with suppress(UnspellableError):  # a string with an escape for a character that not every engine reads
            assert parse(text(found)) == found
