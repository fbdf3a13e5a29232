"""A document of the configuration: its plain data, and on demand the place in its text of anything in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.diagnostics.model import PathPart, Place, Span
from compiler.source.origins import Origins

if TYPE_CHECKING:
    from compiler.source.spans import Spot


class Document(Struct, frozen=True, dict=True):
    """One YAML document: its file, its number in the file (from 0), the text of the whole file, and its data.

    Nobody changes data: equal parts of it, in whatever documents, may be one object.

    `origins` lead to the text where the data have another shape than it.
    """

    file: str
    index: int
    text: str
    data: object
    origins: Origins | None = None

    def __repr__(self) -> str:
        """Name it: its text may hold what nobody should see."""
        return f"Document({self.file!r}, {self.index})"

    @cached_property
    def _root(self) -> Spot:
        # Positions are most of what a parsed document weighs, and few are ever asked for: the text is read again for them.
        from compiler.source.events import events  # noqa: PLC0415 - where nothing is reported, no parser is needed
        from compiler.source.spans import spots  # noqa: PLC0415 - the same

        return spots(events(self.file, self.text))[self.index]

    def span(self, path: tuple[PathPart, ...], *, key: bool = False) -> Span:
        """Give the place of a value, or with `key` of its key; of what surrounds it when the text has no such thing."""
        if self.origins is not None:
            path, key = self.origins.of(path, key=key)
        spot = self._root
        for part in path:
            child = spot.children.get(part)
            if child is None:
                break
            spot = child
        return (spot.key or spot.span) if key else spot.span


class Sources(Struct, frozen=True, dict=True):
    """The documents of a folder, and the text of each file that could be decoded; locates what diagnostics speak of."""

    documents: tuple[Document, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    def without_data(self) -> Sources:
        """Give the same without the data of the documents, which is most of what they weigh."""
        return Sources(tuple(replace(document, data=None) for document in self.documents), self.texts)

    def span(self, place: Place) -> Span | None:
        """Give the range of text that a place names, or None when its file is not one of these."""
        if place.span is not None:
            return place.span
        document = self._by_place.get((place.file, place.document))
        return document.span(place.path, key=place.key) if document else None

    def text(self, file: str) -> str | None:
        """Give the text of a file, or None when it is not one of these or could not be decoded."""
        return self.texts.get(file)

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, int], Document]:
        return {(document.file, document.index): document for document in self.documents}
