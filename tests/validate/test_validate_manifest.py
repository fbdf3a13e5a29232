"""Every emitted object is held against a closed schema, and the bundle against itself."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from validate_support import CONFIGS, Object, Steps, check, codes, emitted, places, replaced, sample, samples, without

import compiler.kube
from compiler.diagnostics.model import Place, Severity
from compiler.diagnostics.rule import codes as pages
from compiler.validate import schemas
from compiler.validate.manifest import validate


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.parent.name)
def test_what_is_emitted_is_valid(config: Path) -> None:
    """The compiler never emits what its own schemas refuse."""
    assert validate(emitted(config).documents) == ()


def test_every_kind_has_a_schema() -> None:
    """No object of `compiler.kube` can be emitted without one."""
    modules = [importlib.import_module(f"compiler.kube.{one.name}") for one in pkgutil.iter_modules(compiler.kube.__path__)]
    classes: set[Any] = {member for module in modules for _, member in inspect.getmembers(module, inspect.isclass)}
    kinds = {(one.api_version, one.kind) for one in classes if isinstance(getattr(one, "kind", None), str)}
    assert len(kinds) > 6
    assert kinds <= set(schemas.ours())
    assert {one["kind"] for one in samples()} - {kind for _, kind in kinds} == {"Kustomization"}


def test_the_samples_cover_every_kind_that_is_emitted() -> None:
    """The tests below say something of every kind."""
    assert {kind for _, kind in schemas.ours()} == {one["kind"] for one in samples()}


def test_only_namespaces_of_tiers_are_known() -> None:
    """One without the labels by which the MaaS API knows it as a tier's would be refused by it."""
    namespace = sample("Namespace")
    account = next(one for one in samples() if "automountServiceAccountToken" in one)
    assert check(namespace, account) == []
    labels = without(namespace["metadata"]["labels"], ("maas.opendatahub.io/tier-namespace",))
    assert codes(check(replaced(namespace, ("metadata", "labels"), labels))) == ["invalid-manifest"]
    assert set(codes(check({**account, "automountServiceAccountToken": True}))) == {"invalid-manifest"}
    assert codes(check({**account, "secrets": []})) == ["invalid-manifest"]


OBJECTS = [(path, one) for one in samples() for path, value in places(one) if isinstance(value, dict)]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(OBJECTS),
    st.sampled_from(["Unknown", "no such", "x.y", "section!", "$ref"]),
    st.sampled_from([{}, "x", 1]),
)
def test_an_unknown_key_anywhere_is_reported(where: tuple[Steps, Object], key: str, value: object) -> None:
    """The schemas are closed at every depth."""
    path, whole = where
    inner: Any = whole
    for part in path:
        inner = inner[part]
    if "data" in path or "matchLabels" in path:
        value = 1  # their names are the user's, and their values are texts
    found = check(replaced(whole, path, {**inner, key: value}))
    assert "invalid-manifest" in codes(found)
    assert any(one.place == Place("some.yaml", (*path, key), key=one.place.key) for one in found if one.place)


# What lies below these has names of the user's.
UNNAMED = ("limits", "authentication", "authorization", "overrides", "headers", "filters")


