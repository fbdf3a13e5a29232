"""Validate every emitted object: its closed schema, Kubernetes' own, the user's definitions, and the bundle as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.diagnostics.suggest import closest
from compiler.validate import schemas
from compiler.validate.bundle import Neighbours
from compiler.validate.words import REFUSED, Subject

if TYPE_CHECKING:
    from compiler.validate.crds import Crds


class Validation:
    """Checks objects one file after the other and keeps none of them; places are in those files."""

    def __init__(self, crds: Crds | None = None) -> None:
        self._crds = crds
        self._alone: list[Diagnostic] = []
        self._together: list[Diagnostic] = []
        self.neighbours = Neighbours()

    def add(self, file: str, contents: Sequence[Mapping[str, object]]) -> None:
        """Check the objects of a file, and that they go with those of the files before."""
        for index, content in enumerate(contents):
            subject = Subject(content, Place(file, document=index))
            self._alone += _object(subject, self._crds)
            self._together += self.neighbours.add(subject)

    def join(self, other: Validation) -> None:
        """Take in what another one found in other files."""
        self._alone += other._alone
        self._together += other._together
        self._together += self.neighbours.join(other.neighbours)

    def found(self) -> tuple[Diagnostic, ...]:
        """Give what is wrong; what is said of a definition is said once."""
        return tuple(_without_repetitions([*self._alone, *self._together]))


def validate(documents: Mapping[str, Sequence[Mapping[str, object]]], crds: Crds | None = None) -> tuple[Diagnostic, ...]:
    """Check all objects of all files."""
    validation = Validation(crds)
    for file, contents in documents.items():
        validation.add(file, contents)
    return validation.found()


def _object(subject: Subject, crds: Crds | None) -> Iterator[Diagnostic]:
    version, kind = subject.content.get("apiVersion"), subject.content.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        headline = f"an object in `{subject.place.file}` has no `apiVersion` or no `kind`"
        yield Diagnostic("invalid-manifest", Severity.ERROR, headline, subject.place, REFUSED)
        return
    known = schemas.of(version, kind) is not None
    defined = crds is not None and crds.knows(version, kind)
    if not known and not defined:
        yield _unknown(subject, version, kind)
    if known and not schemas.fits(subject.content, version, kind):
        yield from _faults(subject, version, kind)
    if crds is None:
        return
    if defined:
        yield from crds.check(subject)
    elif schemas.is_custom(version):
        headline = f"no CustomResourceDefinition of {kind} is among those given, so none of its rules is checked"
        place = subject.place.at("kind")
        yield Diagnostic("crd-rule-unverified", Severity.WARNING, headline, place, "the API server may refuse the object")


def _faults(subject: Subject, version: str, kind: str) -> Iterator[Diagnostic]:
    from compiler.validate.faults import faults  # noqa: PLC0415 - a slower validator, for what is wrong alone

    return faults(subject, version, kind)


def _unknown(subject: Subject, version: str, kind: str) -> Diagnostic:
    near = closest(kind, {name for _, name in schemas.ours()})
    return Diagnostic(
        "unknown-kind",
        Severity.ERROR,
        f"no schema is known for the kind `{kind}` of `{version}`",
        subject.place.at("kind"),
        "the object would go to the cluster unchecked",
        help=f"did you mean `{near}`?" if near else "give its CustomResourceDefinition with `--crds`",
    )


def _without_repetitions(found: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    seen: set[object] = set()
    for diagnostic in found:
        # A warning is about a definition, wherever it was noticed.
        about = diagnostic if diagnostic.severity is Severity.ERROR else (diagnostic.headline, diagnostic.notes)
        if about not in seen:
            yield diagnostic
        seen.add(about)
