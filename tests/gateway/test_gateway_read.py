"""Manifests are read strictly: what is wrong or unknown is found, with its place, and never ends in a traceback."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from gateway_bench import (
    AUTH,
    CHAT,
    DENY_AUTH,
    GATEWAY,
    LIMITS,
    MODEL,
    PLATFORM,
    REVIEW,
    Platform,
    auth,
    codes,
    limits,
    platform,
    route,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.diagnostics.model import failed
from compiler.gateway.externals import ExternalRoute, Externals
from compiler.gateway.read import read
from compiler.gateway.strict import INCONCLUSIVE

BINDING = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: llm}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: Group, name: g}]
"""
ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: llm}
rules: [{apiGroups: [serving.kserve.io], resources: [llminferenceservices], resourceNames: [granite], verbs: [post]}]
"""

SECRETS_ALONE = """
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: a, namespace: b}
spec: {from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: n}], to: [{group: "", kind: Secret}]}
"""


def findings(*manifests: str) -> Platform:
    """Read what may be wrong."""
    return platform(*manifests, strict=False)


@pytest.mark.parametrize(
    ("manifest", "code", "path"),
    [
        ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: b}\n", "unmodelled", ("kind",)),
        ("apiVersion: kuadrant.io/v2\nkind: AuthPolicy\nmetadata: {name: a, namespace: b}\n", "unmodelled", ("kind",)),
        ("apiVersion: v1\nkind: List\nitems: []\n", "unmodelled", ("kind",)),
        ("kind: AuthPolicy\n", "bad-manifest", ()),
        ("apiVersion: kuadrant.io/v1\nkind: AuthPolicy\n", "bad-manifest", ()),
        ("apiVersion: kuadrant.io/v1\nkind: AuthPolicy\nmetadata: {name: a}\n", "bad-manifest", ("metadata",)),
        ("apiVersion: kuadrant.io/v1\nkind: AuthPolicy\nmetadata: {name: a, namespace: b}\n", "bad-manifest", ()),
        ("- a list\n", "bad-manifest", ()),
        ("just a text\n", "bad-manifest", ()),
        (auth(REVIEW).replace("  rules:", "  rulez:"), "unmodelled", ("spec", "rulez")),
        (auth(REVIEW).replace("kubernetesTokenReview", "kubernetesTokenRevue"), "unmodelled", None),
        (auth(REVIEW, target="kind: Service, name: model"), "bad-manifest", ("spec", "targetRef", "kind")),
        (auth(REVIEW, target="kind: GRPCRoute, name: model"), "unmodelled", ("spec", "targetRef")),
        (auth("    authentication: {}\n"), "bad-manifest", ("spec",)),
        (auth("    authentication: {a: {}}\n"), "bad-manifest", None),
        (auth("    authentication: {a: {anonymous: {b: 1}}}\n"), "unmodelled", None),
        ("apiVersion: kustomize.config.k8s.io/v2\nkind: Kustomization\n", "unmodelled", ("kind",)),
        (auth("    authentication: {a: {anonymous: {}, priority: high}}\n"), "bad-manifest", None),
        (auth("    authentication: {a: {anonymous: {}, when: {}}}\n"), "bad-manifest", None),
        (auth("    authentication: {a: {anonymous: {}, credentials: {}}}\n"), "bad-manifest", None),
        (auth("    authentication: {a: {jwt: {}}}\n"), "bad-manifest", None),
        (auth("    authentication: {a: {anonymous: {}, overrides: {b: {}}}}\n"), "bad-manifest", None),
        (auth("    authentication: {a: {anonymous: {}, overrides: {b: {value: 1, expression: x}}}}\n"), "bad-manifest", None),
        (auth("    response: {unauthorized: {code: 200}}\n"), "bad-manifest", None),
        (auth("    response: {unauthorized: {code: '403'}}\n"), "bad-manifest", None),
        (
            auth("    response: {success: {dynamicMetadata: {}}}\n"),
            "unmodelled",
            ("spec", "rules", "response", "success", "dynamicMetadata"),
        ),
        (
            auth("    authorization: {a: {patternMatching: {patterns: [{operator: is, selector: request.path}]}}}\n"),
            "bad-manifest",
            None,
        ),
        (auth(REVIEW) + "  defaults: {rules: {}}\n", "bad-manifest", ("spec",)),
        (limits("    l: {rates: [{limit: many, window: 1m}]}\n"), "bad-manifest", ("spec", "limits", "l", "rates", 0, "limit")),
        (limits("    l: {rates: [{limit: true, window: 1m}]}\n"), "bad-manifest", None),
        (limits("    l: {rates: [{window: 1m}]}\n"), "bad-manifest", ("spec", "limits", "l", "rates", 0)),
        (limits("    l: {when: ['true']}\n"), "bad-manifest", ("spec", "limits", "l", "when", 0)),
        (limits("    l: {when: [{predicate: true}]}\n"), "bad-manifest", ("spec", "limits", "l", "when", 0, "predicate")),
        (limits("    l: {rate: []}\n"), "unmodelled", ("spec", "limits", "l", "rate")),
        (limits("    {}\n"), "bad-manifest", ("spec",)),
        (MODEL.replace("PathPrefix", "RegularExpression"), "unmodelled", None),
        (MODEL.replace("value: /llm/model", "value: llm/model"), "bad-manifest", None),
        (MODEL.split("      backendRefs")[0], "unmodelled", ("spec", "rules", 0)),
        (MODEL.replace("name: model, port", "name: model, namespace: other, port"), "unmodelled", None),
        (GATEWAY.replace("from: All", "from: Selector"), "unmodelled", None),
        (GATEWAY.replace("protocol: HTTPS", "protocol: TCP"), "bad-manifest", None),
        (BINDING.replace("kind: Role,", "kind: ClusterRole,"), "unmodelled", ("roleRef",)),
        (BINDING.replace("kind: Group", "kind: Robot"), "bad-manifest", ("subjects", 0, "kind")),
        (ROLE.replace("verbs: [post]", "verbs: post"), "bad-manifest", ("rules", 0, "verbs")),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\nstringData: {a: b}\n", "unmodelled", ("stringData",)),
        (
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\nnamespace: other\n",
            "unmodelled",
            ("namespace",),
        ),
    ],
)
def test_what_is_wrong_is_found(manifest: str, code: str, path: tuple[object, ...] | None) -> None:
    """Each finding has a code, a place and an effect; the first one is what the case is about."""
    found = [diagnostic for diagnostic in findings(manifest).diagnostics if diagnostic.code != "no-target"]
    assert found, "nothing was found"
    assert found[0].code == code
    assert found[0].place is not None
    assert found[0].place.file == "all.yaml"
    assert found[0].effect
    assert found[0].headline[0].islower() or found[0].headline[0] == "`"
    assert not found[0].headline.endswith(".")
    if path is not None:
        assert found[0].place.path == path


@pytest.mark.parametrize(
    "manifest",
    [
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tier-to-group-mapping, namespace: maas-api}\ndata: {tiers: x}\n",
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: b}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\nspec: {ports: []}\n",
        SECRETS_ALONE,
        "apiVersion: kuadrant.io/v1beta1\nkind: Kuadrant\nmetadata: {name: a, namespace: b}\n",
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a, namespace: b}\nspec: {hosts: [a.b]}\n",
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a, namespace: b}\nspec: {host: a.b}\n",
        "---\n",
        "# nothing\n",
        ROLE,
        BINDING,
    ],
)
def test_what_no_request_depends_on_is_read(manifest: str) -> None:
    """Kinds without a say, and empty documents."""
    assert findings(GATEWAY, manifest).diagnostics == ()


def test_unmodelled_findings_are_inconclusive() -> None:
    """The caller tells them from manifests that are wrong."""
    assert {"unmodelled", "unknown-gateway"} <= INCONCLUSIVE
    assert "bad-manifest" not in INCONCLUSIVE


def test_one_bad_document_does_not_hide_another() -> None:
    """Every document has its own findings, with its own index."""
    found = findings("kind: AuthPolicy\n", MODEL, GATEWAY, limits("    l: {rate: []}\n"))
    assert [(diagnostic.code, diagnostic.place.document) for diagnostic in found.diagnostics if diagnostic.place] == [
        ("bad-manifest", 0),
        ("unmodelled", 3),
    ]
    assert found.cluster.routes[0].id == "llm/model"


def test_an_object_written_twice_is_found() -> None:
    """Over all files, with both places."""
    _, found = read({"b.yaml": MODEL, "a.yaml": MODEL + "\n---\n" + GATEWAY})
    assert [diagnostic.code for diagnostic in found] == ["duplicate-object"]
    assert found[0].place is not None
    assert found[0].place.file == "b.yaml"
    assert found[0].notes[0].place is not None
    assert found[0].notes[0].place.file == "a.yaml"


def test_a_text_that_is_no_yaml_is_found() -> None:
    """The loader's findings are passed on."""
    cluster, found = read({"a.yaml": "a: [\n"})
    assert failed(found)
    assert cluster.policies == ()


