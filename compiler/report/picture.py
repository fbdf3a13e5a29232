"""A picture as data, before it is drawn in any notation: boxes in columns, and links between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from msgspec import Struct

Kind = Literal["caller", "meter", "model", "tier", "note"]

_MOST_NAMES: Final = 3


class Box(Struct, frozen=True):
    """Some lines of text; the kind tells how it looks."""

    kind: Kind
    lines: tuple[str, ...]


class Picture(Struct, frozen=True):
    """Boxes by column, from left to right, and links between boxes, each by its column and its number there."""

    title: str
    columns: tuple[tuple[Box, ...], ...]
    links: tuple[tuple[tuple[int, int], tuple[int, int]], ...]


@dataclass
class Drawing:
    """A picture in the making."""

    title: str
    columns: list[list[Box]]
    links: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)

    def box(self, column: int, kind: Kind, lines: Sequence[str]) -> tuple[int, int]:
        """Add a box below the others of its column, and tell where it is."""
        self.columns[column].append(Box(kind, tuple(lines)))
        return column, len(self.columns[column]) - 1

    def done(self) -> Picture:
        """Give the picture."""
        return Picture(self.title, tuple(map(tuple, self.columns)), tuple(self.links))


def some(names: Sequence[str]) -> list[str]:
    """Give the first names, and how many more there are."""
    shown = list(names[:_MOST_NAMES])
    return [*shown, f"and {len(names) - len(shown)} more"] if len(names) > len(shown) else shown
