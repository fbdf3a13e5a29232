"""A CustomResourceDefinition as data: which versions of a kind there are, and what an object of each must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from compiler.validate.dialect import validator
from compiler.validate.structural import NotStructuralError, Path, Schema, json_schema

API_VERSION: Final = "apiextensions.k8s.io/v1"
KIND: Final = "CustomResourceDefinition"


class BadDefinitionError(ValueError):
    """The document is no definition that can be checked against; `path` leads to what is wrong."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(why)
        self.path = path


class Version(Struct, frozen=True):
    """One version of a kind: its OpenAPI schema, and a validator for the same as closed JSON Schema."""

    served: bool
    schema: Schema
    validator: Any


class Definition(Struct, frozen=True):
    """A kind that a cluster knows; `file` is where it was read from."""

    file: str
    group: str
    kind: str
    namespaced: bool
    versions: Mapping[str, Version]


def definition(file: str, document: Mapping[str, Any]) -> Definition:
    """Read a document of kind CustomResourceDefinition.

    Raises:
        BadDefinitionError: as the class says.
    """
    if document.get("apiVersion") != API_VERSION:
        raise BadDefinitionError(("apiVersion",), f"only `{API_VERSION}` is read")
    spec = _get(document, dict, "spec")
    versions = _get(document, list, "spec", "versions")
    if spec.get("preserveUnknownFields") is True:
        raise BadDefinitionError(("spec", "preserveUnknownFields"), "with it the API server checks and drops nothing")
    if spec.get("scope") not in ("Namespaced", "Cluster"):
        raise BadDefinitionError(("spec", "scope"), "the scope is `Namespaced` or `Cluster`")
    return Definition(
        file,
        _get(document, str, "spec", "group"),
        _get(document, str, "spec", "names", "kind"),
        spec["scope"] == "Namespaced",
        dict(_version(document, index) for index in range(len(versions))),
    )


def _version(document: Mapping[str, Any], index: int) -> tuple[str, Version]:
    path = ("spec", "versions", index)
    schema = _get(document, dict, *path, "schema", "openAPIV3Schema")
    try:
        closed = json_schema(schema)
    except NotStructuralError as error:
        raise BadDefinitionError((*path, "schema", "openAPIV3Schema", *error.path), str(error)) from error
    version = Version(_get(document, bool, *path, "served"), schema, validator(closed))
    return _get(document, str, *path, "name"), version


def _get(document: Any, kind: type, *path: str | int) -> Any:  # noqa: ANN401 - YAML
    value = document
    for index, part in enumerate(path):
        try:
            value = value[part]
        except (KeyError, TypeError):
            raise BadDefinitionError(path[:index], f"`{part}` is missing") from None
    if not isinstance(value, kind):
        raise BadDefinitionError(path, f"`{path[-1]}` has a value of a wrong type")
    return value
