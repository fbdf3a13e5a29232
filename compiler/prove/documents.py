"""The objects that were read, by kind, namespace and name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.diagnostics.model import Place
from compiler.gateway.read import Loaded

Key = tuple[str, str, str]
Documents = Mapping[Key, tuple[Place, Mapping[str, Any]]]


def documents(files: Loaded) -> Documents:
    """Give every object of the files; those that are none of a cluster have no name."""
    return dict(_documents(files))


def _documents(files: Loaded) -> Iterator[tuple[Key, tuple[Place, Mapping[str, Any]]]]:
    for name, (found, _) in files.items():
        for document in found:
            data: Any = document.data
            if isinstance(data, dict) and isinstance(data.get("metadata"), dict):
                head = data["metadata"]
                key = str(data.get("kind")), str(head.get("namespace", "")), str(head.get("name"))
                yield key, (Place(name, document=document.index), data)
