"""Writes a key into the text of a team and out of it: only its own characters change, and nothing else that the file means.

Text and not data is edited, so that comments, order and layout stay whatever they are. Each edit is read again and held against
what it was to do; where the text has a shape that this does not foresee, there is no edit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, Final

from compiler.diagnostics.model import PathPart, Span
from compiler.keys.entry import NewKey, spelt
from compiler.source.document import Document
from compiler.source.load import load_text

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_STEP: Final = "  "
_KEYS: Final = "keys"

Path = tuple[PathPart, ...]


def added(document: Document, team: Path, key: NewKey) -> str | None:
    """Give the text of the file with a key more below the team at a path, or None where it is not known how."""

    def change(data: Any) -> None:  # noqa: ANN401 - YAML
        _at(data, team).setdefault(_KEYS, {})[key.alias] = key.data()

    text = _Text(document)
    keys = (*team, _KEYS)
    if text.data(keys) is not None:
        new = text.into_flow(keys, key.flow()) if text.is_flow(keys) else text.below(keys, lambda at: list(key.lines(at)))
    elif text.is_flow(team):
        new = text.into_flow(team, f"{_KEYS}: {{{key.flow()}}}")
    else:
        new = text.below(team, lambda at: [f"{at}{_KEYS}:", *key.lines(at + _STEP)])
    return _kept(document, new, change)


def removed(document: Document, team: Path, alias: str) -> str | None:
    """Give the text of the file without a key of the team, and without `keys` where it was the last one."""

    def change(data: Any) -> None:  # noqa: ANN401 - YAML
        keys = _at(data, team)[_KEYS]
        del keys[alias]
        if not keys:
            del _at(data, team)[_KEYS]

    text = _Text(document)
    last = len(text.data((*team, _KEYS)) or ()) == 1
    new = text.without((*team, _KEYS) if last else (*team, _KEYS, alias))
    return _kept(document, new, change)


def resealed(document: Document, team: Path, alias: str, value: str) -> str | None:
    """Give the text of the file with another sealed value of a key."""
    path = (*team, _KEYS, alias, "secret", "sealed")

    def change(data: Any) -> None:  # noqa: ANN401 - YAML
        _at(data, path[:-1])["sealed"] = value

    return _kept(document, _Text(document).instead(path, spelt(value)), change)


def _kept(document: Document, new: str | None, change: Callable[[Any], None]) -> str | None:
    """Give an edited text if it means what was meant before with one change, and nothing else."""
    if new is None:
        return None
    before = load_text(document.file, document.text.encode())[0]
    documents, problems = load_text(document.file, new.encode())
    meant = [_unshared(one.data) for one in before]
    change(meant[[one.index for one in before].index(document.index)])
    return new if not problems and [one.data for one in documents] == meant else None


def _unshared(data: Any) -> Any:  # noqa: ANN401 - YAML
    """Copy data so that what an alias repeats is no longer one with what it names: a change of the one is none of the other."""
    if isinstance(data, dict):
        return {name: _unshared(value) for name, value in data.items()}
    return [_unshared(item) for item in data] if isinstance(data, list) else data


def _at(data: Any, path: Sequence[PathPart]) -> Any:  # noqa: ANN401 - YAML
    for part in path:
        data = data[part]
    return data


class _Text:
    """The text of a document, in positions and lines."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.text
        self._lines = [found for found in _LINE.findall(document.text) if found]
        self._starts = list(accumulate(map(len, self._lines), initial=0))

    def data(self, path: Path) -> Any:  # noqa: ANN401 - YAML
        """Give what stands at a path, None where nothing does."""
        try:
            return _at(self._document.data, path)
        except (KeyError, TypeError):
            return None

    def is_flow(self, path: Path) -> bool:
        """Tell whether a mapping is written in braces."""
        return self._text[self._range(self._document.span(path))[0]] == "{"

    def into_flow(self, path: Path, entry: str) -> str:
        """Put an entry before the closing brace."""
        start, end = self._range(self._document.span(path))
        inside = self._text[start : end - 1].rstrip()
        between = "" if inside.endswith("{") else " " if inside.endswith(",") else ", "
        return self._text[: start + len(inside)] + between + entry + self._text[start + len(inside) :]

    def below(self, path: Path, lines: Callable[[str], list[str]]) -> str | None:
        """Put lines behind the last entry of a block, with the indentation of its entries."""
        names = list(self.data(path))
        columns = {self._document.span((*path, name), key=True).column for name in names}
        if len(columns) != 1:
            return None
        last = max(self._last_line((*path, name)) for name in names)
        above = self._lines[last - 1].rstrip("\r\n")
        ending = self._lines[last - 1][len(above) :] or "\n"
        new = [f"{line}{ending}" for line in lines(" " * (columns.pop() - 1))]
        return "".join([*self._lines[: last - 1], above, ending, *new, *self._lines[last:]])

    def without(self, path: Path) -> str:
        """Take an entry out, with its lines in a block, and with one comma in braces."""
        key = self._document.span(path, key=True)
        start, end = self._range(key)[0], self._range(self._document.span(path))[1]
        if not self.is_flow(path[:-1]):
            return "".join([*self._lines[: key.line - 1], *self._lines[self._last_line(path) :]])
        behind = re.compile(r"\s*,[ \t]*").match(self._text, end)
        if behind:
            return self._text[:start] + self._text[behind.end() :]
        before = self._text[:start].rstrip()
        return before.removesuffix(",") + self._text[end:]

    def instead(self, path: Path, value: str) -> str:
        """Put another value in the place of one."""
        start, end = self._range(self._document.span(path))
        return self._text[:start] + value + self._text[end:]

    def _last_line(self, path: Path) -> int:
        """Give the last line of an entry; a text that takes several lines ends before the line where the parser goes on."""
        span = self._document.span(path)
        return span.end_line - (span.end_column == 1)

    def _range(self, span: Span) -> tuple[int, int]:
        return self._starts[span.line - 1] + span.column - 1, self._starts[span.end_line - 1] + span.end_column - 1
