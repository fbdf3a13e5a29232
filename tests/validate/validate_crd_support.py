"""Hand-written CustomResourceDefinitions of a kind `Widget`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from compiler.diagnostics.model import Diagnostic
from compiler.validate.crds import Crds, load_crds
from compiler.validate.manifest import validate

Object = dict[str, Any]


def crd(spec: object, *, scope: str = "Namespaced", **more: object) -> Object:
    """Give a definition of Widget, example.org/v1, with a schema for `spec`."""
    schema = {"type": "object", "properties": {"spec": spec}, **more}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.org"},
        "spec": {
            "group": "example.org",
            "names": {"kind": "Widget", "plural": "widgets"},
            "scope": scope,
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}},
                {"name": "v1beta1", "served": False, "storage": False, "schema": {"openAPIV3Schema": schema}},
            ],
        },
    }


def loaded(folder: Path, *definitions: object) -> tuple[Crds | None, list[Diagnostic]]:
    """Write definitions into one file and load the folder."""
    (folder / "crds.yaml").write_text(yaml.safe_dump_all(definitions), encoding="utf-8")
    crds, found = load_crds(folder)
    return crds, list(found)


def widget(spec: object, **more: object) -> Object:
    """Give a Widget."""
    metadata = {"name": "one", "namespace": "here"}
    return {"apiVersion": "example.org/v1", "kind": "Widget", "metadata": metadata, "spec": spec, **more}


def verdict(folder: Path, schema: object, *specs: object, **more: Any) -> list[list[Diagnostic]]:  # noqa: ANN401 - parts of a schema
    """Hold Widgets with these specs against a definition, and give what is found of each."""
    crds, found = loaded(folder, crd(schema, **more))
    assert found == []
    assert crds is not None
    return [list(validate({"w.yaml": (widget(spec),)}, crds)) for spec in specs]


def accepts(folder: Path, schema: object, good: object, *bad: object) -> None:
    """Check that a schema takes one spec and refuses the others."""
    first, *others = verdict(folder, schema, good, *bad)
    assert first == []
    for spec, found in zip(bad, others, strict=True):
        assert {one.code for one in found} == {"crd-violation"}, spec


def obj(properties: object, **more: object) -> Object:
    """Give the schema of an object."""
    return {"type": "object", "properties": properties, **more}
