"""What a resource says in the language of the configuration, put together with where each part of it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from compiler.diagnostics.model import PathPart
from compiler.intent import resources
from compiler.resources.read import Found
from compiler.source.document import Document
from compiler.source.origins import Origins, Path


@dataclass
class Told:
    """One item of a section; its values are put in one by one, each with the path in the resource that it comes from."""

    found: Found
    section: str
    name: str
    item: dict[str, Any] = field(default_factory=dict)
    _values: dict[Path, Path] = field(default_factory=dict)
    _keys: dict[Path, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._values[self.section, self.name] = self._keys[self.section, self.name] = ("metadata", "name")

    def put(self, path: Sequence[str], value: object, *origin: PathPart) -> None:
        """Say a value at a path below the item."""
        here = self.item
        for part in path[:-1]:
            here = here.setdefault(part, {})
        here[path[-1]] = value
        self.comes(path, *origin)

    def comes(self, path: Sequence[PathPart], *origin: PathPart) -> None:
        """Say where something below the item comes from."""
        self._values[self.section, self.name, *path] = origin

    def named(self, path: Sequence[PathPart], *origin: PathPart) -> None:
        """Say where the name comes from that is the last key of a path below the item."""
        self._keys[self.section, self.name, *path] = origin

    def callers(self, path: Sequence[str], callers: resources.Callers, *origin: PathPart) -> None:
        """Say who is meant; a group is a mapping with a name in resources."""
        for kind, names in (("groups", [group.name for group in callers.groups]), ("users", callers.users)):
            if names:
                self.put([*path, kind], names, *origin, kind)
        for index in range(len(callers.groups)):
            self.comes([*path, "groups", index], *origin, "groups", index, "name")

    @property
    def document(self) -> Document:
        """Give the document that stands for the resource from here on."""
        data = {self.section: {self.name: self.item}}
        return replace(self.found.document, data=data, origins=Origins(self._values, self._keys))
