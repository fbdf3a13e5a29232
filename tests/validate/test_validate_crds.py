"""The user's own definitions: how they are found and read, and what objects are held against."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from validate_crd_support import accepts, crd, loaded, obj, verdict, widget
from validate_support import sample

from compiler.cli.exit import COULD_NOT_RUN
from compiler.cli.verdict import code
from compiler.diagnostics.model import Place, Severity
from compiler.validate.crds import load_crds
from compiler.validate.manifest import validate

TEXT = {"type": "string"}


def test_definitions_are_found_in_every_form_that_kubectl_prints(tmp_path: Path) -> None:
    """One a file, several a file, a List, JSON, folders in folders; documents of other kinds do not matter."""
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
    listed = {"apiVersion": "v1", "kind": "List", "items": [_renamed("A"), other, _renamed("B")]}
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "a.yml").write_text(yaml.safe_dump_all([listed, _renamed("C")]))
    (tmp_path / "d.json").write_text(str(_renamed("D")).replace("'", '"').replace("True", "true").replace("False", "false"))
    (tmp_path / "readme.txt").write_text("not: {yaml")
    (tmp_path / "list.yaml").write_text("[1, 2]")
    crds, found = load_crds(tmp_path)
    assert found == ()
    assert crds is not None
    assert [kind for _, kind in crds.definitions] == ["D", "A", "B", "C"]
    assert crds.knows("example.org/v2", "A")
    assert not crds.knows("v1", "ConfigMap")


def _renamed(kind: str) -> dict[str, Any]:
    definition = crd(obj({}))
    definition["spec"]["names"]["kind"] = kind
    return definition


@pytest.mark.parametrize("name", [".", "missing", "a-file"])
def test_a_folder_without_definitions_is_an_error(tmp_path: Path, name: str) -> None:
    """Asked to check against definitions, the program does not go on without any."""
    (tmp_path / "a-file").write_text("")
    (tmp_path / "values.yaml").write_text("replicas: 1")
    crds, [found] = load_crds(tmp_path / name)
    assert crds is None
    assert (found.code, found.place) == ("no-crds", Place("."))
    assert code([found]) == COULD_NOT_RUN


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("apiVersion",), "apiextensions.k8s.io/v1beta1", "only `apiextensions.k8s.io/v1` is read"),
        (("spec",), None, "`spec` has a value of a wrong type"),
        (("spec", "group"), 1, "`group` has a value of a wrong type"),
        (("spec", "names"), {}, "`kind` is missing"),
        (("spec", "names"), [], "`kind` is missing"),
        (("spec", "scope"), "Everywhere", "the scope is `Namespaced` or `Cluster`"),
        (("spec", "preserveUnknownFields"), True, "checks and drops nothing"),
        (("spec", "versions"), {}, "`versions` has a value of a wrong type"),
        (("spec", "versions", 0, "served"), "true", "`served` has a value of a wrong type"),
        (("spec", "versions", 1, "schema"), {}, "`openAPIV3Schema` is missing"),
    ],
)
def test_a_broken_definition_is_an_error(tmp_path: Path, path: tuple[str | int, ...], value: object, said: str) -> None:
    """It is reported with its place, and the others are still read."""
    broken = crd(obj({}))
    inner: Any = broken
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    crds, [found] = loaded(tmp_path, _renamed("Good"), broken)
    assert crds is not None
    assert (found.code, found.severity) == ("bad-crd", Severity.ERROR)
    assert said in found.headline
    assert found.place is not None
    assert (found.place.file, found.place.document) == ("crds.yaml", 1)
    assert found.place.path == path[: len(found.place.path)]
    assert code([found]) == COULD_NOT_RUN


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ([], "is no mapping"),
        ({}, "`properties.spec` has no type"),
        ({"type": "text"}, "is `text`, which is no type"),
        (obj({"a": {"description": "anything"}}), "`properties.spec.properties.a` has no type"),
        (obj({"a": {"type": "string", "$ref": "#/x"}}), "`properties.spec.properties.a.$ref` is not known here"),
        (
            obj({"a": {"type": "string", "x-kubernetes-new": True}}),
            "`properties.spec.properties.a.x-kubernetes-new` is",
        ),
        (obj({"a": {"type": "string", "pattern": "(?=a)"}}), "is no regular expression"),
        (obj({"a": {"type": "string", "minLength": "1"}}), "has a value of a wrong type"),
        (obj({"a": {"type": "string", "minLength": True}}), "has a value of a wrong type"),
        (obj({"a": {"type": "string", "anyOf": []}}), "is not known here"),
        (obj([]), "`properties.spec.properties` is no mapping"),
        (obj({}, **{"x-kubernetes-validations": [{"message": "no rule"}]}), "is no list of rules"),
    ],
)
def test_a_schema_that_cannot_be_read_is_an_error(tmp_path: Path, schema: object, said: str) -> None:
    """Whatever the schema may mean, nothing is checked against a part of it."""
    crds, found = loaded(tmp_path, crd(schema))
    assert crds is None
    assert [one.code for one in found] == ["bad-crd"]
    assert said in found[0].headline
    assert found[0].place is not None
    assert found[0].place.path[:5] == ("spec", "versions", 0, "schema", "openAPIV3Schema")


def test_the_schema_of_a_kind_is_that_of_an_object(tmp_path: Path) -> None:
    """A definition whose root is no object is broken."""
    definition = crd(obj({}))
    definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["type"] = "array"
    _, [found] = loaded(tmp_path, definition)
    assert "is not the schema of an object" in found.headline


def test_files_that_cannot_be_read_are_errors(tmp_path: Path) -> None:
    """Malformed text, a link to nothing, linked folders: each may be the definition that matters."""
    (tmp_path / "a.yaml").write_text("a: [")
    (tmp_path / "b.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "c").symlink_to(tmp_path.parent)
    crds, found = load_crds(tmp_path)
    assert crds is None
    assert {one.code for one in found} == {"bad-crd"}
    assert sorted(one.place.file for one in found if one.place) == ["a.yaml", "b.yaml", "c"]
    assert next(one for one in found if one.place and one.place.file == "a.yaml").place != Place("a.yaml")


def test_folders_that_cannot_be_listed_are_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is closed to the reader is not passed over."""
    (tmp_path / "closed").mkdir()
    listed = os.scandir

    def scandir(path: Any) -> Any:  # noqa: ANN401 - stands in for os.scandir
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    _, [found] = load_crds(tmp_path)
    assert found.headline == "the folder cannot be read: permission denied"
    assert found.place == Place("closed")


