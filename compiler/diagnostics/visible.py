"""Make text safe and honest to show: nothing in it may steer a terminal, hide, or reorder what stands beside it."""

from __future__ import annotations

import unicodedata
from typing import Final

# Printable by category and yet without a glyph (Unicode, Default_Ignorable_Code_Point, and the blank of Braille);
# a name that holds one looks like another name.
_INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))),
)
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BYTE: Final = 0x100
_PLANE: Final = 0x10000
# The second and third parts of a Hangul syllable, which join the cell of the first.
_JOINING: Final = frozenset(map(chr, (*range(0x1160, 0x1200), *range(0xD7B0, 0xD800))))


def visible(text: str) -> str:
    r"""Spell what has no glyph of its own as YAML's double-quoted style would: `\x1b`, `\u202e`, `\n`.

    This covers control and format characters (terminal escapes, bidirectional overrides, joiners), line breaks, lone
    surrogates, and every space but the plain one.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_spelled, text))


def _spelled(character: str) -> str:
    if character.isprintable() and character not in _INVISIBLE:
        return character
    if character in _SHORT:
        return _SHORT[character]
    number = ord(character)
    if number < _BYTE:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < _PLANE else f"\\U{number:08x}"


def width(text: str) -> int:
    """Count the terminal cells that visible text fills: wide characters take two, combining marks none."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if character in _JOINING or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
