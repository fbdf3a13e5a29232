"""The schemas themselves: valid, closed, and found wherever the program is installed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from compiler import regex
from compiler.validate import schemas

FILES = sorted(entry.name for entry in schemas.folder().iterdir())


def _nodes(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from _nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _nodes(value)


@pytest.mark.parametrize("file", FILES)
def test_it_is_a_valid_schema_of_the_draft(file: str) -> None:
    """Any validator of draft 2020-12 can read it, and its expressions are those of RE2."""
    assert file.endswith(".schema.json")
    schema = json.loads(schemas.folder().joinpath(file).read_text(encoding="utf-8"))
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema["title"]
    Draft202012Validator.check_schema(schema)
    for node in _nodes(schema):
        assert regex.valid(node.get("pattern", "")) if isinstance(node.get("pattern", ""), str) else True
        assert all(regex.valid(pattern) for pattern in node.get("patternProperties", {}))


@pytest.mark.parametrize("file", FILES)
def test_every_object_in_it_is_closed(file: str) -> None:
    """Whatever describes an object says that there is nothing else in it."""
    schema = json.loads(schemas.folder().joinpath(file).read_text(encoding="utf-8"))
    objects = [node for node in _nodes(schema) if node.get("type") == "object"]
    assert objects
    assert all(node.get("additionalProperties") is False for node in objects)
    assert all(node["type"] == "object" for node in _nodes(schema) if isinstance(node.get("additionalProperties"), bool))
    assert all(set(node.get("required", ())) <= set(node.get("properties", ())) for node in objects)


def test_each_kind_has_one_schema_named_after_it() -> None:
    """A file is found by the kind it is about; references are put in place when it is read."""
    kinds = {kind.lower() for _, kind in schemas.ours()}
    assert {f"{kind}.schema.json" for kind in kinds} | {"common.schema.json"} == set(FILES)
    assert "$ref" not in json.dumps(list(schemas.ours().values()))


def test_only_kinds_of_kubernetes_have_its_schema() -> None:
    """The newest bundled release is used, and it is closed."""
    for version, kind in schemas.ours():
        bundled = schemas.of_kubernetes(version, kind)
        own = version in ("v1", "rbac.authorization.k8s.io/v1")
        assert (bundled is not None) == own
        assert bundled is None or bundled["additionalProperties"] is False
        assert schemas.is_custom(version) == (not own and kind != "Kustomization")


def test_a_kind_that_kubernetes_does_not_have_is_never_let_through() -> None:
    """Nothing is known against it, and that is no answer."""
    for version, kind in (("v1", "Widget"), ("v2", "Secret"), ("rbac.authorization.k8s.io/v1", "Secret")):
        with pytest.raises(FileNotFoundError):
            schemas.of_kubernetes(version, kind)
        with pytest.raises(FileNotFoundError):
            schemas.fits({}, version, kind)


def test_a_definition_of_kubernetes_is_read_alone_as_among_all() -> None:
    """By its name, which no other part of that file bears."""
    whole = json.loads(schemas._definitions())["$defs"]
    assert all(schemas.definition(name) == content for name, content in whole.items())
