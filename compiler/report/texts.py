"""Where things are written, and the texts of the files themselves as far as there is room for them."""

from __future__ import annotations

from typing import Final

from compiler.diagnostics.model import Place
from compiler.report.pool import Pool
from compiler.source.document import Sources

# Characters of configuration that a page carries along; a reader of more has the repository at hand.
MOST_TEXT: Final = 1 << 20


class Texts:
    """Turns places into numbers of files and lines."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._files = Pool[str]()
        for file in sorted(sources.texts):
            self._files.number(file)

    def at(self, place: Place) -> list[int]:
        """Give the number of a place's file, and the line of its key, or of the item itself where it has none; from 1."""
        span = self._sources.span(place.on_key())
        return [self._files.number(place.file), span.line if span else 1]

    def plain(self) -> list[dict[str, object]]:
        """Give every file with its text; the text is null where it would be too much."""
        room = MOST_TEXT
        found: list[dict[str, object]] = []
        for file in self._files.things():
            text = self._sources.text(file)
            if text is not None and len(text) <= room:
                room -= len(text)
            else:
                text = None
            found.append({"name": file, "text": text})
        return found
