"""Manifests to text: which file holds what, in which order, with a kustomization in every folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from compiler.kube.base import plain
from compiler.render import yaml
from compiler.targets.emit import Output

KUSTOMIZATION: Final = "kustomization.yaml"

Documents = Mapping[str, tuple[Mapping[str, object], ...]]


@dataclass(frozen=True)
class Bundle:
    """The files of `out/` by path: as plain data for whoever checks them, and as the text that is written."""

    documents: Documents
    texts: Mapping[str, str]


def render(outputs: Sequence[Output]) -> Bundle:
    """Render every file, and one `kustomization.yaml` for each folder that lists its files and folders.

    Raises:
        UnspellableError: a CEL literal holds a character that no spelling carries.
    """
    documents = {output.path: tuple(plain(manifest) for manifest in output.manifests) for output in outputs}
    documents |= _kustomizations(documents)
    ordered = dict(sorted(documents.items()))
    return Bundle(ordered, {path: yaml.stream(content) for path, content in ordered.items()})


def _kustomizations(paths: Mapping[str, object]) -> dict[str, tuple[dict[str, object], ...]]:
    members: dict[str, set[str]] = {}
    for path in paths:
        here = PurePosixPath(path)
        while here.name:
            members.setdefault(here.parent.as_posix(), set()).add(here.name)
            here = here.parent
    return {
        (PurePosixPath(folder) / KUSTOMIZATION).as_posix(): (
            {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": sorted(names)},
        )
        for folder, names in members.items()
    }
