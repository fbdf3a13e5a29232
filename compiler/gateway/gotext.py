"""Writes plain values as Go programs do: `fmt`'s `%v`, `encoding/json`, and gjson's string form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

_ESCAPED: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_ESCAPES: Final = str.maketrans(_ESCAPED)

# `strconv` writes an exponent from this power of ten on when it is free to choose; `encoding/json` from the second.
_FREE_EXPONENT: Final = 21
_SHORTEST_EXPONENT: Final = 6
_SMALL_EXPONENT: Final = -4
_JSON_SMALL_EXPONENT: Final = -6


def go_json(value: object) -> str:
    """Write as `encoding/json` does: compact, keys sorted, the characters that HTML minds escaped."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number(float(value), _JSON_SMALL_EXPONENT, _FREE_EXPONENT, padded=False)
        case str():
            return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
        case Mapping():
            members = ((json.dumps(key, ensure_ascii=False).translate(_ESCAPES), go_json(value[key])) for key in sorted(value))
            return "{" + ",".join(f"{key}:{member}" for key, member in members) + "}"
        case list() | tuple():
            return "[" + ",".join(go_json(item) for item in value) + "]"
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


def go_value(value: object) -> str:
    """Write as `fmt` does for `%v`: `<nil>`, `[a b]`, `map[k:v]`."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number(float(value), _SMALL_EXPONENT, _SHORTEST_EXPONENT, padded=True)
        case str():
            return value
        case Mapping():
            return "map[" + " ".join(f"{key}:{go_value(value[key])}" for key in sorted(value)) + "]"
        case list() | tuple():
            return "[" + " ".join(go_value(item) for item in value) + "]"
        case _:
            raise TypeError(f"no Go value for {type(value).__name__}")


def stringified(value: object) -> str:
    """Write as Authorino turns a value into a string: a string as it is, nothing as the empty string, else its JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return go_json(value)
        case int() | float():
            return _number(float(value), -400, 400, padded=False)
        case _:
            return go_json(value)


def _number(value: float, small: int, large: int, *, padded: bool) -> str:
    """Write the shortest digits that give the number back, with an exponent outside of `small <= power < large`."""
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    if not isinstance(exponent, int):
        raise TypeError("a number that is not finite has no text in JSON")
    power = len(text) - 1 + exponent
    minus = "-" if sign else ""
    if small <= power < large:
        return minus + _plain(text, exponent)
    mantissa = text[0] + ("." + text[1:] if len(text) > 1 else "")
    magnitude = f"{abs(power):02d}" if padded else str(abs(power))
    return f"{minus}{mantissa}e{'-' if power < 0 else '+'}{magnitude}"


def _plain(digits: str, exponent: int) -> str:
    if exponent >= 0:
        return digits + "0" * exponent
    if len(digits) > -exponent:
        return digits[:exponent] + "." + digits[exponent:]
    return "0." + digits.rjust(-exponent, "0")