def test_fields_that_would_be_dropped_are_errors(tmp_path: Path) -> None:
    """The API server says nothing about them, so the compiler does."""
    schema = obj(
        {"a": TEXT, "inner": obj({"b": TEXT}), "many": {"type": "array", "items": obj({"c": TEXT})}, "none": {"type": "object"}}
    )
    good = {"a": "x", "inner": {"b": "y"}, "many": [{"c": "z"}], "none": {}}
    accepts(tmp_path, schema, good, {"z": 1}, {"inner": {"a": "x"}}, {"many": [{"b": "x"}]}, {"none": {"x": 1}})
    [[found]] = verdict(tmp_path, schema, {"inner": {"z": 1}})
    assert found.headline == (
        "the Widget `here/one` breaks its CustomResourceDefinition at `spec.inner.z`: there is no such field"
    )
    assert found.effect == "the API server would drop the field silently, and nobody would enforce what it says"
    assert found.place == Place("w.yaml", ("spec", "inner", "z"), key=True)
    assert [note.text for note in found.notes] == ["the definition is `crds.yaml`"]


def test_fields_that_are_kept_are_not_errors(tmp_path: Path) -> None:
    """Preserved fields are kept where the schema says so, and below a named field its own schema counts again."""
    open_ = obj({"a": TEXT, "inner": obj({"b": TEXT})}, **{"x-kubernetes-preserve-unknown-fields": True})
    accepts(tmp_path, open_, {"z": {"y": 1}, "a": "x"}, {"a": 1}, {"inner": {"z": 1}})
    accepts(tmp_path, {"type": "object", "additionalProperties": True}, {"z": {"y": 1}})
    accepts(tmp_path, {"type": "object", "additionalProperties": TEXT}, {"z": "y"}, {"z": 1})
    accepts(tmp_path, obj({"a": {"x-kubernetes-preserve-unknown-fields": True}}), {"a": [{"z": 1}]})


