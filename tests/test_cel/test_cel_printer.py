"""The printer's text means the tree: precedence, literals, names."""

from __future__ import annotations

from typing import get_args

import pytest
from cel_trees import ANYTHING, TREES, rebuilt
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compiler.cel.build import path, strings
from compiler.cel.parse import parse
from compiler.cel.printer import OTHER_MACROS, RESERVED, Printer, UnspellableError, is_identifier, quote, spellable, text
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
    Null,
    Select,
    Str,
    Ternary,
)

A, B, C = Ident("a"), Ident("b"), Ident("c")


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_printing_and_parsing_give_the_tree_back(tree: Expr) -> None:
    assert parse(text(tree)) == tree


def _as_read(node: Expr) -> Expr:
    """Give what is read where a node is written: an operator over one operand leaves no trace, nor does how a field is named."""
    match node:
        case Concat((only,)) | All((only,)) | Any((only,)):
            return only
        case Select(operand, field) if not is_identifier(field):
            return Index(operand, Str(field))
        case _:
            return node


@given(ANYTHING)
@settings(max_examples=100, deadline=None)
def test_whatever_a_tree_holds_is_spelt_as_it_is_or_refused(tree: Expr) -> None:
    """`null` is spelt where it stands, though no reader of ours takes it."""
    try:
        written = text(tree)
    except UnspellableError:
        return
    known = rebuilt(tree, lambda node: Ident("nothing__") if node == Null() else node)
    assert written.replace("null", "nothing__") == text(known).replace("null", "nothing__")
    assert parse(text(known)) == rebuilt(known, _as_read)


def test_a_number_stands_wherever_it_has_no_parts() -> None:
    for number in (0, 2**63 - 1):
        assert text(Compare("==", Concat((Int(number), Int(1))), Int(number))) == f"{number} + 1 == {number}"
        assert text(Method(A, "f", (Int(number), ListLit((Int(1),))))) == f"a.f({number}, [1])"


def test_what_is_too_deep_to_be_printed_is_refused() -> None:
    tree: Expr = A
    for _ in range(20_000):
        tree = Not(tree)
    with pytest.raises(UnspellableError, match="too deep"):
        text(tree)


@given(TREES, TREES)
@settings(deadline=None)
def test_what_is_remembered_is_spelt_as_its_place_asks(one: Expr, other: Expr) -> None:
    """A part that several trees hold gets its parentheses in one place, and none in another."""
    # A number has no items.
    assume(not isinstance(one, Int) and not isinstance(other, Int))
    trees = (one, Index(one, other), Ternary(one, other, one), All((one, other)), Concat((one, Index(other, one))), other, one)
    printer = Printer()
    assert [printer.text(tree) for tree in trees] == [text(tree) for tree in trees]


@given(TREES, TREES, st.sampled_from([All, Any, Concat]))
@settings(max_examples=50, deadline=None)
def test_an_operator_over_one_operand_is_that_operand(one: Expr, other: Expr, operator: type[All | Any | Concat]) -> None:
    """Such trees have no text of their own; their text is still a fixed point."""
    assert text(operator((one,))) == text(one)
    printed = text(Ternary(operator((operator((one,)),)), operator((other,)), one))
    assert text(parse(printed)) == printed == text(Ternary(one, other, one))


