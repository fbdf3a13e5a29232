"""Reads the plainest YAML line by line, many times faster than event by event; of any other it says nothing.

The form: one key or one item a line, indented by spaces, nothing folded, values plain, in quotes without escapes, or in
brackets that close on their line. Whatever a line could mean in YAML beside that is left to the events: tags, anchors,
block scalars, comments behind a value, keys that are written twice, numbers that readers differ about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from compiler.source.scalars import AmbiguousNumberError, plain

# What stands in a plain scalar wherever it is: neither a colon before a space nor a comment nor a bracket can come about.
_WORD: Final = r"[A-Za-z0-9_/][A-Za-z0-9_./@+-]*(?::[A-Za-z0-9_./@+-]+)*"
_QUOTED: Final = r"'(?:[^']|'')*'|\"[^\"\\]*\""
_KEY: Final = rf"(?P<key>{_WORD}):"
# YAML gives up on longer keys after 1,024 characters.
_LONGEST_KEY: Final = 200
# Brackets and quotes inside a plain scalar are letters like any other, but only outside of brackets.
_PLAIN: Final = r"(?P<plain>[A-Za-z0-9_/(](?:[^ :]|:(?! |\Z)| (?! |#|\Z))*)"
_LINE: Final = re.compile(
    rf"(?P<indent> *)(?P<dashes>(?:- )*)"
    rf"(?:{_KEY}(?: (?:{_PLAIN}|(?P<quoted>{_QUOTED})|(?P<flow>[\[{{].*)))?"
    rf"|{_PLAIN.replace('plain', 'item')}|(?P<quoted_item>{_QUOTED})|(?P<flow_item>[\[{{].*))"
)
_FLOW: Final = re.compile(rf"{_WORD}(?: {_WORD})*|{_QUOTED}|[\[\]{{}}]|, |: ")
# What begins no value; the empty one stands for the end.
_NO_VALUE: Final = frozenset(("", "]", "}", ", ", ": "))
_FLOW_DEPTH: Final = 8
_BETWEEN: Final = "---"


class _OtherError(Exception):
    """The text is not of this form."""


# A line: its column, how many dashes stand before the rest, its key, its value, and whether its value is yet to come.
_Line = tuple[int, int, "str | None", object, bool]

_Frame = tuple[int, "list[object] | dict[str, object]"]


def documents(text: str, depth: int) -> list[object] | None:
    """Give the data of each document, or None where the text is not of this form, or nests deeper."""
    if not (text.isascii() and text.endswith("\n") and text.replace("\n", "").isprintable()):
        return None
    lines = text[:-1].split("\n")
    try:
        return [_document(part, depth) for part in _parts(lines)]
    except (_OtherError, AmbiguousNumberError):
        return None


def _parts(lines: list[str]) -> Iterator[list[str]]:
    while _BETWEEN in lines:
        end = lines.index(_BETWEEN)
        yield lines[:end]
        lines = lines[end + 1 :]
    yield lines


def _document(lines: list[str], depth: int) -> object:
    stack: list[_Frame] = []
    root: object = None
    # The mapping whose last key has no value on its line.
    waiting: tuple[dict[str, object], str] | None = None
    for written in lines:
        line = _line(written)
        if line is None:
            continue
        column, dashes, key, value, _ = line
        if stack and stack[-1][0] == column and dashes == 1 and key is None and type(last := stack[-1][1]) is list:
            # One more item of the last list, as most lines of a large configuration are.
            last.append(value)
            waiting = None
            continue
        if not stack or (waiting and column > stack[-1][0]):
            made: list[object] | dict[str, object] = [] if dashes else {}
            if waiting:
                waiting[0][waiting[1]] = made
            else:
                root = made
            stack.append((column, made))
        else:
            while stack and stack[-1][0] > column:
                stack.pop()
        waiting = _entry(line, stack)
        if len(stack) + _FLOW_DEPTH > depth:
            raise _OtherError
    if root is None:
        raise _OtherError
    return root


def _entry(line: _Line, stack: list[_Frame]) -> tuple[dict[str, object], str] | None:
    """Put a line where it belongs: into the last collection, whose column it must have, or into those that it opens."""
    column, dashes, key, value, is_open = line
    if not stack or stack[-1][0] != column:
        raise _OtherError
    inner = stack[-1][1]
    for more in range(1, dashes + 1):
        if type(inner) is not list:
            raise _OtherError
        if more == dashes and key is None:
            inner.append(value)
            return None
        made: list[object] | dict[str, object] = {} if more == dashes else []
        inner.append(made)
        stack.append((column + 2 * more, made))
        inner = made
    if type(inner) is not dict or key is None or key in inner:
        raise _OtherError
    inner[key] = value
    return (inner, key) if is_open else None


@lru_cache(maxsize=1 << 12)
def _line(written: str) -> _Line | None:
    """Read one line; None is one that says nothing.

    Raises:
        _OtherError: it is not of this form.
    """
    found = _LINE.fullmatch(written)
    if found is None:
        rest = written.lstrip(" ")
        if rest and not rest.startswith("#"):
            raise _OtherError
        return None
    indent, dashes, key = found.group("indent", "dashes", "key")
    if key is None:
        if not dashes:
            raise _OtherError
    elif not _is_key(key):
        raise _OtherError
    what = found.lastgroup or ""
    written = found[what]
    value: object = None
    if what in ("plain", "item"):
        value = plain(written)
    elif what in ("quoted", "quoted_item"):
        value = _unquoted(written)
    elif what != "key":
        value = _flow(written)
    return len(indent), len(dashes) // 2, key, value, what == "key"


def _is_key(written: str) -> bool:
    return len(written) <= _LONGEST_KEY and isinstance(plain(written), str)


def _unquoted(quoted: str) -> str:
    return quoted[1:-1].replace("''", "'") if quoted[0] == "'" else quoted[1:-1]


@lru_cache(maxsize=1 << 12)
def _flow(written: str) -> object:
    """Read brackets that close at the end of the line; equal ones are one object, of which a large configuration has many."""
    tokens = _FLOW.findall(written)
    if "".join(tokens) != written:
        raise _OtherError
    rest = iter(tokens)
    value = _value(next(rest), rest, _FLOW_DEPTH)
    if next(rest, ""):
        raise _OtherError
    return value


def _value(first: str, rest: Iterator[str], depth: int) -> object:
    """Read the value that begins with a token, and no token after it."""
    if first in _NO_VALUE:
        raise _OtherError
    if first in ("[", "{"):
        if depth == 0:
            raise _OtherError
        return _items(rest, depth - 1) if first == "[" else _members(rest, depth - 1)
    return _unquoted(first) if first[0] in "'\"" else plain(first)


def _items(rest: Iterator[str], depth: int) -> list[object]:
    found: list[object] = []
    first = next(rest, "")
    while first != "]" or found:
        found.append(_value(first, rest, depth))
        sign = next(rest, "")
        if sign == "]":
            break
        if sign != ", ":
            raise _OtherError
        first = next(rest, "")
    return found


def _members(rest: Iterator[str], depth: int) -> dict[str, object]:
    found: dict[str, object] = {}
    key = next(rest, "")
    while key != "}" or found:
        if key in found or not _is_word(key) or next(rest, "") != ": ":
            raise _OtherError
        found[key] = _value(next(rest, ""), rest, depth)
        sign = next(rest, "")
        if sign == "}":
            break
        if sign != ", ":
            raise _OtherError
        key = next(rest, "")
    return found


def _is_word(token: str) -> bool:
    return token not in _NO_VALUE and token[0] not in "[{'\"" and _is_key(token)
