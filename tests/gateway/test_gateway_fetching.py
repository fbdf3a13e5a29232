"""Authorino fetches a Secret with the token of an account, and what it finds goes into a header."""

from __future__ import annotations

from base64 import b64encode

import pytest
from gateway_bench import AUTH, DENY_AUTH, GATEWAY, LIMITS, WORLD, codes, platform, route
from msgspec.structs import replace

from compiler.gateway.externals import Externals
from compiler.gateway.manifests import Secret
from compiler.gateway.selectors import Found, select

KEY = Secret("llm", "openai-key", data=(("token", b64encode(b"sk-1").decode()),))
HEADER = "authorization: {priority: 1, plain: {selector: 'Bearer {auth.metadata.provider.data.token.@base64:decode}'}}"
FETCH = """
    metadata:
      provider:
        http:
          url: https://kubernetes.default.svc/api/v1/namespaces/llm/secrets/openai-key
          method: GET
          sharedSecretRef: {name: reader, key: token}
          credentials: {authorizationHeader: {prefix: Bearer}}
        cache: {key: {value: llm/openai-key}, ttl: 60}
    authorization:
      provider-key:
        patternMatching:
          patterns:
            - predicate: 'has(auth.metadata) ? (has(auth.metadata.provider) ? has(auth.metadata.provider.data) : false) : false'
"""
POLICY = AUTH.replace("    authorization:\n", FETCH).replace("        headers:\n", f"        headers:\n          {HEADER}\n")
ACCOUNT = """
apiVersion: v1
kind: Secret
metadata: {name: reader, namespace: kuadrant-system, annotations: {kubernetes.io/service-account.name: keys}}
type: kubernetes.io/service-account-token
"""
ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: llm}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [openai-key], verbs: [get]}]
"""
BINDING = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: r, namespace: llm}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: keys, namespace: kuadrant-system}]
"""
MANIFESTS = (GATEWAY, POLICY, LIMITS, DENY_AUTH, ACCOUNT, ROLE, BINDING)
EXTERNALS = Externals(secrets=(KEY,))


def test_the_key_takes_the_place_of_the_callers_token() -> None:
    """And the filter is told nothing of it."""
    found = platform(*MANIFESTS, externals=EXTERNALS).ask("freda")
    assert found.status == 200
    assert dict(found.headers)["authorization"] == "Bearer sk-1"
    assert [name for name, _ in found.headers].count("authorization") == 1
    assert found.metadata is not None
    assert "sk-1" not in str(found.metadata)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: keys}", "name: others}"),
        ("name: reader, namespace: kuadrant-system", "name: reader, namespace: llm"),
        ("type: kubernetes.io/service-account-token", "type: Opaque"),
        ("{name: reader, key: token}", "{name: reader, key: ca.crt}"),
        ("resourceNames: [openai-key]", "resourceNames: [another]"),
        ("verbs: [get]", "verbs: [list]"),
        ("name: keys, namespace: kuadrant-system}]", "name: keys, namespace: llm}]"),
        ("namespaces/llm/secrets/openai-key\n", "namespaces/other/secrets/openai-key\n"),
    ],
)
def test_who_may_not_get_the_secret_does_not_get_it(old: str, new: str) -> None:
    """The request is refused: without the condition the caller's own token would be passed on."""
    changed = [text.replace(old, new) for text in MANIFESTS]
    assert changed != list(MANIFESTS)
    found = platform(*changed, externals=EXTERNALS)
    assert found.ask("freda").status == 403
    careless = [
        text.replace(") ? has(auth.metadata.provider.data) : false) : false", ") ? true : true) : true") for text in changed
    ]
    passed = platform(*careless, externals=EXTERNALS).ask("freda")
    assert passed.status == 200
    assert "sk-1" not in str(passed.headers)


def test_another_namespace_of_authorino_is_another_cluster() -> None:
    """The token is looked up where Authorino runs."""
    elsewhere = replace(WORLD, authorino_namespace="kuadrant")
    assert platform(*MANIFESTS, externals=EXTERNALS, world=elsewhere).ask("freda").status == 403
    assert platform(*MANIFESTS).ask("freda").status == 403


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://kubernetes.default.svc/api/v1/namespaces/llm/secrets/openai-key\n", "https://vault.example.com/v1/secret\n"),
        ("method: GET", "method: POST"),
        ("cache: {key: {value: llm/openai-key}, ttl: 60}", "cache: {key: {selector: auth.identity.userid}}"),
        ("cache: {key: {value: llm/openai-key}, ttl: 60}", 'when: [{predicate: "true"}]'),
        ("cache: {key: {value: llm/openai-key}, ttl: 60}", "userInfo: {identitySource: openshift}"),
        (
            "credentials: {authorizationHeader: {prefix: Bearer}}",
            "credentials: {authorizationHeader: {prefix: Bearer}}\n          timeout: 5",
        ),
    ],
)
def test_other_metadata_is_not_modelled(old: str, new: str) -> None:
    """What it would mean is not known, and is said so."""
    changed = [text.replace(old, new) for text in MANIFESTS]
    assert changed != list(MANIFESTS)
    assert "unmodelled" in codes(platform(*changed, externals=EXTERNALS, strict=False))


def test_what_is_left_out_of_a_fetch_is_no_manifest() -> None:
    changed = [text.replace("          sharedSecretRef: {name: reader, key: token}\n", "") for text in MANIFESTS]
    assert "bad-manifest" in codes(platform(*changed, externals=EXTERNALS, strict=False))


@pytest.mark.parametrize(
    ("value", "decoded"),
    [("c2stMQ==", "sk-1"), ("", ""), ("not base64!", ""), (None, "")],
)
def test_a_selector_decodes(value: str | None, decoded: str) -> None:
    """In a template as well; what cannot be decoded leaves nothing."""
    document = {"auth": {"metadata": {"p": {"data": {} if value is None else {"k": value}}}}}
    assert select("Bearer {auth.metadata.p.data.k.@base64:decode}", document) == Found(f"Bearer {decoded}")
    if value is not None:
        assert select("auth.metadata.p.data.k.@base64:decode", document) == Found(decoded)


GRANT = """
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: serving}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: llm}]
  to: [{group: "", kind: Service, name: granite}]
"""
ABROAD = route("granite", "/llm/granite").replace("backendRefs: [{", "backendRefs: [{namespace: serving, ")


def test_a_backend_of_another_namespace_needs_a_grant() -> None:
    """Without one the gateway answers 500, which is not what anybody means."""
    assert "namespace: serving" in ABROAD
    found = platform(GATEWAY, ABROAD, strict=False)
    assert codes(found) == ["unmodelled"]
    for old, new in [
        ("namespace: llm}]", "namespace: other}]"),
        ("name: granite}]", "name: other}]"),
        ("g, namespace: serving", "g, namespace: llm"),
    ]:
        assert codes(platform(GATEWAY, ABROAD, GRANT.replace(old, new), strict=False)) == ["unmodelled"]


@pytest.mark.parametrize("to", [", name: granite", ""])
def test_a_grant_lets_routes_of_a_namespace_in(to: str) -> None:
    """To one Service, or to all of them."""
    assert codes(platform(GATEWAY, ABROAD, GRANT.replace(", name: granite", to), strict=False)) == []
