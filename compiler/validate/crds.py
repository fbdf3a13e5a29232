"""The user's own CustomResourceDefinitions: read them from a folder, and hold objects against them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.source.limits import LIMITS
from compiler.source.load import load_text
from compiler.validate.cel import Rules
from compiler.validate.conformance import violations
from compiler.validate.definition import KIND, BadDefinitionError, Definition, definition
from compiler.validate.schemas import group_of
from compiler.validate.words import Subject

_ENDINGS: Final = (".yaml", ".yml", ".json")
# All definitions of a cluster in one file are larger than any configuration.
_LIMITS: Final = replace(LIMITS, size=64 * 1024 * 1024)
_UNCHECKED: Final = "manifests of that kind would go to the cluster unchecked"


@dataclass(frozen=True)
class Crds:
    """Definitions by group and kind. Where a folder holds several of one kind, an object must satisfy all of them."""

    definitions: Mapping[tuple[str, str], tuple[Definition, ...]]
    _rules: Rules = field(default_factory=Rules, repr=False, compare=False)

    def knows(self, api_version: str, kind: str) -> bool:
        """Tell whether a kind is defined, in whatever version."""
        return (group_of(api_version), kind) in self.definitions

    def check(self, subject: Subject) -> Iterator[Diagnostic]:
        """Hold an object with apiVersion and kind against every definition of its kind."""
        group = group_of(subject.content["apiVersion"])
        for one in self.definitions.get((group, subject.content["kind"]), ()):
            yield from violations(subject, one, self._rules)


def load_crds(folder: Path) -> tuple[Crds | None, tuple[Diagnostic, ...]]:
    """Read every CustomResourceDefinition below a folder, also those in a List; documents of other kinds are passed over.

    Diagnostics name files relative to the folder. There are no Crds where the folder holds no definition.
    """
    found: dict[tuple[str, str], tuple[Definition, ...]] = {}
    problems: list[Diagnostic] = []
    for relative in sorted(_files(folder, problems)):
        for one in _read(folder, relative):
            if isinstance(one, Diagnostic):
                problems.append(one)
            else:
                found[one.group, one.kind] = (*found.get((one.group, one.kind), ()), one)
    if not found and not problems:
        problems.append(
            Diagnostic(
                "no-crds",
                Severity.ERROR,
                "no CustomResourceDefinition in the folder",
                Place("."),
                "every custom resource would go to the cluster unchecked",
                help="`kubectl get crd NAME -o yaml` prints one",
            )
        )
    return (Crds(found) if found else None), tuple(problems)


def _files(root: Path, problems: list[Diagnostic]) -> Iterator[Path]:
    """Give the paths of the files to read, relative to the root."""

    def refuse(problem: OSError) -> None:
        if Path(problem.filename) != root:
            place = _place(Path(problem.filename).relative_to(root))
            problems.append(_bad(place, f"the folder cannot be read: {_reason(problem)}"))

    for folder, folders, files in os.walk(root, onerror=refuse):
        here = Path(folder).relative_to(root)
        linked = [here / name for name in sorted(folders) if (root / here / name).is_symlink()]
        problems += [_bad(_place(path), "the folder is a symbolic link, and those are not followed") for path in linked]
        yield from (here / name for name in files if name.lower().endswith(_ENDINGS))


def _read(folder: Path, relative: Path) -> Iterator[Definition | Diagnostic]:
    file = _place(relative).file
    try:
        content = (folder / relative).read_bytes()
    except OSError as problem:
        yield _bad(Place(file), f"the file cannot be read: {_reason(problem)}")
        return
    documents, findings = load_text(file, content, _LIMITS)
    for finding in findings:
        yield replace(_bad(finding.place, finding.headline), notes=finding.notes)
    for document in documents:
        place = Place(file, document=document.index)
        for below, content_of in _definitions(place, document.data):
            try:
                yield definition(file, content_of)
            except BadDefinitionError as error:
                yield _bad(below.at(*error.path), f"this CustomResourceDefinition cannot be checked against: {error}")


def _definitions(place: Place, data: object) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    match data:
        case {"kind": "List", "items": list(items)}:
            for index, item in enumerate(items):
                yield from _definitions(place.at("items", index), item)
        case {"kind": kind} if kind == KIND and isinstance(data, dict):
            yield place, data


def _place(path: Path) -> Place:
    return Place(path.as_posix().encode("utf-8", "replace").decode("utf-8"))


def _reason(problem: OSError) -> str:
    return (problem.strerror or "the system refused").lower()


def _bad(place: Place | None, headline: str) -> Diagnostic:
    advice = "`kubectl get crd NAME -o yaml` prints a definition as the cluster has it"
    return Diagnostic("bad-crd", Severity.ERROR, headline, place, _UNCHECKED, help=advice)