def test_the_order_of_files_does_not_matter() -> None:
    """The same manifests give the same cluster, but for the places."""
    one, _ = read({f"{index}.yaml": text for index, text in enumerate(PLATFORM)})
    other, _ = read(dict(reversed([(f"{index}.yaml", text) for index, text in enumerate(PLATFORM)])))
    assert one == other


def test_kserve_routes_are_assumed_for_policies_and_for_roles() -> None:
    """A policy's target, and every model that a Role names and nothing else serves."""
    found = platform(GATEWAY, AUTH, LIMITS, ROLE)
    assumed = {route.id: route for route in found.cluster.routes}
    assert set(assumed) == {"llm/simulator-model-kserve-route", "llm/granite-kserve-route"}
    assert assumed["llm/granite-kserve-route"].rules[0].matches[0].path == "/llm/granite"
    assert all(route.external for route in assumed.values())
    served = platform(GATEWAY, ROLE, route("maas-model-granite", "/llm/granite"))
    assert [route.id for route in served.cluster.routes] == ["llm/maas-model-granite"]


def test_assumptions_are_explicit() -> None:
    """They can be given, and switched off."""
    given_route = Externals((ExternalRoute("llm", "other", "/llm/other"),), derive=False)
    found = platform(GATEWAY, DENY_AUTH, externals=given_route)
    assert [route.id for route in found.cluster.routes] == ["llm/other"]
    assert found.ask("freda", "/llm/other").status == 403
    none = platform(GATEWAY, AUTH, LIMITS, externals=Externals(derive=False))
    assert (codes(none), none.ask("freda", CHAT).status) == (["no-target", "no-target"], 404)


