"""Doors beside ours: what others grant on our models, and routes that take our requests; told with what they mean."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from drift_cluster import Object, cluster, copied, emitted, named

from compiler import pipeline
from compiler.diagnostics.model import Place
from compiler.diff.result import Change
from compiler.drift.compare import drift
from compiler.drift.dump import Live, key_of
from compiler.drift.result import Drift, Fate
from compiler.drift.written import Written
from compiler.program.ir import Program

ROOT = Path(__file__).parents[2]
ON_GATEWAY = ROOT / "tests/cases/tiers-on-the-gateway"
OUT = ROOT / "out"
RBAC = "rbac.authorization.k8s.io"
SOMEBODY = {"kind": "Group", "apiGroup": RBAC, "name": "system:serviceaccounts:maas-default-gateway-tier-free"}
CALLS = {"apiGroups": ["serving.kserve.io"], "resources": ["llminferenceservices"], "verbs": ["get", "post"]}
EVERYTHING = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
NO_ROLES = "the dump holds no ClusterRole at all: who may call our models in every namespace is not known"


def role(*rules: Object, kind: str = "ClusterRole", name: str = "callers", namespace: str = "") -> Object:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": metadata, "rules": list(rules)}


def binding(*subjects: Object, to: str = "ClusterRole", namespace: str = "", name: str = "callers") -> Object:
    metadata = {"name": "door", **({"namespace": namespace} if namespace else {})}
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    reference = {"apiGroup": RBAC, "kind": to, "name": name}
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": metadata, "roleRef": reference, "subjects": list(subjects)}


def lives(objects: list[Object]) -> tuple[Live, ...]:
    """Give objects with their identities."""
    return tuple(Live(key, one, Place("live.yaml")) for one in objects if (key := key_of(one)) is not None)


def program(config: Path) -> Program:
    found = pipeline.front(config).program
    assert found is not None
    return found


def written(config: Path) -> Written:
    """Give what a configuration compiles to, with the files."""
    bundle = pipeline.back(program(config)).bundle.documents
    found = [(file, one) for file, documents in bundle.items() for one in documents if one["kind"] != "Kustomization"]
    return Written(tuple(Live(key, one, Place(file)) for file, one in found if (key := key_of(one)) is not None))


@pytest.fixture(scope="module")
def gateway() -> tuple[Written, Program]:
    return written(ON_GATEWAY / "config"), program(ON_GATEWAY / "config")


@pytest.fixture(scope="module")
def routes() -> tuple[Written, Program]:
    return written(ROOT / "config"), program(ROOT / "config")


def drifted(of: tuple[Written, Program], out: Path, *more: Object, meant: bool = True) -> Drift:
    return drift(of[0], lives([*cluster(out), *more]), of[1] if meant else None, None)


def opened(found: Drift) -> set[str]:
    """Give the models that somebody may call who may not by `out/`."""
    return {model for row in found.rows for model in row.models if Change.GAINED in row.changes}


def test_a_grant_in_all_namespaces_opens_every_model(gateway: tuple[Written, Program]) -> None:
    found = drifted(gateway, ON_GATEWAY / "out", role(CALLS), binding(SOMEBODY))
    (door,) = found.objects
    assert (door.fate, door.name) == (Fate.EXTRA, "ClusterRoleBinding door")
    assert door.effect.startswith("whoever it names may call models")
    # `simulator-model` is open to every tier as it is written.
    assert opened(found) == {"llm/qwen3", "llm/internal"}
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("rules", "models"),
    [
        ((CALLS | {"resourceNames": ["qwen3"]},), {"llm/qwen3"}),
        ((CALLS | {"verbs": ["*"], "resourceNames": ["internal", "x"]},), {"llm/internal"}),
        ((CALLS | {"resourceNames": ["qwen3"]}, CALLS | {"resourceNames": ["internal"]}), {"llm/qwen3", "llm/internal"}),
        ((CALLS | {"resourceNames": ["qwen3"]}, CALLS | {"apiGroups": ["*"]}), {"llm/qwen3", "llm/internal"}),
    ],
)
@pytest.mark.parametrize("to", ["Role", "ClusterRole"])
def test_a_grant_in_the_namespace_opens_what_it_names(
    gateway: tuple[Written, Program], to: str, rules: tuple[Object, ...], models: set[str]
) -> None:
    permits = role(*rules, kind=to, namespace="llm" if to == "Role" else "")
    found = drifted(gateway, ON_GATEWAY / "out", permits, binding(SOMEBODY, to=to, namespace="llm"))
    assert [one.name for one in found.objects] == ["RoleBinding llm/door"]
    assert opened(found) == models


@pytest.mark.parametrize(
    ("permits", "binds"),
    [
        (role(CALLS | {"verbs": ["get", "create"]}), binding(SOMEBODY)),
        (role(CALLS | {"resources": ["inferenceservices"]}), binding(SOMEBODY)),
        (role(CALLS | {"apiGroups": ["apps"]}), binding(SOMEBODY)),
        (role(CALLS), binding()),
        (role(CALLS), binding(SOMEBODY, namespace="elsewhere")),
        (role(CALLS), {}),
    ],
)
def test_what_opens_nothing_is_passed_over(gateway: tuple[Written, Program], permits: Object, binds: Object) -> None:
    found = drifted(gateway, ON_GATEWAY / "out", permits, *([binds] if binds else []))
    assert found.nothing
    assert found.remarks == ()


@pytest.mark.parametrize("subject", ["system:authenticated", "system:serviceaccounts:a", "system:serviceaccounts"])
def test_everything_for_everybody_is_a_door(gateway: tuple[Written, Program], subject: str) -> None:
    found = drifted(gateway, ON_GATEWAY / "out", role(EVERYTHING), binding({"kind": "Group", "name": subject}))
    assert [one.name for one in found.objects] == ["ClusterRoleBinding door"]
    # A review asks for the group of a tier and for nobody else, but the backend may ask for whoever calls it.
    assert found.rows == ()


def test_administrators_are_remarked(gateway: tuple[Written, Program]) -> None:
    """Who may do everything may change our policies as well; every cluster has some."""
    somebody = binding({"kind": "ServiceAccount", "name": "operator", "namespace": "ops"})
    found = drifted(gateway, ON_GATEWAY / "out", role(EVERYTHING), somebody)
    assert found.nothing
    assert found.remarks == (
        "1 binding gives somebody everything in the cluster or a namespace, our models among it: administrators are not told of",
    )
    masters = binding({"kind": "Group", "name": "system:masters"})
    assert drifted(gateway, ON_GATEWAY / "out", role(EVERYTHING), masters).remarks == ()


def test_what_the_dump_does_not_tell_of_is_remarked(gateway: tuple[Written, Program], routes: tuple[Written, Program]) -> None:
    assert drifted(gateway, ON_GATEWAY / "out").remarks == (NO_ROLES,)
    assert drifted(gateway, ON_GATEWAY / "out", binding(SOMEBODY)).remarks == (
        "1 binding refers to roles that are not in the dump: whether they let call our models is not known",
    )
    assert NO_ROLES not in drifted(routes, OUT).remarks


def test_where_nobody_asks_the_cluster_its_grants_open_nothing(routes: tuple[Written, Program]) -> None:
    assert drifted(routes, OUT, role(CALLS), binding(SOMEBODY)).nothing


def test_subjects_that_nobody_can_be_do_no_harm(gateway: tuple[Written, Program]) -> None:
    strange: tuple[Any, ...] = ({"kind": "Robot", "name": "x"}, {"kind": "Group"}, {"kind": "ServiceAccount", "name": "x"})
    found = drifted(gateway, ON_GATEWAY / "out", role(CALLS), binding(*strange))
    assert [one.name for one in found.objects] == ["ClusterRoleBinding door"]
    assert (found.rows, found.unknown) == ((), ())


def route(
    kind: str, value: str, *hosts: str, gateway: str = "maas-default-gateway", namespace: str = "openshift-ingress"
) -> Object:
    """Give a route of somebody else's in a namespace of its own."""
    spec = {
        "parentRefs": [{"name": gateway, "namespace": namespace}],
        "hostnames": list(hosts),
        "rules": [{"matches": [{"path": {"type": kind, "value": value}}], "backendRefs": [{"name": "x", "port": 80}]}],
    }
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "x", "namespace": "x"},
        "spec": spec,
    }


