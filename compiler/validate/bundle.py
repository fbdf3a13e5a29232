"""What no object shows alone: two that are one, and two policies that fight for a target."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Final

from compiler.diagnostics.model import Diagnostic, Note, Severity
from compiler.validate.schemas import group_of
from compiler.validate.words import Subject

_POLICIES: Final = "kuadrant.io"


def check(subjects: Iterable[Subject]) -> Iterator[Diagnostic]:
    """Compare all objects with each other, wherever their files lie."""
    every = tuple(subjects)
    for first, second in _pairs(every, _identity):
        yield Diagnostic(
            "name-collision",
            Severity.ERROR,
            f"{second.title} is described twice",
            second.place.at("metadata", "name"),
            "the one that is applied last replaces the other",
            (Note("here for the first time", first.place.at("metadata", "name")),),
        )
    for first, second in _pairs(every, _target):
        kind = second.content["kind"]
        if _identity(first) == _identity(second):
            continue
        yield Diagnostic(
            "two-policies-one-target",
            Severity.ERROR,
            f"{second.title} attaches to the target of {first.title}",
            second.place.at("spec", "targetRef"),
            f"the newer {kind} replaces the older one as a whole: what holds depends on the order of creation",
            (Note("the target is taken here", first.place.at("spec", "targetRef")),),
            help=f"put what both say into one {kind}",
        )


def _pairs(subjects: Iterable[Subject], key: Callable[[Subject], Hashable | None]) -> Iterator[tuple[Subject, Subject]]:
    first: dict[Hashable, Subject] = {}
    for subject in subjects:
        found = key(subject)
        if found is not None and first.setdefault(found, subject) is not subject:
            yield first[found], subject


def _identity(subject: Subject) -> Hashable | None:
    """Give what the cluster tells objects apart by; None for files that are no objects of a cluster."""
    match subject.content:
        case {"apiVersion": str(version), "kind": str(kind), "metadata": {"name": str(name), **rest}}:
            return group_of(version), kind, str(rest.get("namespace")), name
        case _:
            return None


def _target(subject: Subject) -> Hashable | None:
    """Give what a policy attaches to, which lies in its own namespace."""
    match subject.content:
        case {
            "apiVersion": str(version),
            "kind": str(kind),
            "metadata": {"namespace": str(namespace)},
            "spec": {"targetRef": {"group": str(group), "kind": str(target), "name": str(name), **rest}},
        } if group_of(version) == _POLICIES:
            return kind, namespace, group, target, name, str(rest.get("sectionName"))
        case _:
            return None