def test_a_missing_field_of_every_object_is_reported() -> None:
    """Everything that is emitted is needed, but for what is emitted only sometimes."""
    optional = {
        *("annotations", "app", "cache", "component", "counters", "credentials", "filters"),
        *("headers", "labels", "overrides", "property", "success", "hostname"),
    }
    told = {"opendatahub.io/managed", "argocd.argoproj.io/sync-options"}
    told |= {"maas.opendatahub.io/provider", "maas.opendatahub.io/target-model"}
    for one in samples():
        for path, value in places(one):
            if not path or isinstance(path[-1], int) or path[-1] in optional | told:
                continue
            if (
                path[-2:] == ("rules", "metadata")
                or path[-3:-1] == ("default", "labels")
                or ("backendRefs" in path and path[-1] == "namespace")
            ):
                continue
            if path[-2:-1] and path[-2] in UNNAMED:
                continue
            if path[-2:-1] == ("properties",):
                continue
            assert check(without(one, path)), (one["kind"], path, value)


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    [
        ("TokenRateLimitPolicy", ("spec", "limits", 0, "rates", 0, "window"), "1d", "`1d` does not match"),
        ("TokenRateLimitPolicy", ("spec", "limits", 0, "rates", 0, "window"), "1m\n", "does not match"),
        ("TokenRateLimitPolicy", ("spec", "limits", 0, "rates", 0, "limit"), -1, "`-1` breaks `minimum: 0`"),
        ("TokenRateLimitPolicy", ("spec", "limits", 0, "rates", 0, "limit"), 1.5, "it is a number, not a whole number"),
        ("TokenRateLimitPolicy", ("spec", "limits", 0, "rates", 0, "limit"), True, "it is a boolean, not a whole number"),
        ("TokenRateLimitPolicy", ("spec", "limits", 0, "when", 0, "predicate"), "", "breaks `minLength: 1`"),
        ("TokenRateLimitPolicy", ("spec", "limits", 0, "when", 0, "predicate"), None, "it is null, not a string"),
        ("AuthPolicy", ("metadata", "name"), "Maas-Auth", "`Maas-Auth` does not match"),
        ("AuthPolicy", ("metadata", "name"), "a" * 64, "breaks `maxLength: 63`"),
        ("AuthPolicy", ("metadata", "name"), "\ud800", "does not match"),
        ("AuthPolicy", ("metadata", "labels", "app.kubernetes.io/managed-by"), "helm", "it is `helm`, not `maasc`"),
        ("AuthPolicy", ("metadata", "annotations", "opendatahub.io/managed"), False, "it is a boolean, not `false`"),
        ("AuthPolicy", ("spec", "targetRef", "kind"), "GRPCRoute", "`GRPCRoute` is none of `Gateway`, `HTTPRoute`"),
        ("AuthPolicy", ("spec", "rules", "authorization"), {}, "breaks `minProperties: 1`"),
        ("AuthPolicy", ("spec", "rules", "response", "unauthorized", "code"), 200, "it is `200`, not `403`"),
        ("HTTPRoute", ("spec", "hostnames", 0), "*.example.com", "does not match"),
        ("HTTPRoute", ("spec", "hostnames"), ["a.b", "a.b"], "breaks `uniqueItems: True`"),
        ("HTTPRoute", ("spec", "rules", 0, "matches", 0, "path", "value"), "/llm/../other", "does not match"),
        ("HTTPRoute", ("spec", "rules", 0, "backendRefs", 0, "port"), 0, "`0` breaks `minimum: 1`"),
        ("Role", ("rules", 0, "resourceNames"), [], "breaks `minItems: 1`"),
        ("Role", ("rules", 0, "verbs", 0), "*", "it is `*`, not `get`"),
        ("RoleBinding", ("roleRef", "kind"), "ClusterRole", "it is `ClusterRole`, not `Role`"),
        ("ConfigMap", ("data", "tiers"), [], "it is a list, not a string"),
        ("Kustomization", ("resources", 0), "../secret.yaml", "does not match"),
    ],
)
def test_a_wrong_value_is_reported(kind: str, path: Steps, value: object, said: str) -> None:
    """The report names the object and says what is wrong with the value, at its place in the output file."""
    whole = sample(kind)
    if "limits" in path:
        name = next(iter(whole["spec"]["limits"]))
        path = tuple(name if part == 0 and path[at - 1] == "limits" else part for at, part in enumerate(path))
    [found] = check(whole, replaced(whole, path, value)) if kind == "Kustomization" else check(replaced(whole, path, value))
    assert (found.code, found.severity) == ("invalid-manifest", Severity.ERROR)
    assert said in found.headline
    assert f"the {kind} " in found.headline
    assert found.place is not None
    assert found.place.path == path
    assert found.place.document == (1 if kind == "Kustomization" else 0)
    assert found.headline.isprintable() or "\ud800" in found.headline
    assert not found.headline.endswith(".")


def test_missing_fields_are_all_named() -> None:
    """One report names every field that is missing from one object."""
    policy = sample("AuthPolicy")
    [found] = check(without(policy, ("spec", "targetRef")))
    assert "is not valid at `spec`: `targetRef` is missing" in found.headline
    [found] = check(replaced(policy, ("spec",), {}))
    assert "`targetRef`, `rules` are missing" in found.headline


def test_a_rule_that_is_two_kinds_at_once_is_refused() -> None:
    """An authorization rule is one thing: Authorino would evaluate one of two and leave the other."""
    policy = next(one for one in samples() if "kubernetesSubjectAccessReview" in str(one))
    rules = policy["spec"]["rules"]["authorization"]
    both = {**rules["model-access"], "patternMatching": rules["subscription"]["patternMatching"]}
    [found] = check(replaced(policy, ("spec", "rules", "authorization", "model-access"), both))
    assert "breaks `maxProperties: 2`" in found.headline


def test_a_value_of_two_forms_is_refused() -> None:
    """A header is computed or found by a path, and never two of these."""
    policy = next(one for one in samples() if "success" in str(one))
    path = ("spec", "rules", "response", "success", "headers", "x-maas-tier", "plain")
    [found] = check(replaced(policy, path, {"expression": "a", "value": "b"}))
    assert "breaks `maxProperties: 1`" in found.headline


def test_a_subject_is_a_group_or_an_account() -> None:
    """Each with what names it; a user is neither."""
    group = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "g"}
    account = {"kind": "ServiceAccount", "name": "a", "namespace": "b"}
    binding = {**sample("RoleBinding"), "subjects": [group, account]}
    assert check(binding) == []
    [found] = check(replaced(binding, ("subjects", 0, "kind"), "User"))
    assert "it is `User`, not `Group`" in found.headline
    assert check(without(binding, ("subjects", 1, "namespace")))


