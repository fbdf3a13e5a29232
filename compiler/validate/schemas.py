"""The closed schemas of `schemas/manifests/` by apiVersion and kind, and those of Kubernetes for its own kinds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from jsonschema import Draft202012Validator
from kubernetes_validate import latest_version, utils

from compiler.validate.dialect import validator

_SHARED: Final = "common.schema.json"
# The API groups that the API server itself serves and kubernetes-validate describes.
_CORE_GROUPS: Final = ("", "rbac.authorization.k8s.io")
# Read by kustomize alone; no object of a cluster.
_KUSTOMIZE: Final = "kustomize.config.k8s.io"
# By this name the schemas of kubernetes-validate refer to each other.
_DEFINITIONS: Final = "/api/_definitions.json"


def group_of(api_version: str) -> str:
    """Give the group of an apiVersion, empty for the core group."""
    return api_version.rpartition("/")[0]


@cache
def ours() -> Mapping[tuple[str, str], Any]:
    """Give a validator for each apiVersion and kind that is ever emitted."""
    texts = {entry.name: json.loads(entry.read_text(encoding="utf-8")) for entry in folder().iterdir() if _is_schema(entry)}
    found = {}
    for name, schema in sorted(texts.items()):
        if name != _SHARED:
            named = schema["properties"]
            found[named["apiVersion"]["const"], named["kind"]["const"]] = validator(_inlined(schema, name, texts))
    return found


def folder() -> Traversable:
    """Give the folder of the schemas, which lies beside the package in a source tree and when installed."""
    return files("compiler").joinpath("..", "schemas", "manifests")


@cache
def of_kubernetes(api_version: str, kind: str) -> Any | None:  # noqa: ANN401 - jsonschema's validators are one protocol short
    """Give Kubernetes' own strict schema, of the newest release that is bundled; None for kinds that it does not define."""
    if group_of(api_version) not in _CORE_GROUPS:
        return None
    bundled = f"kubernetes-json-schema/v{latest_version()}-local-strict"
    group, _, version = api_version.rpartition("/")
    name = "-".join(part for part in (kind.lower(), group.partition(".")[0], version) if part)
    schema = utils.schema_contents(f"{bundled}/{name}.json", latest_version())
    definitions = utils.schema_contents(f"{bundled}/_definitions.json", latest_version())
    return Draft202012Validator(_inlined(schema, name, {_DEFINITIONS: definitions}))


def is_custom(api_version: str) -> bool:
    """Tell whether a cluster knows the group only by CustomResourceDefinitions."""
    return group_of(api_version) not in (*_CORE_GROUPS, _KUSTOMIZE)


def _is_schema(entry: Traversable) -> bool:
    return entry.name.endswith(".schema.json")


def _inlined(value: object, file: str, texts: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Put what a reference names in its place: following references takes half of the time. None of these is recursive."""
    match value:
        case {"$ref": str(target)}:
            other, _, path = target.partition("#/$defs/")
            return _inlined(texts[other or file]["$defs"][path], other or file, texts)
        case dict():
            return {key: _inlined(item, file, texts) for key, item in value.items() if key != "$defs"}
        case list():
            return [_inlined(item, file, texts) for item in value]
        case _:
            return value
