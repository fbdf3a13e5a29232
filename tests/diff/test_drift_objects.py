"""Objects of a cluster against those of `out/`: what is a difference, what is none, and what else matters."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from drift_cluster import Object, cluster, copied, dumped, emitted, named
from drift_sides import differing, lives

from compiler.drift import dump
from compiler.drift.defaults import DEFAULTS, defaults_of
from compiler.drift.dump import Live, key_of
from compiler.drift.fields import different
from compiler.drift.normal import group_of, normal
from compiler.drift.objects import compared
from compiler.drift.result import Fate
from compiler.drift.written import Written

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out"
CRDS = ROOT.parent / "shared" / "crds"
OUTPUTS = [OUT, *sorted(ROOT.glob("tests/cases/*/out"))]


@pytest.mark.parametrize("out", OUTPUTS, ids=lambda out: out.parent.name)
def test_what_the_server_adds_is_no_difference(out: Path) -> None:
    there = cluster(out)
    assert there != emitted(out)
    found, wrong = dump.objects({"live.yaml": dumped(there).encode()})
    assert not wrong
    assert compared(Written(lives(emitted(out))), found) == ((), len(there))


@pytest.mark.parametrize("out", OUTPUTS, ids=lambda out: out.parent.name)
def test_every_object_is_missed(out: Path) -> None:
    found = differing([], out)
    assert {(one.fate, one.key) for one in found} == {(Fate.MISSING, one.key) for one in lives(emitted(out))}
    assert differing(cluster(out)[1:], out)[0].key == key_of(emitted(out)[0])


def _changed(data: Any) -> Any:  # noqa: ANN401 - whatever a manifest holds
    match data:
        case bool():
            return not data
        case int():
            return data + 1
        case str():
            return f"{data}x"
        case list():
            return [*data, data[-1]] if data else ["x"]
        case _:
            return {**data, "x": 1}


def _paths(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - the same
    items = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    return [path, *(found for key, value in items for found in _paths(value, (*path, key)))]


def test_the_readme_names_every_kind_that_a_dump_must_hold() -> None:
    """A kind that is not asked for is told as missing, with every object."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Drift\n")[2].partition("\n## ")[0]
    kinds = {one["kind"].lower() for out in OUTPUTS for one in emitted(out)}
    plurals = {kind: re.sub("([cr])y$", r"\1ie", kind) + ("es" if kind.endswith("ss") else "s") for kind in kinds}
    assert {kind for kind, plural in plurals.items() if not re.search(rf"\b{plural}\b", section)} == set()


def test_every_change_of_a_field_is_found() -> None:
    """Whatever is written in a manifest: if it is something else in the cluster, that is told, and nothing else is."""
    seen = set()
    for ours, there in zip(lives(emitted(OUT)), lives(cluster(OUT)), strict=True):
        if ours.key[1] in seen:
            continue
        seen.add(ours.key[1])
        for path in _paths({key: value for key, value in ours.data.items() if key not in ("apiVersion", "kind", "metadata")})[1:]:
            changed = copied(dict(there.data))
            holder: Any = changed
            for part in path[:-1]:
                holder = holder[part]
            holder[path[-1]] = _changed(holder[path[-1]])
            assert list(different(ours, Live(there.key, changed, there.place))), path


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (
            lambda one: one["metadata"]["labels"].pop("app.kubernetes.io/managed-by"),
            "metadata.labels.app.kubernetes.io/managed-by",
        ),
        (
            lambda one: one["metadata"]["annotations"].update({"opendatahub.io/managed": "true"}),
            "metadata.annotations.opendatahub.io/managed",
        ),
        (lambda one: one["metadata"].update(deletionTimestamp="2026-01-01T00:00:00Z"), "metadata.deletionTimestamp"),
        (lambda one: one["metadata"].update(ownerReferences=[{"kind": "X"}]), "metadata.ownerReferences"),
        (lambda one: one["spec"].pop("targetRef"), "spec.targetRef"),
    ],
)
def test_metadata_of_ours_and_what_takes_an_object_away_are_differences(change: Callable[[Object], object], field: str) -> None:
    there = cluster(OUT)
    change(named(there, "AuthPolicy", "maas-auth-qwen3"))
    (found,) = differing(there)
    assert [one.path for one in found.fields] == [field]


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["metadata"]["labels"].update(team="ours"),
        lambda one: one["metadata"].update(finalizers=["kuadrant.io/x"]),
        lambda one: one.update(apiVersion="kuadrant.io/v1beta9"),
        lambda one: one.update(status={"conditions": None}),
        lambda one: one["spec"].update(when=None),
    ],
)
def test_what_others_add_is_none(change: Callable[[Object], object]) -> None:
    there = cluster(OUT)
    change(named(there, "AuthPolicy", "maas-auth-qwen3"))
    assert differing(there) == []


def test_what_is_filled_in_is_none_only_where_nothing_is_written() -> None:
    token = _other("Secret", "x", type="kubernetes.io/service-account-token")
    plain = _other("Secret", "x", type="Opaque")
    filled = {"data": {"token": "x"}}
    assert compared(Written(lives([token])), lives([token | filled])) == ((), 1)
    assert compared(Written(lives([plain])), lives([plain | filled]))[0][0].fate is Fate.CHANGED
    assert compared(Written(lives([token | filled])), lives([token]))[0][0].fate is Fate.CHANGED


def _other(kind: str, name: str, **spec: object) -> Object:
    group = {"Secret": "v1", "RoleBinding": "rbac.authorization.k8s.io/v1", "HTTPRoute": "gateway.networking.k8s.io/v1"}
    version = group.get(kind, "kuadrant.io/v1")
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "llm"}, **spec}