def test_conditions_never_close_an_object(tmp_path: Path) -> None:
    """`anyOf` and its kin mention the fields they are about and no others."""
    schema = obj({"a": TEXT, "b": TEXT}, oneOf=[{"required": ["a"]}, {"properties": {"b": {"enum": ["x"]}}, "required": ["b"]}])
    accepts(tmp_path, schema, {"b": "x"}, {"b": "y"}, {"a": "1", "b": "x"}, {})
    [_, [found]] = verdict(tmp_path, schema, {"b": "x"}, {})
    assert "at `spec`: it has none of the forms that it may have (`oneOf`)" in found.headline
    accepts(tmp_path, obj({"a": TEXT}, **{"not": {"required": ["a"]}}), {}, {"a": "x"})
    accepts(tmp_path, obj({"a": TEXT}, allOf=[{"properties": {"a": {"maxLength": 1}}}]), {"a": "x"}, {"a": "xy"})


def test_types_of_kubernetes(tmp_path: Path) -> None:
    """int-or-string, nullable, and the bounds of OpenAPI 3.0."""
    accepts(tmp_path, obj({"a": {"x-kubernetes-int-or-string": True}}), {"a": "50%"}, {"a": 1.5}, {"a": []})
    accepts(tmp_path, obj({"a": {"type": "string", "nullable": True, "enum": ["x"]}}), {"a": None}, {"a": "y"})
    accepts(tmp_path, obj({"a": TEXT}), {"a": "x"}, {"a": None})
    bounded = {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 9, "exclusiveMaximum": False}
    accepts(tmp_path, obj({"a": bounded}), {"a": 9}, {"a": 0}, {"a": 9.5})
    accepts(tmp_path, obj({"a": {"type": "integer", "exclusiveMaximum": True}}), {"a": 1}, {"a": "1"})
    accepts(
        tmp_path, obj({"a": {"type": "string", "pattern": r"^\d+$", "x-docs": 1}}), {"a": "12"}, {"a": "12\n"}, {"a": "\u0661"}
    )


def test_lists_of_kubernetes(tmp_path: Path) -> None:
    """A set holds nothing twice, a map no key twice, and defaults count as keys."""
    items = {"type": "array", "items": TEXT}
    accepts(tmp_path, obj({"a": {**items, "x-kubernetes-list-type": "set"}}), {"a": ["x", "y"]}, {"a": ["x", "y", "x"]})
    accepts(tmp_path, obj({"a": {**items, "x-kubernetes-list-type": "atomic"}}), {"a": ["x", "x"]}, {"a": "x"})
    named = obj({"name": TEXT, "port": {"type": "integer", "default": 80}})
    keyed = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name", "port"]}
    schema = obj({"a": {"type": "array", "items": named, **keyed}})
    same = [{"name": "x", "port": 80}, {"name": "x"}]
    accepts(tmp_path, schema, {"a": [{"name": "x"}, {"name": "x", "port": 81}]}, {"a": same}, {"a": "x"}, {"a": ["x"]})
    [[found]] = verdict(tmp_path, schema, {"a": same})
    assert found.place == Place("w.yaml", ("spec", "a", 1))
    assert "the list has two items that are one by its type `map`" in found.headline


