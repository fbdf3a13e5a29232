"""Reads what stands between the tokens of a YAML text: white space, comments, and indicators."""

from __future__ import annotations

import re
from itertools import accumulate, dropwhile, takewhile

from msgspec import Struct
from yaml.error import Mark

from compiler.style.tree import UnkeepableError

_BLANKS = re.compile(r"[ \t]*")
_COMMENT = re.compile(r"#[^\n]*")


class Line(Struct, frozen=True):
    """A comment on a line of its own and the column it starts in, or (empty) a blank line."""

    column: int
    text: str


class Trivia:
    """A place in a text that moves on; `waiting` are comments that were read and belong to nothing yet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.waiting: list[Line] = []
        self._starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))

    def offset(self, mark: Mark) -> int:
        """Give the place of a mark of the parser."""
        return self._starts[mark.line] + mark.column

    @property
    def column(self) -> int:
        """Give the column of the place, from 0."""
        return self.place - (self.text.rfind("\n", 0, self.place) + 1)

    def at(self, token: str) -> bool:
        """Tell whether a token stands at the place."""
        return self.text.startswith(token, self.place)

    def skip(self, token: str) -> None:
        """Go behind a token.

        Raises:
            UnkeepableError: something else stands there.
        """
        if not self.at(token):
            raise self.unkeepable(f"no `{token}` where one was expected")
        self.place += len(token)

    def ending(self) -> str:
        """Read the comment that ends the line, if only that is left of it."""
        blanks = _BLANKS.match(self.text, self.place)
        self.place = blanks.end() if blanks else self.place
        found = _COMMENT.match(self.text, self.place)
        if found is None:
            return ""
        self.place = found.end()
        return found[0].rstrip()

    def fill(self) -> None:
        """Go to the next token, over blank lines and comments, which then wait.

        Raises:
            UnkeepableError: a comment stands where no line was expected to end.
        """
        fresh = self.column == 0
        while True:
            blanks = _BLANKS.match(self.text, self.place)
            self.place = blanks.end() if blanks else self.place
            if self.at("#"):
                if not fresh:
                    raise self.unkeepable("a comment inside of a value")
                column = self.column
                self.waiting.append(Line(column, self.ending()))
            elif self.at("\n") and fresh:
                self.waiting.append(Line(0, ""))
            elif not self.at("\n"):
                return
            self.place += 1
            fresh = True
            if self.place >= len(self.text):
                self.place = len(self.text)
                return

    def take(self, *, first: bool = False) -> tuple[str, ...]:
        """Give all that waits; above the `first` thing in something, blank lines mean nothing."""
        found = tuple(line.text for line in self.waiting)
        self.waiting.clear()
        return tuple(dropwhile(lambda line: not line, found)) if first else found

    def take_beyond(self, column: int) -> tuple[str, ...]:
        """Give the first of the comments that wait, as far as they start right of a column."""
        inside = list(takewhile(lambda line: not line.text or line.column > column, self.waiting))
        while inside and not inside[-1].text:
            inside.pop()
        del self.waiting[: len(inside)]
        return tuple(line.text for line in inside)

    def unkeepable(self, what: str) -> UnkeepableError:
        """Make the error for a layout that is not known."""
        return UnkeepableError(what, self.text.count("\n", 0, self.place) + 1)
