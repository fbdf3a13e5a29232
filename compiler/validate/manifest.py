"""Validate every emitted object: its closed schema, Kubernetes' own, the user's definitions, and the bundle as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jsonschema import ValidationError

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.diagnostics.suggest import closest
from compiler.validate import bundle, schemas
from compiler.validate.conformance import REFUSED
from compiler.validate.crds import Crds
from compiler.validate.words import Subject, reason, where


def validate(documents: Mapping[str, tuple[Mapping[str, object], ...]], crds: Crds | None = None) -> tuple[Diagnostic, ...]:
    """Check all objects of all files; places are in those files. What is said of a definition is said once."""
    subjects = [
        Subject(content, Place(file, document=index))
        for file, contents in documents.items()
        for index, content in enumerate(contents)
    ]
    found: list[Diagnostic] = []
    for subject in subjects:
        found += _object(subject, crds)
    found += bundle.check(subjects)
    return tuple(_without_repetitions(found))


def _object(subject: Subject, crds: Crds | None) -> Iterator[Diagnostic]:
    match subject.content:
        case {"apiVersion": str(version), "kind": str(kind)}:
            pass
        case _:
            headline = f"an object in `{subject.place.file}` has no `apiVersion` or no `kind`"
            yield Diagnostic("invalid-manifest", Severity.ERROR, headline, subject.place, REFUSED)
            return
    known = schemas.ours().get((version, kind))
    defined = crds is not None and crds.knows(version, kind)
    if known is None and not defined:
        yield _unknown(subject, version, kind)
    if known is not None:
        kubernetes = schemas.of_kubernetes(version, kind)
        errors = [*known.iter_errors(subject.content)]
        # Only for what ours lets through: Kubernetes' schema would say the same again in other words.
        errors += kubernetes.iter_errors(subject.content) if kubernetes is not None and not errors else []
        yield from (_invalid(subject, error) for error in errors)
    if crds is None:
        return
    if defined:
        yield from crds.check(subject)
    elif schemas.is_custom(version):
        headline = f"no CustomResourceDefinition of {kind} is among those given, so none of its rules is checked"
        place = subject.place.at("kind")
        yield Diagnostic("crd-rule-unverified", Severity.WARNING, headline, place, "the API server may refuse the object")


def _invalid(subject: Subject, error: ValidationError) -> Diagnostic:
    path = tuple(error.absolute_path)
    place = subject.place.at(*path)
    headline = f"{subject.title} is not valid at {where(path)}: {reason(error)}"
    if error.validator == "additionalProperties":
        place = place.on_key()
    return Diagnostic("invalid-manifest", Severity.ERROR, headline, place, REFUSED)


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


def _without_repetitions(found: list[Diagnostic]) -> Iterator[Diagnostic]:
    seen: set[object] = set()
    for diagnostic in found:
        # A warning is about a definition, wherever it was noticed.
        about = diagnostic if diagnostic.severity is Severity.ERROR else (diagnostic.headline, diagnostic.notes)
        if about not in seen:
            yield diagnostic
        seen.add(about)