def test_metadata_and_embedded_objects(tmp_path: Path) -> None:
    """Metadata is open, but a definition may narrow the name; embedded objects have metadata of their own."""
    metadata = obj({"name": {"type": "string", "maxLength": 3}})
    crds, _ = loaded(tmp_path, crd(obj({}), properties={"metadata": metadata, "spec": obj({})}))
    assert validate({"w.yaml": (widget({}),)}, crds) == ()
    long = {**widget({}), "metadata": {"name": "four", "namespace": "here", "labels": {"a": "b"}}}
    [found] = validate({"w.yaml": (long,)}, crds)
    assert found.place == Place("w.yaml", ("metadata", "name"))
    embedded = obj({"replicas": {"type": "integer"}}, **{"x-kubernetes-embedded-resource": True})
    good = {"apiVersion": "v1", "kind": "X", "metadata": {"labels": {}}, "replicas": 1}
    accepts(tmp_path, obj({"a": embedded}), {"a": good}, {"a": {"replicas": 1}}, {"a": {**good, "x": 1}})
    [found] = validate({"w.yaml": ({**widget({}), "metadata": []},)}, loaded(tmp_path, crd(obj({}), scope="Cluster"))[0])
    assert "at `metadata`: it is a list, not an object" in found.headline


def test_only_served_versions_are_taken(tmp_path: Path) -> None:
    """The API server refuses the others, whatever their schema says."""
    crds, _ = loaded(tmp_path, crd(obj({})))
    for version in ("v1beta1", "v2"):
        [found] = validate({"w.yaml": (widget({}, apiVersion=f"example.org/{version}"),)}, crds)
        assert found.code == "crd-violation"
        assert found.headline == f"the Widget `here/one` is of version `{version}`, which the cluster does not serve"
        assert found.notes[0].text == "`crds.yaml` serves `v1`"
    definition = crd(obj({}))
    definition["spec"]["versions"][0]["served"] = False
    [found] = validate({"w.yaml": (widget({}),)}, loaded(tmp_path, definition)[0])
    assert found.notes[0].text == "`crds.yaml` serves no version at all"


def test_scope_is_checked(tmp_path: Path) -> None:
    """A namespaced object without a namespace would land wherever kubectl happens to look."""
    without = {**widget({}), "metadata": {"name": "one"}}
    [found] = validate({"w.yaml": (without,)}, loaded(tmp_path, crd(obj({})))[0])
    assert found.headline == "the Widget `one` has no namespace"
    wide = loaded(tmp_path, crd(obj({}), scope="Cluster"))[0]
    assert validate({"w.yaml": (without,)}, wide) == ()
    [found] = validate({"w.yaml": (widget({}),)}, wide)
    assert found.headline == "the Widget `here/one` has a namespace, and its kind has none"


def test_several_definitions_of_a_kind_must_all_be_satisfied(tmp_path: Path) -> None:
    """Nobody knows which of them the cluster has."""
    narrow = crd(obj({"a": {"type": "string", "maxLength": 1}}))
    crds, found = loaded(tmp_path, crd(obj({"a": TEXT})), narrow)
    assert found == []
    assert validate({"w.yaml": (widget({"a": "x"}),)}, crds) == ()
    assert [one.code for one in validate({"w.yaml": (widget({"a": "xy"}),)}, crds)] == ["crd-violation"]


def test_a_custom_kind_without_a_definition_is_said(tmp_path: Path) -> None:
    """With `--crds`, what is not held against a definition is named, once for each kind."""
    crds, _ = loaded(tmp_path, crd(obj({})))
    policy, other = sample("AuthPolicy"), sample("AuthPolicy")
    other["metadata"]["name"] = other["spec"]["targetRef"]["name"] = "other"
    objects = (policy, other, sample("ConfigMap"), sample("Kustomization"), sample("Role"))
    [found] = validate({"a.yaml": objects}, crds)
    assert (found.code, found.severity) == ("crd-rule-unverified", Severity.WARNING)
    assert found.headline == "no CustomResourceDefinition of AuthPolicy is among those given, so none of its rules is checked"


def test_an_unknown_kind_with_a_definition_is_known(tmp_path: Path) -> None:
    """A definition of the user's stands in for a schema of ours."""
    crds, _ = loaded(tmp_path, crd(obj({})))
    assert validate({"w.yaml": (widget({}),)}, crds) == ()
    assert [one.code for one in validate({"w.yaml": (widget({}),)})] == ["unknown-kind"]
