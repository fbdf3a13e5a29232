"""Plain data for every engine alike: what JSON can carry as UTF-8, with all numbers doubles, as a protobuf Struct holds them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

# The least depth that the JSON readers of the engines share is 128 (serde_json); an identity has less than ten.
MAX_DEPTH: Final = 100


class UncarriableError(ValueError):
    """A context that the wire between gateway and engine could not carry either."""


def carried(context: Mapping[str, object]) -> dict[str, object]:
    """Copy a context into plain dicts, lists, strings, floats, booleans and nulls.

    Raises:
        UncarriableError: it holds another type, a key that is no string, text that is not UTF-8, a number that is not
            finite, or more than `MAX_DEPTH` levels.
    """
    return _mapping(context, 1)


def plain(value: object) -> object:
    """Copy an engine's result into plain data; numbers become floats.

    Raises:
        UncarriableError: as `carried`, for instance a timestamp or a map with a key that is no string.
    """
    return _value(value, 1)


def carried_text(text: str) -> str:
    """Give the text back if it can be written as UTF-8.

    Raises:
        UncarriableError: it holds a lone surrogate.
    """
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            message = "text with a lone surrogate cannot be written as UTF-8"
            raise UncarriableError(message) from None
    return text


def _value(value: object, depth: int) -> object:
    if depth > MAX_DEPTH:
        message = f"data deeper than {MAX_DEPTH} levels"
        raise UncarriableError(message)
    match value:
        case None | bool():
            return value
        case str():
            return carried_text(value)
        case int() | float():
            return _number(value)
        case Mapping():
            return _mapping(value, depth + 1)
        case Sequence() if not isinstance(value, (bytes, bytearray, memoryview)):
            return [_value(item, depth + 1) for item in value]
        case _:
            message = f"a value of type {type(value).__name__} has no JSON form"
            raise UncarriableError(message)


def _mapping(value: Mapping[object, object] | Mapping[str, object], depth: int) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            message = f"a key of type {type(key).__name__} has no JSON form"
            raise UncarriableError(message)
        result[carried_text(key)] = _value(item, depth)
    return dict(sorted(result.items()))  # the engines in Rust give their maps in an order of the moment


def _number(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        message = "a number that is not finite has no JSON form"
        raise UncarriableError(message)
    return number
