"""The values of plain scalars by YAML 1.2's core schema, and the spellings that other readers take for something else."""

from __future__ import annotations

import re
from typing import Final

Scalar = str | int | float | bool | None

_WORDS: Final[dict[str, Scalar]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# YAML 1.2.2, section 10.3.2.
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o[0-7]+")
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMBER_START: Final = frozenset("+-.0123456789")

# A leading zero is octal in YAML 1.1; underscores are digits' separators there and text in 1.2; no counter compares with
# infinity.
_AMBIGUOUS: Final = re.compile(r"[-+]?(0[0-9_]+|[0-9]+(_[0-9]+)+|\.(inf|Inf|INF))|\.(nan|NaN|NAN)")

# Python refuses to read or print longer ones by default, and nothing here counts beyond 10^12.
_MOST_DIGITS: Final = 400


class AmbiguousNumberError(ValueError):
    """A plain scalar that looks like a number and is read as different values by different readers."""


def plain(text: str) -> Scalar:
    """Give the value of a plain scalar.

    Raises:
        AmbiguousNumberError: it is written `0100`, `1_000`, `.inf` or alike, or has more than 400 digits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    if _AMBIGUOUS.fullmatch(text):
        raise AmbiguousNumberError(text)
    return _number(text)


def _number(text: str) -> Scalar:
    base = 8 if _OCTAL.fullmatch(text) else 16 if _HEXADECIMAL.fullmatch(text) else None
    if base is None and not _FLOAT.fullmatch(text):
        return text
    if len(text) > _MOST_DIGITS:
        raise AmbiguousNumberError(text)
    if base is not None:
        return int(text, base)
    if _DECIMAL.fullmatch(text):
        return int(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise AmbiguousNumberError(text)
    return value
