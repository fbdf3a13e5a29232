"""The objects that were read, by kind, namespace and name, and how it is said that one of them is not as meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.diagnostics.model import Diagnostic, Place, Severity
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


def wrong(headline: str, place: Place | None, effect: str) -> Diagnostic:
    """Say that something is not what is meant."""
    advice = "build `out/` again and do not edit it by hand; if it was not edited, the compiler is wrong"
    return Diagnostic("refuted", Severity.ERROR, headline, place, effect, help=advice)
