"""Spells texts that are not printable ASCII alone, in one line."""

from __future__ import annotations

import re
from typing import Final

from compiler.render.opening import START

# Characters that a reader of YAML may refuse, fold or treat as a line break, and those that a reviewer cannot see: control
# and format characters, spaces other than U+0020, fillers, direction marks, variation selectors, tags, surrogates and
# noncharacters. The list is written out because the Unicode tables of two Python releases differ, and so would our bytes.
_HIDDEN_CLASS: Final = (
    "\x00-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffc\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
HIDDEN: Final = re.compile(f"[{_HIDDEN_CLASS}]")
_ESCAPED: Final = re.compile(f'[{_HIDDEN_CLASS}"\\\\]')
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SHORT_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_LAST_BYTE: Final = 0xFF
_LAST_BMP: Final = 0xFFFF
_BULK: Final = f"[^ :{_HIDDEN_CLASS}]*"
_PLAIN: Final = re.compile(
    rf"{START}"
    # `: ` opens a value and ` #` a comment; neither may end the scalar, and neither may a space.
    rf"{_BULK}(?:(?::(?![ ]|\Z)|[ ](?!\#|\Z)){_BULK})*"
)


def foreign(value: str) -> str | None:
    """Give a text as it is spelt in one line; None where it holds half of a surrogate pair."""
    if _PLAIN.fullmatch(value):
        return value
    if not HIDDEN.search(value):
        return "'" + value.replace("'", "''") + "'"
    if _SURROGATE.search(value):
        return None
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if code <= _LAST_BYTE:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= _LAST_BMP else f"\\U{code:08X}"