MANAGED = {"app.kubernetes.io/managed-by": "maasc"}
KEY = {"authorino.kuadrant.io/managed-by": "authorino", "maas.opendatahub.io/api-key": "maas-default-gateway"}


def _target(kind: str, name: str) -> dict[str, object]:
    return {"targetRef": {"group": "gateway.networking.k8s.io", "kind": kind, "name": name}}


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (_other("AuthPolicy", "x", spec=_target("HTTPRoute", "qwen3-kserve-route")), "it may replace ours"),
        (_other("RateLimitPolicy", "x", spec=_target("HTTPRoute", "maas-model-granite-3-1-8b")), "it may replace ours"),
        (copied(_other("AuthPolicy", "x", spec=_target("Gateway", "maas-default-gateway")), namespace="openshift-ingress"),
         "it may replace ours"),
        (copied(_other("AuthPolicy", "x", spec=_target("HTTPRoute", "gone")), labels=MANAGED), "it was made by a build"),
        (copied(_other("HTTPRoute", "x"), labels=MANAGED), "it was made by a build"),
        (copied(_other("Secret", "x"), labels=KEY), "whoever has the key"),
        (_other("AuthPolicy", "x"), "what it is on cannot be read"),
        (_other("AuthPolicy", "x", spec={"targetRef": {"kind": "HTTPRoute", "name": ["x"]}}), "what it is on cannot be read"),
    ],
)  # fmt: skip
def test_what_matters_to_ours_is_told(one: Object, why: str) -> None:
    (found,) = differing([*cluster(OUT), one])
    assert found.fate is Fate.EXTRA
    assert why in found.effect


@pytest.mark.parametrize(
    "one",
    [
        _other("AuthPolicy", "x", spec=_target("HTTPRoute", "somebody-elses")),
        _other("AuthPolicy", "x", spec=_target("Gateway", "maas-default-gateway")),
        copied(_other("Secret", "x"), labels={"app.kubernetes.io/managed-by": "Helm"}),
        copied(_other("Secret", "x"), labels={**KEY, "maas.opendatahub.io/api-key": "another-gateway"}),
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}},
    ],
)
def test_what_does_not_is_passed_over(one: Object) -> None:
    """A policy reaches only what is in its own namespace, so one elsewhere is for another Gateway of that name."""
    assert differing([*cluster(OUT), one]) == []


def test_a_binding_to_a_role_of_ours_is_told() -> None:
    out = ROOT / "tests/cases/tiers-on-the-gateway/out"
    there = cluster(out)
    role = next(one for one in there if one["kind"] == "Role")
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role["metadata"]["name"]}
    mine = _other(
        "RoleBinding", "mine", roleRef=reference, subjects=[{"kind": "ServiceAccount", "name": "x", "namespace": "llm"}]
    )
    (found,) = differing([*there, mine], out)
    assert (found.fate, found.effect) == (Fate.EXTRA, "whoever it names has what our Role permits")
    assert differing([*there, {**mine, "roleRef": {**reference, "kind": "ClusterRole"}}], out) == []


def test_values_that_may_be_secrets_are_not_told() -> None:
    ours = _other("Secret", "x", type="Opaque", data={"api_key": "b2xk"})
    (found,) = compared(Written(lives([ours])), lives([_other("Secret", "x", type="Opaque", data={"api_key": "bmV3"})]))[0]
    (field,) = found.fields
    assert (field.path, field.written, field.live, field.secret) == ("data.api_key", None, None, True)


@pytest.mark.skipif(not CRDS.is_dir(), reason="the CustomResourceDefinitions do not lie beside the repository (../shared/crds)")
def test_the_defaults_are_those_of_the_definitions() -> None:
    """Below `spec`, in the version that we emit; merged policies (`defaults`, `overrides`) are not ours."""
    kinds = {(one.group, one.kind) for one in DEFAULTS}
    for file in sorted(CRDS.glob("*.yaml")):
        definition = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        group, kind = definition["spec"]["group"], definition["spec"]["names"]["kind"]
        if (group, kind) not in kinds:
            continue
        version = next(one for one in definition["spec"]["versions"] if one["name"] == "v1")
        there = dict(_defaults(version["schema"]["openAPIV3Schema"]))
        ours = {".".join(path): value for path, value in defaults_of(group, kind)}
        outside = ("status.", "spec.defaults.", "spec.overrides.")
        wanted = {path: value for path, value in there.items() if not path.startswith(outside)}
        assert {path: ours.get(path) for path in wanted if "dataFrom" not in path} == {
            path: value for path, value in wanted.items() if "dataFrom" not in path
        }


def _defaults(schema: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, object]]:
    found = [(".".join(path), schema["default"])] if "default" in schema else []
    for name, inner in schema.get("properties", {}).items():
        found += _defaults(inner, (*path, name))
    for each in (schema.get("items"), schema.get("additionalProperties")):
        found += _defaults(each, (*path, "*")) if isinstance(each, dict) else []
    return found


def test_defaults_are_written_where_there_is_a_place_for_them() -> None:
    found = normal(
        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "x"}, "spec": {"rules": [{}]}}
    )
    assert found["spec"] == {"rules": [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}]}]}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "x"},
        "roleRef": {"kind": "Role"},
    }
    subjects = normal({**binding, "subjects": [{"kind": "Group"}, {"kind": "ServiceAccount"}]})["subjects"]
    assert subjects == [{"kind": "Group", "apiGroup": "rbac.authorization.k8s.io"}, {"kind": "ServiceAccount", "apiGroup": ""}]
    assert group_of({"apiVersion": "v1"}) == ""
