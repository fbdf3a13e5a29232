"""Locates what diagnostics say of many texts, each of which is read only when a place in it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.diagnostics.model import Place, Span
from compiler.source.document import Sources
from compiler.source.load import load_text


@dataclass(frozen=True)
class Texts:
    """YAML texts by file name."""

    files: Mapping[str, str]
    _read: dict[str, Sources] = field(default_factory=dict, repr=False, compare=False)

    def span(self, place: Place) -> Span | None:
        """Give the range of text that a place names, or None when its file is not one of these."""
        if place.file not in self.files:
            return place.span
        if place.file not in self._read:
            documents, _ = load_text(place.file, self.files[place.file].encode())
            self._read[place.file] = Sources(documents)
        return self._read[place.file].span(place)

    def text(self, file: str) -> str | None:
        """Give the text of a file, or None when it is not one of these."""
        return self.files.get(file)
