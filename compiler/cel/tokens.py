"""Cuts CEL text into the tokens of the portable subset, with the literals decoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from compiler.cel.printer import LARGEST, spellable


class ParseError(ValueError):
    """A text outside the subset that the tree can hold; `position` counts its characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message}, at character {position + 1}")
        self.position = position


class Kind(Enum):
    """What a token is."""

    NAME = "a name"
    STRING = "a string"
    NUMBER = "a number"
    SIGN = "a sign"
    END = "the end"


class Token(NamedTuple):
    """A token: of a string its value, of everything else its text."""

    kind: Kind
    text: str
    position: int


# A string stops at a line break: the engines differ about raw ones.
_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>[0-9]+)
    | (?P<string>"(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
    | (?P<sign>&&|\|\||==|!=|<=|[][(){},.?:+!])""",
    re.VERBOSE | re.ASCII,
)

# A number goes on with these in CEL: fractions, exponents, `u` of the unsigned, `x` of hexadecimals.
_AFTER_NUMBER: Final = re.compile(r"[A-Za-z0-9_.]", re.ASCII)

_MOST_DIGITS: Final = 19

# Prefixes make a literal raw or one of bytes; a quote at once after an empty string makes it a triple-quoted one.
_PREFIXES: Final = frozenset(("r", "b", "rb", "br"))
_QUOTES: Final = ('"', "'")

# The escapes of the specification (cel-spec, doc/langdef.md, string and bytes values).
_ESCAPE: Final = re.compile(
    r"""\\(?: u(?P<u>[0-9a-fA-F]{4}) | U(?P<U>[0-9a-fA-F]{8}) | [xX](?P<x>[0-9a-fA-F]{2}) | (?P<octal>[0-3][0-7]{2})
    | (?P<letter>[abfnrtv\\"'`?]) | (?P<unknown>.) )""",
    re.VERBOSE | re.ASCII,
)
_LETTERS: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LAST_CHARACTER: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


def tokens(text: str) -> Iterator[Token]:
    """Cut a text into tokens, the last of which is the end.

    Raises:
        ParseError: something is no token of the subset.
    """
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ParseError(_unknown(text[position]), position)
        if found.lastgroup != "space":
            yield _token(found, text[found.end() : found.end() + 1])
        position = found.end()
    yield Token(Kind.END, "", len(text))


def _unknown(character: str) -> str:
    if character in _QUOTES:
        return "a string that does not end on its line"
    return f"`{character}` is outside the portable subset" if character.isprintable() else "a character that is not printable"


def _token(found: re.Match[str], after: str) -> Token:
    written, position = found.group(), found.start()
    match found.lastgroup:
        case "string":
            if len(written) == len('""') and after == written[0]:
                raise ParseError("engines differ about triple-quoted strings", position)
            return Token(Kind.STRING, _decoded(written[1:-1], position + 1), position)
        case "number":
            if _AFTER_NUMBER.match(after) or (written[0] == "0" and written != "0"):
                raise ParseError("numbers are plain decimals", position)
            if len(written) > _MOST_DIGITS or int(written) > LARGEST:
                raise ParseError("a number beyond 64 bits", position)
            return Token(Kind.NUMBER, written, position)
        case "name":
            if after in _QUOTES and written.lower() in _PREFIXES:
                raise ParseError("engines differ about raw strings, and bytes are outside the portable subset", position)
            return Token(Kind.NAME, written, position)
        case _:
            return Token(Kind.SIGN, written, position)


def _decoded(inside: str, position: int) -> str:
    if not spellable(inside):
        raise ParseError("a string with a raw character that engines read differently", position)

    def character(found: re.Match[str]) -> str:
        try:
            return _character(found)
        except ValueError as error:
            raise ParseError(str(error), position + found.start()) from None

    return _ESCAPE.sub(character, inside)


def _character(found: re.Match[str]) -> str:
    kind, written = str(found.lastgroup), str(found.group(found.lastgroup or 0))
    match kind:
        case "letter":
            return _LETTERS.get(written, written)
        case "unknown":
            raise ValueError(f"`\\{written}` is no escape")
        case _:
            code = int(written, 8 if kind == "octal" else 16)
            if code > _LAST_CHARACTER or code in _SURROGATES:
                raise ValueError(f"`{found.group()}` is no character")
            return chr(code)
