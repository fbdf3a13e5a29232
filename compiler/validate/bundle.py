"""What no object shows alone: two that are one, and two policies that fight for a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Note, Place, Severity
from compiler.validate.schemas import group_of
from compiler.validate.words import Subject, titled

_POLICIES: Final = "kuadrant.io"
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

# What the cluster tells objects apart by: group, kind, namespace (None for what has none) and name.
_Identity = tuple[str, str, str | None, str]
# The kind of a policy, its namespace, and what it attaches to there.
_Target = tuple[str, ...]


class _Known(Struct, frozen=True):
    """An object that was seen: no more of it than another one may have to be told of. Files hold objects without identity too."""

    identity: _Identity | None
    kind: object
    place: Place

    @property
    def title(self) -> str:
        _, _, namespace, name = self.identity or (None, None, None, None)
        return titled(self.kind, namespace, name, self.place.file)


class Neighbours:
    """All objects so far, wherever their files lie."""

    def __init__(self) -> None:
        self._named: dict[_Identity, _Known] = {}
        self._targets: dict[_Target, _Known] = {}

    def add(self, subject: Subject) -> Iterator[Diagnostic]:
        """Take in an object, and say which of those before it fights with it."""
        identity, target = _identity(subject), _target(subject)
        here = _Known(identity, subject.content.get("kind"), subject.place)
        if identity is not None:
            yield from self._name(identity, here)
        if target is not None:
            yield from self._take(target, here)

    def join(self, others: Neighbours) -> Iterator[Diagnostic]:
        """Take in all objects of others, and say which of them fight with those before."""
        for identity, here in others._named.items():
            yield from self._name(identity, here)
        for target, here in others._targets.items():
            yield from self._take(target, here)

    def plain(self) -> list[list[Any]]:
        """Give all of them, as JSON has it: what each is told apart by, its kind and place, and what it attaches to."""
        known = {id(here): here for here in (*self._named.values(), *self._targets.values())}
        targets = {id(here): target for target, here in self._targets.items()}
        return [
            [here.identity, here.kind, here.place.file, here.place.document, targets.get(number)]
            for number, here in known.items()
        ]

    @classmethod
    def of_plain(cls, plain: list[list[Any]]) -> Neighbours:
        """Give what `plain` gave.

        Raises:
            TypeError, ValueError: it has another shape.
        """
        found = cls()
        for identity, kind, file, document, target in plain:
            here = _Known(identity and _identified(*identity), kind, Place(file, document=document))
            if here.identity is not None:
                found._named[here.identity] = here
            if target is not None:
                found._targets[tuple(target)] = here
        return found

    def _name(self, identity: _Identity, here: _Known) -> Iterator[Diagnostic]:
        first = self._named.setdefault(identity, here)
        if first is not here:
            yield _twice(first, here)

    def _take(self, target: _Target, here: _Known) -> Iterator[Diagnostic]:
        first = self._targets.setdefault(target, here)
        if first is not here and first.identity != here.identity:
            yield _rivals(first, here, target[0])


def _twice(first: _Known, second: _Known) -> Diagnostic:
    return Diagnostic(
        "name-collision",
        Severity.ERROR,
        f"{second.title} is described twice",
        second.place.at("metadata", "name"),
        "the one that is applied last replaces the other",
        (Note("here for the first time", first.place.at("metadata", "name")),),
    )


def _rivals(first: _Known, second: _Known, kind: str) -> Diagnostic:
    return Diagnostic(
        "two-policies-one-target",
        Severity.ERROR,
        f"{second.title} attaches to the target of {first.title}",
        second.place.at("spec", "targetRef"),
        f"the newer {kind} replaces the older one as a whole: what holds depends on the order of creation",
        (Note("the target is taken here", first.place.at("spec", "targetRef")),),
        help=f"put what both say into one {kind}",
    )


def _identified(group: str, kind: str, namespace: str | None, name: str) -> _Identity:
    return group, kind, namespace, name


def _identity(subject: Subject) -> _Identity | None:
    """Give what the cluster tells objects apart by; None for files that are no objects of a cluster."""
    content = subject.content
    metadata = _below(content, "metadata")
    version, kind, name, namespace = (
        content.get("apiVersion"),
        content.get("kind"),
        metadata.get("name"),
        metadata.get("namespace"),
    )
    if not (isinstance(version, str) and isinstance(kind, str) and isinstance(name, str)):
        return None
    return group_of(version), kind, namespace if isinstance(namespace, str) else None, name


def _target(subject: Subject) -> _Target | None:
    """Give what a policy attaches to, which lies in its own namespace."""
    content = subject.content
    reference = _below(_below(content, "spec"), "targetRef")
    if not reference:
        return None
    version, namespace = content.get("apiVersion"), _below(content, "metadata").get("namespace")
    named = (reference.get(key) for key in ("group", "kind", "name"))
    target: tuple[Any, ...] = (content.get("kind"), namespace, *named)
    if not isinstance(version, str) or group_of(version) != _POLICIES or {*map(type, target)} != {str}:
        return None
    return *target, str(reference.get("sectionName"))


# Not by patterns, which take five times as long: every object is asked.
def _below(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = content.get(key)
    return found if isinstance(found, dict) else _NOTHING
