"""Manifests to text: which file holds what, in which order, with a kustomization in every folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from compiler.kube.base import Plainer
from compiler.render import yaml
from compiler.targets.emit import Output

KUSTOMIZATION: Final = "kustomization.yaml"

Documents = Mapping[str, tuple[Mapping[str, object], ...]]


class Bundle(Struct, frozen=True):
    """The files of `out/` by path: as plain data for whoever checks them, and as the text that is written."""

    documents: Documents
    texts: Mapping[str, str]


class File(Struct, frozen=True):
    """One file of `out/`: its objects as plain data, and its text."""

    path: str
    documents: tuple[Mapping[str, object], ...]
    text: str


def render(outputs: Iterable[Output]) -> Bundle:
    """Render every file, and one `kustomization.yaml` for each folder; for the rest see `files`."""
    rendered = list(files(outputs))
    rendered += kustomizations([file.path for file in rendered])
    rendered.sort(key=lambda file: file.path)
    return Bundle({file.path: file.documents for file in rendered}, {file.path: file.text for file in rendered})


def files(outputs: Iterable[Output]) -> Iterator[File]:
    """Render one file after the other; what they share is spelt once.

    Raises:
        UnspellableError: a CEL literal holds a character that no spelling carries.
    """
    shared, writer = Plainer(), yaml.Writer()
    for output in outputs:
        documents: tuple[Mapping[str, object], ...] = tuple(map(shared.plain, output.manifests))
        yield File(output.path, documents, writer.stream(documents))


def kustomizations(paths: Iterable[str]) -> Iterator[File]:
    """Give a `kustomization.yaml` for each folder that lists its files and folders."""
    members: dict[str, set[str]] = {}
    for path in paths:
        here = path
        while here:
            folder, _, name = here.rpartition("/")
            members.setdefault(folder, set()).add(name)
            here = folder
    for folder, names in members.items():
        resources = sorted(names)
        document = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": resources}
        yield File(f"{folder}/{KUSTOMIZATION}" if folder else KUSTOMIZATION, (document,), yaml.document(document))