@pytest.mark.parametrize(
    ("tree", "spelt"),
    [
        (Str('say "hi" \\ zoë'), '"say \\"hi\\" \\\\ zoë"'),
        (Bool(value=True), "true"),
        (Bool(value=False), "false"),
        (Index(A, Int(3)), "a[3]"),
        (strings(["x", "y"]), '["x", "y"]'),
        (ListLit(()), "[]"),
        (MapLit((("k", A), ("l", ListLit(())))), '{"k": a, "l": []}'),
        (path("auth", "identity", "user"), "auth.identity.user"),
        (Select(A, "x-y"), 'a["x-y"]'),
        (Select(A, "in"), 'a["in"]'),
        (Has(Select(Select(A, "x-y"), "z")), 'has(a["x-y"].z)'),
        (Method(A, "split", (Str(","),)), 'a.split(",")'),
        (Macro("exists", A, "g", Compare("in", Ident("g"), B)), "a.exists(g, g in b)"),
        (Not(A), "!(a)"),
        (Not(Not(A)), "!(!(a))"),
        (Compare("==", Compare("==", A, B), C), "(a == b) == c"),
        (Compare("in", A, Compare("==", B, C)), "a in (b == c)"),
        (Compare("<=", Concat((A, B)), C), "a + b <= c"),
        (Concat((A, Concat((B, C)))), "a + (b + c)"),
        (Concat((A, Compare("!=", B, C))), "a + (b != c)"),
        (Any((All((A, B)), C)), "a && b || c"),
        (All((Any((A, B)), C)), "(a || b) && c"),
        (All((All((A, B)), C)), "(a && b) && c"),
        (All((Compare("==", A, B), Not(C))), "a == b && !(c)"),
        (Ternary(Any((A, B)), B, Ternary(A, B, C)), "a || b ? b : a ? b : c"),
        (Ternary(A, Ternary(A, B, C), C), "a ? (a ? b : c) : c"),
        (Ternary(Ternary(A, B, C), B, C), "(a ? b : c) ? b : c"),
        (Select(Ternary(A, B, C), "x"), "(a ? b : c).x"),
        (Index(Concat((A, B)), Ternary(A, B, C)), "(a + b)[a ? b : c]"),
        (Macro("map", All((A, B)), "x", Any((A, B))), "(a && b).map(x, a || b)"),
    ],
)
def test_spelling(tree: Expr, spelt: str) -> None:
    assert text(tree) == spelt


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_reserved_words_are_no_names(word: str) -> None:
    assert not is_identifier(word)
    with pytest.raises(UnspellableError, match=f"`{word}`"):
        text(Ident(word))


@pytest.mark.parametrize(
    "tree",
    [
        Ident(""),
        Ident("a b"),
        Ident("1a"),
        Ident("ä"),
        Ident("a\n"),
        Method(A, "x()", ()),
        Macro("map", A, "g, true) || (g", B),
        Has(Select(A, "x-y")),
        Has(Select(A, "in")),
        All(()),
        Any(()),
        Concat(()),
        MapLit((("a\nb", A),)),
        Select(A, "a\0"),
        Int(-1),
        Int(2**63),
        Int(10**5000),
        Select(Int(1), "x"),
        Select(Concat((Int(1),)), "x"),
        Index(Int(1), A),
        Method(Int(1), "f", ()),
        Macro("map", Int(1), "g", A),
        Macro("map", A, "in", A),
        Has(Select(Int(1), "x")),
        MapLit((("k", A), ("l", A), ("k", B))),
        Method(A, "map", (B, C)),
        Method(A, "exists", ()),
        *(Method(A, name, ()) for name in sorted(OTHER_MACROS)),
    ],
)
def test_what_has_no_spelling_is_refused(tree: Expr) -> None:
    with pytest.raises(UnspellableError):
        text(tree)


def test_exactly_these_characters_are_refused() -> None:
    """Controls, line separators, lone surrogates and the noncharacters that end the first plane; nothing else."""
    refused = {code for code in range(0x110000) if not spellable(chr(code))}
    assert refused == {*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF}
    for code in (0, 10, 0x7F, 0x2028, 0xD800, 0xFFFF):
        with pytest.raises(UnspellableError, match=rf"U\+{code:04X}"):
            quote(f"a{chr(code)}b")


@given(st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_quote_refuses_what_is_not_spellable_and_nothing_else(value: str) -> None:
    if spellable(value):
        assert parse(quote(value)) == Str(value)
    else:
        with pytest.raises(UnspellableError):
            quote(value)


def test_every_kind_of_node_has_a_spelling() -> None:
    """The table is all that the type checker does not see."""
    assert set(Printer._spellings) == set(get_args(Expr))
