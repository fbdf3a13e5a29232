"""Say what our schemas have against an object; takes a hundred times as long as telling that they have nothing."""

from __future__ import annotations

from collections.abc import Iterator

from jsonschema import Draft202012Validator, ValidationError

from compiler.diagnostics.model import Diagnostic, Severity
from compiler.validate import schemas
from compiler.validate.dialect import validator
from compiler.validate.words import REFUSED, Subject, reason, where


def faults(subject: Subject, version: str, kind: str) -> Iterator[Diagnostic]:
    """Give what is wrong with an object of a kind of ours."""
    errors = [*validator(schemas.ours()[version, kind]).iter_errors(subject.content)]
    kubernetes = schemas.of_kubernetes(version, kind)
    # Only for what ours lets through: Kubernetes' schema would say the same again in other words.
    if kubernetes is not None and not errors:
        errors += Draft202012Validator(kubernetes).iter_errors(subject.content)
    yield from (_invalid(subject, error) for error in errors)


def _invalid(subject: Subject, error: ValidationError) -> Diagnostic:
    path = tuple(error.absolute_path)
    place = subject.place.at(*path)
    headline = f"{subject.title} is not valid at {where(path)}: {reason(error)}"
    if error.validator == "additionalProperties":
        place = place.on_key()
    return Diagnostic("invalid-manifest", Severity.ERROR, headline, place, REFUSED)