HOST = "maas.apps.example.com"


@pytest.mark.parametrize(
    "foreign",
    [
        route("PathPrefix", "/llm/qwen3", HOST),
        route("PathPrefix", "/llm/qwen3/", HOST),
        route("PathPrefix", "/llm/qwen3/v1", HOST),
        route("Exact", "/llm/qwen3/v1/chat/completions", HOST),
        # The model's route is KServe's, which names a host or not.
        route("PathPrefix", "/llm/qwen3"),
        route("PathPrefix", "/llm/qwen3", "*.apps.example.com"),
        route("RegularExpression", "/llm/.*/completions", HOST),
        route("RegularExpression", "^/llm/qwen3x?/v1", HOST),
        route("RegularExpression", "/other|/llm/qwen3", HOST),
        route("RegularExpression", "(", HOST),
    ],
)
def test_a_route_at_a_path_of_ours_is_told(gateway: tuple[Written, Program], foreign: Object) -> None:
    (door,) = drifted(gateway, ON_GATEWAY / "out", foreign).objects
    assert (door.fate, door.name) == (Fate.EXTRA, "HTTPRoute x/x")
    assert door.effect.startswith("requests for `/llm/")
    assert door.effect.endswith("may go where it leads, by whatever policies it has, and not by ours")


@pytest.mark.parametrize("meant", [True, False])
def test_without_the_configuration_policies_tell_where_routes_are(routes: tuple[Written, Program], meant: bool) -> None:  # noqa: FBT001
    found = drifted(routes, OUT, route("PathPrefix", "/llm/qwen3/v1", HOST), meant=meant)
    assert [one.name for one in found.objects] == ["HTTPRoute x/x"]
    assert "`/llm/qwen3`" in found.objects[0].effect


