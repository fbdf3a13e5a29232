"""A printed string is one literal with the same value in every engine; the parser decodes escapes as engines do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cel_trees import SPELLABLE
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.cel.build import equals, is_in, path
from compiler.cel.parse import parse
from compiler.cel.printer import quote, spellable, text
from compiler.cel.tree import Index, MapLit, Select, Str
from compiler.engines.base import Failure, Unsupported, Value

if TYPE_CHECKING:
    from compiler.engines.base import Engine

USERID = path("auth", "identity", "userid")

# Whatever could end a literal early, or be taken for an escape.
PIECES = ["\\", '"', "'", "`", "n", "u0041", "U0001F600", "x41", "101", "{", "}", "${a}", "{{.b}}", "//", "😀", "é", "e\u0301"]


def _same(engines: tuple[Engine, ...], value: str) -> None:
    context: dict[str, object] = {"auth": {"identity": {"userid": value}, "names": {value: "found"}}}
    for engine in engines:
        assert engine.evaluate(quote(value), context) == Value(value), engine.name
        assert engine.evaluate(text(equals(USERID, value)), context) == Value(value=True), engine.name
        assert engine.evaluate(text(equals(USERID, value + "x")), context) == Value(value=False), engine.name
        assert engine.evaluate(text(is_in(USERID, ["", value + "x", value])), context) == Value(value=True), engine.name
        table = MapLit(((value + "x", Str("wrong")), (value, Str("right"))))
        assert engine.evaluate(text(Index(table, USERID)), context) == Value("right"), engine.name
        # A name after a dot, or between brackets where it is no identifier.
        assert engine.evaluate(text(Select(path("auth", "names"), value)), context) == Value("found"), engine.name


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
@settings(max_examples=60, deadline=None)
def test_what_looks_like_an_escape_stays_as_it_is(engines: tuple[Engine, ...], value: str) -> None:
    _same(engines, value)


@given(SPELLABLE)
@settings(max_examples=60, deadline=None)
def test_any_string_stays_as_it_is(engines: tuple[Engine, ...], value: str) -> None:
    _same(engines, value)


@pytest.mark.parametrize("plane", range(17))
def test_every_spellable_character_stays_as_it_is(engines: tuple[Engine, ...], plane: int) -> None:
    """All of the first plane, and of the others the ends and a part of the middle."""
    first = plane * 0x10000
    codes = (
        range(first, first + 0x10000) if plane == 0 else (*range(first, first + 0x200), *range(first + 0xFF00, first + 0x10000))
    )
    characters = [chr(code) for code in codes if spellable(chr(code))]
    for start in range(0, len(characters), 0x2000):
        value = "".join(characters[start : start + 0x2000])
        for engine in engines:
            assert engine.evaluate(quote(value), {}) == Value(value), engine.name


ESCAPES = [
    *("\\\\", '\\"', "\\'", "\\`", "\\?", "\\a", "\\b", "\\f", "\\n", "\\r", "\\t", "\\v"),
    *("\\x41", "\\X41", "\\xe9", "\\101", "\\351", "\\u00e9", "\\u2028", "\\uFFFF", "\\U0001F600", "\\U0010ffff"),
]


@pytest.mark.parametrize("mark", ['"', "'"])
@pytest.mark.parametrize("escape", ESCAPES)
def test_escapes_are_decoded_as_an_engine_decodes_them(engines: tuple[Engine, ...], escape: str, mark: str) -> None:
    """By the engines that keep to the specification here (reference of the engines, section 2)."""
    literal = f"{mark}a{escape}b{mark}"
    found = parse(literal)
    assert isinstance(found, Str)
    for engine in engines:
        if engine.name in ("cel-go", "cel-cpp-python"):
            assert engine.evaluate(literal, {}) == Value(found.value), engine.name


@pytest.mark.parametrize(
    "escape", ["\\d", "\\/", "\\$", "\\0", "\\400", "\\08", "\\x4", "\\u00", "\\U0001", "\\uD800", "\\U00110000"]
)
def test_what_is_no_escape_is_refused_as_by_an_engine(engines: tuple[Engine, ...], escape: str) -> None:
    literal = f'"{escape}"'
    with pytest.raises(ValueError, match=r"is no (escape|character)"):
        parse(literal)
    for engine in engines:
        if engine.name == "cel-cpp-python":
            assert isinstance(engine.evaluate(literal, {}), Failure), engine.name


def test_a_literal_with_a_nul_would_not_be_carried(engines: tuple[Engine, ...]) -> None:
    """Why the printer refuses it: not every engine can even be asked."""
    assert not spellable("\0")
    assert any(isinstance(engine.evaluate('"\0"', {}), Unsupported | Failure) for engine in engines)
