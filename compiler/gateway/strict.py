"""Strict reading of plain data: each value with its place, wrong types refused, unknown fields reported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, PathPart, Place, Severity

BAD_MANIFEST: Final = "bad-manifest"
UNMODELLED: Final = "unmodelled"
# Codes of findings after which no answer can be given, though the manifests may be right.
INCONCLUSIVE: Final = frozenset({UNMODELLED, "unknown-gateway", "unknown-hostname"})

_REFUSED: Final = "the cluster refuses or misreads this manifest"
_UNKNOWABLE: Final = "how the gateway answers cannot be known"


class BadManifestError(Exception):
    """A manifest that is no manifest of its kind; carries the finding."""

    def __init__(self, found: Diagnostic) -> None:
        super().__init__(found.headline)
        self.found = found


def bad(headline: str, place: Place, effect: str = _REFUSED) -> BadManifestError:
    """Make the error for a manifest that cannot be what it says it is."""
    return BadManifestError(Diagnostic(BAD_MANIFEST, Severity.ERROR, headline, place, effect))


def unmodelled(what: str, place: Place) -> Diagnostic:
    """Make the finding for something that means something at run time that is not described here."""
    return Diagnostic(UNMODELLED, Severity.ERROR, f"{what} is not modelled", place, _UNKNOWABLE)


class Node(Struct, frozen=True):
    """One value of a document, the way to it from the root, and the list that collects the findings of its document."""

    data: object
    root: Place
    findings: list[Diagnostic]
    path: tuple[PathPart, ...] = ()

    @property
    def place(self) -> Place:
        """Give the place of the value, for which few are asked."""
        return self.root.at(*self.path) if self.path else self.root

    def fields(self, *known: str) -> dict[str, Node]:
        """Give the fields of a mapping with known keys; an unknown key is reported, a null value counts as absent.

        Raises:
            BadManifestError: the value is no mapping, or a key is no string.
        """
        found = dict(self.members())
        unknown = found.keys() - known
        if not unknown:
            return found
        for key, node in found.items():
            if key in unknown:
                self.findings.append(unmodelled(f"the field `{key}`", node.place.on_key()))
        return {key: node for key, node in found.items() if key not in unknown}

    def members(self) -> Iterator[tuple[str, Node]]:
        """Give the entries of a mapping whose keys are names that the user chose.

        Raises:
            BadManifestError: the value is no mapping, or a key is no string.
        """
        if not isinstance(self.data, dict):
            raise bad(f"a mapping is expected, this is {_kind(self.data)}", self.place)
        for key, value in self.data.items():
            if not isinstance(key, str):
                raise bad(f"the key `{key}` is no string", self.place)
            if value is not None:
                yield key, Node(value, self.root, self.findings, (*self.path, key))

    def items(self) -> tuple[Node, ...]:
        """Give the items of a list.

        Raises:
            BadManifestError: the value is no list.
        """
        if not isinstance(self.data, list):
            raise bad(f"a list is expected, this is {_kind(self.data)}", self.place)
        return tuple(Node(item, self.root, self.findings, (*self.path, index)) for index, item in enumerate(self.data))

    def string(self) -> str:
        """Give a string, which may be empty.

        Raises:
            BadManifestError: the value is no string.
        """
        if not isinstance(self.data, str):
            raise bad(f"a string is expected, this is {_kind(self.data)}", self.place)
        return self.data

    def text(self) -> str:
        """Give a string that is not empty.

        Raises:
            BadManifestError: the value is no string, or an empty one.
        """
        found = self.string()
        if not found:
            raise bad("the text is empty", self.place)
        return found

    def texts(self) -> tuple[str, ...]:
        """Give the items of a list of strings."""
        return tuple(item.text() for item in self.items())

    def number(self) -> int:
        """Give a whole number.

        Raises:
            BadManifestError: the value is no whole number.
        """
        if isinstance(self.data, bool) or not isinstance(self.data, int):
            raise bad(f"a whole number is expected, this is {_kind(self.data)}", self.place)
        return self.data

    def flag(self) -> bool:
        """Give a boolean.

        Raises:
            BadManifestError: the value is no boolean.
        """
        if not isinstance(self.data, bool):
            raise bad(f"a boolean is expected, this is {_kind(self.data)}", self.place)
        return self.data

    def one_of(self, *choices: str) -> str:
        """Give a string that is one of the choices.

        Raises:
            BadManifestError: it is none of them.
        """
        chosen = self.text()
        if chosen not in choices:
            raise bad(f"`{chosen}` is none of {', '.join(choices)}", self.place)
        return chosen

    def leave_out(self, what: str) -> None:
        """Report that this value means something that is not modelled."""
        self.findings.append(unmodelled(what, self.place))


def need(fields: dict[str, Node], key: str, holder: Node) -> Node:
    """Give a field that must be there.

    Raises:
        BadManifestError: it is not.
    """
    if key not in fields:
        raise bad(f"the field `{key}` is missing", holder.place)
    return fields[key]


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return f"a {type(value).__name__}"
