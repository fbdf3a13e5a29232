"""One of the two configurations that are compared: what it says, what it means, and what it compiles to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.intent.intent import Intent
from compiler.program.backends import ExternalModel
from compiler.program.ir import Model, Program
from compiler.render.layout import KUSTOMIZATION, Documents
from compiler.source.document import Sources

# Kind, namespace (empty for cluster-wide objects) and name.
ObjectKey = tuple[str, str, str]

# Kinds whose limits Limitador counts.
LIMITING: Final = ("TokenRateLimitPolicy", "RateLimitPolicy")


class Object(Struct, frozen=True):
    """An emitted object, the file of `out/` it is in, and the object itself as plain data."""

    key: ObjectKey
    file: str
    data: Mapping[str, object]


class Side(Struct, frozen=True, dict=True):
    """One configuration; `revision` (`main:`, or nothing) and `folder` are put before its file names.

    `intent` says which groups and users are declared, where that is asked for.
    """

    revision: str
    folder: str
    program: Program
    sources: Sources
    documents: Documents
    intent: Intent | None = None

    @cached_property
    def objects(self) -> Mapping[ObjectKey, Object]:
        """Give all emitted objects by their identity."""
        return {found.key: found for found in _objects(self.documents)}

    @cached_property
    def by_file(self) -> Mapping[str, tuple[Object, ...]]:
        """Give the emitted objects by the file they are in."""
        found: dict[str, list[Object]] = {}
        for one in self.objects.values():
            found.setdefault(one.file, []).append(one)
        return {file: tuple(objects) for file, objects in found.items()}

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """Give the models by `namespace/name`."""
        return {model.id: model for model in self.program.models}

    @cached_property
    def _of_gateway(self) -> tuple[Object, ...]:
        return self._below("gateway/")

    @cached_property
    def _of_keys(self) -> tuple[Object, ...]:
        return self._below("provider-keys/")

    def _below(self, folder: str) -> tuple[Object, ...]:
        return tuple(one for file, found in self.by_file.items() if file.startswith(folder) for one in found)

    def relevant(self, model: Model) -> tuple[Object, ...]:
        """Give the objects that decide about requests for a model: its own, those of the Gateway, and who may read keys."""
        needs_key = isinstance(model.backend, ExternalModel) and model.backend.credential is not None
        keys = self._of_keys if needs_key else ()
        return (*self._of_gateway, *keys, *self.by_file.get(f"models/{model.id}.yaml", ()))

    def only(self, ident: str) -> Program:
        """Give the Program with one of its models, or with none where it has no such model."""
        return replace(self.program, models=(self.models[ident],) if ident in self.models else ())

    def line(self, place: Place) -> int:
        """Give the line of a place, from 1; 0 when it is not known."""
        span = self.sources.span(place)
        return span.line if span else 0


def _objects(documents: Documents) -> Iterator[Object]:
    for file, content in documents.items():
        if file.rpartition("/")[2] == KUSTOMIZATION:
            continue
        for data in content:
            metadata = data.get("metadata")
            named = metadata if isinstance(metadata, Mapping) else {}
            key = (str(data.get("kind")), str(named.get("namespace", "")), str(named.get("name", "")))
            yield Object(key, file, data)