def test_a_gateway_that_is_only_referred_to_is_assumed() -> None:
    """For any host, or for the one that the caller says."""
    found = platform(AUTH, LIMITS, DENY_AUTH)
    assert found.cluster.gateways[0].external
    assert found.ask("freda").status == 200
    named = platform(AUTH, LIMITS, DENY_AUTH, externals=Externals(hostname="maas.apps.example.com"))
    assert (named.ask("freda").status, named.ask("freda", host="x.example.com").status) == (200, 404)


def test_a_route_whose_gateway_is_not_known_is_found() -> None:
    """With no gateway, and with two."""
    assert codes(findings(AUTH, LIMITS)) == ["unknown-gateway", "no-target", "no-target"]
    second = GATEWAY.replace("maas-default-gateway", "second")
    assert codes(findings(AUTH, GATEWAY, second)) == ["unknown-gateway", "no-target"]
    chosen = platform(
        AUTH,
        GATEWAY,
        second.replace("maas.apps", "second.apps"),
        externals=Externals(gateway=("openshift-ingress", "maas-default-gateway")),
    )
    assert chosen.ask("freda").status == 200


def test_an_assumed_gateway_with_named_and_unnamed_routes_needs_its_host() -> None:
    """What a request reaches would depend on it."""
    assert codes(findings(AUTH, LIMITS, DENY_AUTH, MODEL)) == ["unknown-hostname"]
    assert (
        platform(AUTH, LIMITS, DENY_AUTH, MODEL, externals=Externals(hostname="maas.apps.example.com")).ask("freda").status == 200
    )


def test_a_host_of_two_gateways_has_no_answer() -> None:
    """Which one a request reaches is not known."""
    found = platform(GATEWAY, GATEWAY.replace("maas-default-gateway", "second"), MODEL).ask("freda", "/llm/model")
    assert found.reason == "inconclusive"


def _nodes(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - plain data of any shape
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(below for key, value in entries for below in _nodes(value, (*path, key)))]


def _replaced(data: Any, path: tuple[Any, ...], value: object) -> Any:  # noqa: ANN401 - plain data of any shape
    if not path:
        return value
    copied = dict(data) if isinstance(data, dict) else list(data)
    copied[path[0]] = _replaced(data[path[0]], path[1:], value)
    return copied


WHOLE = [yaml.safe_load(text) for text in (GATEWAY, AUTH, LIMITS, DENY_AUTH, MODEL, ROLE, BINDING)]
PLACES = [(index, path) for index, document in enumerate(WHOLE) for path in _nodes(document)]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["a.b", "auth.", "x in", "{", "1m", "false"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3) | st.sampled_from(["value", "json"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PLACES), JUNK)
def test_junk_anywhere_never_ends_in_a_traceback(where: tuple[int, tuple[Any, ...]], junk: object) -> None:
    """Whatever stands in one place of the manifests, reading finds it or a request gets some answer."""
    index, path = where
    documents = [*WHOLE]
    documents[index] = _replaced(WHOLE[index], path, junk)
    found = findings(*(json.dumps(document) for document in documents))
    for token in ("freda", None):
        answer = found.ask(token)
        assert (answer.status is None) == (answer.why_not is not None)
