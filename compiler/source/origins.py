"""Where in a text stands what a document says that was put together from the text in another shape."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from compiler.diagnostics.model import PathPart

Path = tuple[PathPart, ...]


class Origins(Struct, frozen=True):
    """Paths of the data, and the paths of the text that they come from; what lies below a path lies below its origin.

    `keys` are for names that are keys in the data and values in the text.
    """

    values: Mapping[Path, Path] = field(default_factory=dict)
    keys: Mapping[Path, Path] = field(default_factory=dict)

    def of(self, path: Path, *, key: bool) -> tuple[Path, bool]:
        """Give the path in the text, and whether its key is meant."""
        if key and path in self.keys:
            return self.keys[path], False
        for end in range(len(path), 0, -1):
            start = self.values.get(path[:end])
            if start is not None:
                return start + path[end:], key
        return path, key
