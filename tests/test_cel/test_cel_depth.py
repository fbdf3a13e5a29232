"""No text is too deep or too long for the parser: it gives a tree or a ParseError."""

from __future__ import annotations

import inspect
import sys

import pytest

from compiler.cel.build import strings
from compiler.cel.parse import DEEPEST, ParseError, parse
from compiler.cel.printer import text
from compiler.cel.tree import Any, Concat, Expr, Ident

A = Ident("a")

SHAPES = {
    "parentheses": ("(", "a", ")"),
    "lists": ("[", "a", "]"),
    "maps": ('{"k": ', "a", "}"),
    "negations": ("!(", "a", ")"),
    "indices": ("a[", "a", "]"),
    "calls": ("a.f(", "a", ")"),
    "macros": ("a.map(g, ", "a", ")"),
    "arms": ("a ? b : ", "a", ""),
    "bracketed arms": ("a ? (", "a", ") : b"),
    "fields": ("", "a", ".b"),
    "calls in a row": ("", "a", ".f()"),
    "filters in a row": ("", "a", ".filter(g, g)"),
    "unclosed parentheses": ("(", "a", ""),
    "unclosed lists": ("[", "", ""),
    "negations in a row": ("!", "a", ""),
    "lets": ("[", "a", "].map(g, g)[0]"),
    "mixed": ("!(a || b && c == d + [", "a", "])"),
    "questions": ("a ? ", "b", ""),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_depth_is_an_error_of_the_text_and_never_of_python(shape: str) -> None:
    before, middle, after = SHAPES[shape]
    for depth in (DEEPEST - 1, DEEPEST, DEEPEST + 1, 3 * DEEPEST, 20_000):
        try:
            found = parse(before * depth + middle + after * depth)
        except ParseError:
            continue
        assert depth <= DEEPEST
        assert parse(text(found)) == found


def test_a_caller_with_little_stack_left_gets_a_parse_error_too() -> None:
    def down(frames: int) -> Expr:
        return down(frames - 1) if frames else parse("(" * 90 + "a" + ")" * 90)

    assert down(0) == A
    left = sys.getrecursionlimit() - len(inspect.stack())
    with pytest.raises(ParseError, match="too deep"):
        down(left - 200)


@pytest.mark.parametrize("shape", ["parentheses", "lists", "negations", "indices", "arms", "fields", "macros", "calls"])
def test_what_the_filter_can_take_is_not_too_deep(shape: str) -> None:
    """cel-rust ends at 95 levels of brackets or arms."""
    before, middle, after = SHAPES[shape]
    parse(before * 95 + middle + after * 95)
    with pytest.raises(ParseError, match=r"deeper|more than"):
        parse(before * (DEEPEST + 1) + middle + after * (DEEPEST + 1))


def test_long_is_not_deep() -> None:
    assert parse(" || ".join(["a"] * 5000)) == Any((A,) * 5000)
    assert parse(" + ".join(["a"] * 5000)) == Concat((A,) * 5000)
    names = tuple(f"n{number}" for number in range(5000))
    assert parse(text(strings(names))) == strings(names)