def test_without_either_nothing_says_where_kserves_routes_are(gateway: tuple[Written, Program]) -> None:
    assert drifted(gateway, ON_GATEWAY / "out", route("PathPrefix", "/llm/qwen3/v1", HOST), meant=False).nothing


@pytest.mark.parametrize(
    "foreign",
    [
        route("PathPrefix", "/llm", HOST),
        route("PathPrefix", "/llm/qwen", HOST),
        route("PathPrefix", "/llm/qwen3-large", HOST),
        route("Exact", "/", HOST),
        route("PathPrefix", "/llm/qwen3", "other.example.com"),
        route("PathPrefix", "/llm/qwen3", HOST, gateway="another"),
        route("PathPrefix", "/llm/qwen3", HOST, namespace="another"),
        route("RegularExpression", "/other/.*", HOST),
    ],
)
def test_a_route_elsewhere_is_none_of_ours(gateway: tuple[Written, Program], foreign: Object) -> None:
    assert drifted(gateway, ON_GATEWAY / "out", foreign).nothing


def test_a_route_of_ours_names_its_host_and_has_it_before_wildcards(routes: tuple[Written, Program]) -> None:
    granite = named(emitted(OUT), "HTTPRoute", "maas-model-granite-3-1-8b")
    path = granite["spec"]["rules"][0]["matches"][0]["path"]["value"]
    assert not drifted(routes, OUT, route("PathPrefix", path, HOST)).nothing
    assert drifted(routes, OUT, route("PathPrefix", path, "*.apps.example.com")).nothing
    assert drifted(routes, OUT, route("PathPrefix", path)).nothing


def test_routes_that_kserve_makes_are_expected(gateway: tuple[Written, Program]) -> None:
    theirs = deepcopy(route("PathPrefix", "/llm/qwen3", HOST))
    assert drifted(gateway, ON_GATEWAY / "out", copied(theirs, name="qwen3-kserve-route", namespace="llm")).nothing
