"""Changes a text of YAML in one place, so that comments, order and layout stay whatever they are everywhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Struct

from compiler.diagnostics.model import PathPart
from compiler.source.document import Document
from compiler.source.positions import Positions
from compiler.source.sealed import is_sealed

# One level of a block.
STEP: Final = "  "

# What no reader of YAML takes for anything else, in braces or out of them: no word for a truth value, and no number.
_PLAIN: Final = re.compile(
    r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)(?:[a-z_][\w./@-]*(?::[\w./@-]+)*|[0-9]+(?![eoxb])[a-z]\w*)\Z",
    re.ASCII | re.IGNORECASE,
)

_COMMA: Final = re.compile(r"\s*,[ \t]*")
# One that nothing but comments follows.
_LAST_COMMA: Final = re.compile(r"(\s*,)(?:\s|#[^\r\n]*)*\Z")

Path = tuple[PathPart, ...]


def is_plain(text: str) -> bool:
    """Tell whether every reader takes a text for that text, without quotes."""
    return _PLAIN.match(text) is not None or is_sealed(text)


def spelt(text: str) -> str:
    """Spell a text as it is where every reader takes it for that text, and in quotes otherwise."""
    return text if is_plain(text) else json.dumps(text, ensure_ascii=False)


def at(data: Any, path: Sequence[PathPart]) -> Any:  # noqa: ANN401 - YAML
    """Give what stands at a path of plain data.

    Raises:
        KeyError, TypeError: nothing does.
    """
    for part in path:
        data = data[part]
    return data


class Added(Struct, frozen=True):
    """A text with something more in it, and where that begins: line and column from 1."""

    text: str
    line: int
    column: int


class Editable:
    """The text of a document, in positions and lines."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._positions = Positions(document.text)
        self._text = document.text

    def data(self, path: Path) -> Any:  # noqa: ANN401 - YAML
        """Give what stands at a path, None where nothing does."""
        try:
            return at(self._document.data, path)
        except (KeyError, TypeError):
            return None

    def is_flow(self, path: Path) -> bool:
        """Tell whether a mapping is written in braces."""
        return self._text[self._range(path)[0]] == "{"

    def into_flow(self, path: Path, entry: str) -> Added:
        """Put an entry behind the last one in braces, and behind its comma if it has one; comments stay what they are."""
        start, end = self._range(path)
        inside = [found[1] for name in self.data(path) or () if start < (found := self._range((*path, name)))[0] < end]
        kept, between = max(inside, default=start + 1), ", " if inside else ""
        comma = _LAST_COMMA.match(self._text, kept, end - 1) if inside else None
        if comma is not None:
            kept, between = comma.end(1), " "
        before = self._text[:kept] + between
        return Added(before + entry + self._text[kept:], *self._positions.place(len(before)))

    def below(self, path: Path, lines: Callable[[str], list[str]]) -> Added | None:
        """Put lines behind the last entry of a block, with the indentation of its entries."""
        names = list(self.data(path))
        columns = {self._document.span((*path, name), key=True).column for name in names}
        if len(columns) != 1:
            return None
        return self._behind(max(self._last_line((*path, name)) for name in names), columns.pop(), lines)

    def below_key(self, path: Path, lines: Callable[[str], list[str]]) -> Added:
        """Put lines below a key that stands there without a value."""
        key = self._document.span(path, key=True)
        return self._behind(key.line, key.column + len(STEP), lines)

    def _behind(self, line: int, column: int, lines: Callable[[str], list[str]]) -> Added:
        known = self._positions.lines
        above = known[line - 1].rstrip("\r\n")
        ending = known[line - 1][len(above) :] or "\n"
        new = [f"{one}{ending}" for one in lines(" " * (column - 1))]
        return Added("".join([*known[: line - 1], above, ending, *new, *known[line:]]), line + 1, column)

    def without(self, path: Path) -> str:
        """Take an entry out, with its lines in a block, and with one comma in braces."""
        key = self._document.span(path, key=True)
        start, end = self._positions.range(key)[0], self._range(path)[1]
        if not self.is_flow(path[:-1]):
            known = self._positions.lines
            return "".join([*known[: key.line - 1], *known[self._last_line(path) :]])
        behind = _COMMA.match(self._text, end)
        if behind:
            return self._text[:start] + self._text[behind.end() :]
        before = self._text[:start].rstrip()
        return before.removesuffix(",") + self._text[end:]

    def instead(self, path: Path, value: str) -> str:
        """Put another value in the place of one."""
        start, end = self._range(path)
        return self._text[:start] + value + self._text[end:]

    def _last_line(self, path: Path) -> int:
        """Give the last line of an entry; a text that takes several lines ends before the line where the parser goes on."""
        span = self._document.span(path)
        return span.end_line - (span.end_column == 1)

    def _range(self, path: Path) -> tuple[int, int]:
        return self._positions.range(self._document.span(path))
