"""The closed schemas of `schemas/manifests/` by apiVersion and kind, and those of Kubernetes for its own kinds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

_SHARED: Final = "common.schema.json"
# The API groups that the API server itself serves and kubernetes-validate describes.
_CORE_GROUPS: Final = ("", "rbac.authorization.k8s.io")
# Read by kustomize alone; no object of a cluster.
_KUSTOMIZE: Final = "kustomize.config.k8s.io"
# By this name the schemas of kubernetes-validate refer to each other.
_DEFINITIONS: Final = "/api/_definitions.json"
_RELEASE: Final = re.compile(r"v(\d+)\.(\d+)\.(\d+)-local-strict")

Schema = Mapping[str, Any]


def group_of(api_version: str) -> str:
    """Give the group of an apiVersion, empty for the core group."""
    return api_version.rpartition("/")[0]


def ours() -> Mapping[tuple[str, str], Schema]:
    """Give the schema of each apiVersion and kind that is ever emitted, without references."""
    schemas = (_schema(file) for file in sorted(_files()))
    return {_about(schema): schema for schema in schemas}


@cache
def of(api_version: str, kind: str) -> Schema | None:
    """Give the schema of a kind, without references; None where none such is ever emitted."""
    file = f"{kind.lower()}.schema.json"
    schema = _schema(file) if file in _files() else None
    return schema if schema is not None and _about(schema) == (api_version, kind) else None


def folder() -> Path:
    """Give the folder of the schemas, which lies beside the package in a source tree and when installed."""
    return Path(__file__).parents[2] / "schemas" / "manifests"


@cache
def _files() -> frozenset[str]:
    """Give the names of the schemas; each is called by the kind that it is about."""
    return frozenset(entry.name for entry in folder().glob("*.schema.json")) - {_SHARED}


@cache
def _schema(file: str) -> Schema:
    schema: Schema = _inlined(_read(file), file, lambda other, name: _read(other)["$defs"][name])
    return schema


@cache
def _read(file: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((folder() / file).read_text(encoding="utf-8"))


def _about(schema: Schema) -> tuple[str, str]:
    named = schema["properties"]
    return named["apiVersion"]["const"], named["kind"]["const"]


@cache
def of_kubernetes(api_version: str, kind: str) -> Schema | None:
    """Give Kubernetes' own strict schema, of the newest release that is bundled; None for groups that are not its own.

    Raises:
        FileNotFoundError: the group is Kubernetes' own, and has no such kind. With None whatever it is would pass.
    """
    if group_of(api_version) not in _CORE_GROUPS:
        return None
    group, _, version = api_version.rpartition("/")
    name = "-".join(part for part in (kind.lower(), group.partition(".")[0], version) if part)
    own = json.loads((_bundled() / f"{name}.json").read_text(encoding="utf-8"))
    inlined: Schema = _inlined(own, _DEFINITIONS, lambda _, name: definition(name))
    return inlined


@cache
def definition(name: str) -> Schema:
    """Give one of the definitions to which Kubernetes' schemas refer. They are 2 MB, and only this one is read."""
    key = f"{json.dumps(name)}: "
    text = _definitions()
    found: Schema = json.JSONDecoder().raw_decode(text, text.index(key) + len(key))[0]
    return found


@cache
def _definitions() -> str:
    return (_bundled() / "_definitions.json").read_text(encoding="utf-8")


@cache
def _bundled() -> Path:
    # Only the files: importing kubernetes-validate takes longer than a small build.
    package = find_spec("kubernetes_validate")
    if package is None or not package.submodule_search_locations:
        message = "kubernetes-validate is not installed"
        raise ModuleNotFoundError(message)
    folders = (Path(package.submodule_search_locations[0]) / "kubernetes-json-schema").iterdir()
    releases = {tuple(map(int, found.groups())): folder for folder in folders if (found := _RELEASE.fullmatch(folder.name))}
    return releases[max(releases)]


def fits(content: object, api_version: str, kind: str) -> bool:
    """Tell whether an object of a kind of ours satisfies its schemas; only this, and a hundred times as fast as why not."""
    try:
        return all(one.is_valid(content) for one in _quick(api_version, kind))
    except ValueError:
        return False  # it holds half of a surrogate pair


@cache
def _quick(api_version: str, kind: str) -> tuple[jsonschema_rs.Validator, ...]:
    schemas = (of(api_version, kind), of_kubernetes(api_version, kind))
    # Expressions as RE2 reads them: without looking around or back.
    linear = jsonschema_rs.RegexOptions()
    return tuple(
        jsonschema_rs.Draft202012Validator(dict(schema), pattern_options=linear) for schema in schemas if schema is not None
    )


def is_custom(api_version: str) -> bool:
    """Tell whether a cluster knows the group only by CustomResourceDefinitions."""
    return group_of(api_version) not in (*_CORE_GROUPS, _KUSTOMIZE)


def _inlined(value: object, file: str, find: Callable[[str, str], Any]) -> Any:  # noqa: ANN401 - JSON
    """Put what a reference names in its place: following references takes half of the time. None of these is recursive."""
    match value:
        case {"$ref": str(target)}:
            other, _, name = target.partition("#/$defs/")
            return _inlined(find(other or file, name), other or file, find)
        case dict():
            return {key: _inlined(item, file, find) for key, item in value.items() if key != "$defs"}
        case list():
            return [_inlined(item, file, find) for item in value]
        case _:
            return value