def test_a_secret_never_holds_anything() -> None:
    """The one that is emitted is filled by the cluster; what a Secret would hold is in no file."""
    secret = sample("Secret")
    assert check(secret) == []
    for key in ("data", "stringData"):
        assert codes(check({**secret, key: {"token": "c2VjcmV0"}})) == ["invalid-manifest"]
    assert check(replaced(secret, ("type",), "Opaque"))


def test_long_values_are_cut() -> None:
    """A report stays readable whatever the value is."""
    found = check(replaced(sample("ConfigMap"), ("metadata", "name"), "A" * 100_000))
    assert len(found) == 2
    assert all(len(one.headline) < 600 for one in found)


@pytest.mark.parametrize("content", [{}, {"kind": "ConfigMap"}, {"apiVersion": "v1"}, {"apiVersion": 1, "kind": "ConfigMap"}])
def test_what_is_no_object_is_refused(content: Object) -> None:
    """Without apiVersion and kind nothing else can be checked."""
    [found] = check(content)
    assert found.code == "invalid-manifest"
    assert found.headline == "an object in `some.yaml` has no `apiVersion` or no `kind`"


def test_names_of_a_wrong_type_do_not_stop_the_report() -> None:
    """An object without a usable name is named by its file."""
    [found] = check({"apiVersion": "v1", "kind": "ConfigMap", "metadata": [], "data": {"a": "b"}})
    assert found.headline == "the ConfigMap in `some.yaml` is not valid at `metadata`: it is a list, not an object"


def test_an_unknown_kind_is_refused() -> None:
    """Kind and version are one name: a version that is not emitted is as unknown as a kind."""
    [found] = check({**sample("AuthPolicy"), "kind": "AuthPolicies"})
    assert (found.code, found.help) == ("unknown-kind", "did you mean `AuthPolicy`?")
    [found] = check({**sample("AuthPolicy"), "apiVersion": "kuadrant.io/v1beta3"})
    assert found.code == "unknown-kind"
    [found] = check({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}})
    assert found.help == "give its CustomResourceDefinition with `--crds`"


def test_kubernetes_has_the_last_word_on_its_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What our schema lets through is still held against the bundled one of Kubernetes."""
    role = sample("Role")
    everything: dict[str, object] = {}
    monkeypatch.setattr(schemas, "ours", lambda: {("rbac.authorization.k8s.io/v1", "Role"): everything})
    monkeypatch.setattr(schemas, "_quick", schemas._quick.__wrapped__)
    assert check(role) == []
    [found] = check({**role, "rule": []})
    assert found.code == "invalid-manifest"
    [found] = check(without(role, ("rules", 0, "verbs")))
    assert "`verbs` is missing" in found.headline


def test_two_objects_of_one_name_collide() -> None:
    """Whatever files they lie in, and in whatever version; other kinds and namespaces are other objects."""
    one = sample("ConfigMap")
    other = replaced(one, ("data",), {"tiers": "[]"})
    [found] = validate({"a.yaml": (one,), "b.yaml": (other,)})
    assert found.code == "name-collision"
    assert found.headline == "the ConfigMap `maas-api/tier-to-group-mapping` is described twice"
    assert found.place == Place("b.yaml", ("metadata", "name"))
    assert found.notes[0].place == Place("a.yaml", ("metadata", "name"))
    assert check(one, replaced(one, ("metadata", "namespace"), "elsewhere")) == []


def test_two_policies_of_one_target_are_reported_once_each() -> None:
    """Kuadrant lets the newer one replace the older; the same target in another namespace is another target."""
    for kind in ("AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy"):
        first = sample(kind)
        second = replaced(first, ("metadata", "name"), "another")
        [found] = check(first, second)
        assert found.code == "two-policies-one-target"
        assert found.headline == f"the {kind} `{_named(second)}` attaches to the target of the {kind} `{_named(first)}`"
        assert found.place == Place("some.yaml", ("spec", "targetRef"), document=1)
        assert check(first, replaced(second, ("metadata", "namespace"), "elsewhere")) == []
        assert check(first, replaced(second, ("spec", "targetRef", "name"), "elsewhere")) == []
        section = replaced(second, ("spec", "targetRef"), {**second["spec"]["targetRef"], "sectionName": "https"})
        assert codes(check(first, section)) == ["invalid-manifest"]
    assert check(sample("AuthPolicy"), sample("TokenRateLimitPolicy"), sample("RateLimitPolicy")) == []


def test_the_same_policy_twice_is_one_report() -> None:
    """Two descriptions of one object do not also fight for its target."""
    assert codes(check(sample("AuthPolicy"), sample("AuthPolicy"))) == ["name-collision"]


def _named(policy: Object) -> str:
    return f"{policy['metadata']['namespace']}/{policy['metadata']['name']}"


def test_every_code_has_a_page() -> None:
    """What is reported can be looked up."""
    ours = {"invalid-manifest", "unknown-kind", "name-collision", "two-policies-one-target"}
    assert ours | {"bad-crd", "crd-violation", "crd-rule-unverified", "no-crds"} <= set(pages())
