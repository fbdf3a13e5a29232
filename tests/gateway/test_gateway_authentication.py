"""Access reviews, denials and credentials."""

from __future__ import annotations

import pytest
from gateway_bench import (
    CLUSTER_AUDIENCE,
    GATEWAY,
    HOST,
    MODEL,
    MODEL_PATH,
    REVIEW,
    TOKENS,
    Platform,
    auth,
    platform,
    route,
    step,
)

from compiler.gateway.identities import Identities


def model(rules: str, *, release: str = "1.5", world: Identities | None = None, strict: bool = True) -> Platform:
    """Give a platform whose one model has an AuthPolicy with these rules."""
    return platform(GATEWAY, MODEL, auth(rules), release=release, world=world or Identities(TOKENS), strict=strict)


def rule(patterns: str, *, when: str = "") -> str:
    """Write an authorization rule of patterns (a YAML flow list) behind a token review."""
    condition = f"when: {when}, " if when else ""
    return f"{REVIEW}    authorization:\n      rule: {{{condition}patternMatching: {{patterns: {patterns}}}}}\n"


def status(rules: str, caller: str | None = "freda", headers: dict[str, str] | None = None) -> int | None:
    """Ask the one model."""
    return model(rules).ask(caller, MODEL_PATH, headers).status


NO = '{patternMatching: {patterns: [{predicate: "false"}]}}'


REVIEWED = """    authentication:
      cluster: {kubernetesTokenReview: {audiences: ["https://kubernetes.default.svc"]}}
    authorization:
      access:
        kubernetesSubjectAccessReview:
          user: {expression: auth.identity.user.username}
          authorizationGroups: {expression: %s}
          resourceAttributes:
            group: {value: serving.kserve.io}
            resource: {value: llminferenceservices}
            namespace: {expression: '((has(request.url_path) ? request.url_path : "").split("/") + ["", "", ""])[1]'}
            name: {expression: '((has(request.url_path) ? request.url_path : "").split("/") + ["", "", ""])[2]'}
            verb: {value: post}
"""


RBAC = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: maas-post-model, namespace: llm}
rules: [{apiGroups: [serving.kserve.io], resources: [llminferenceservices], resourceNames: [model], verbs: [post]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: maas-post-model, namespace: llm}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: maas-post-model}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: free-user}]
"""


def test_an_access_review_is_answered_from_the_roles() -> None:
    """The group's binding counts for the named model of its namespace only; groups that are no list refuse."""
    routes = (GATEWAY, MODEL, route("other", "/llm/other"), RBAC)
    policies = [
        auth(REVIEWED % "auth.identity.user.groups", name=name, target=f"kind: HTTPRoute, name: {name}")
        for name in ("model", "other")
    ]
    found = platform(*routes, *policies)
    assert found.ask("freda", MODEL_PATH).status == 200
    assert found.ask("petra", MODEL_PATH).status == 403
    assert found.ask("freda", "/llm/other/v1").status == 403
    wrong = platform(*routes, auth(REVIEWED % "auth.identity.user.username"))
    assert wrong.ask("freda", MODEL_PATH).status == 403
    assert step(wrong.ask("freda", MODEL_PATH), "authorization", "access").outcome.startswith("refused: the groups are no list")


def test_denials_may_have_other_codes() -> None:
    """`code` replaces 401 and 403."""
    codes_given = "{unauthenticated: {code: 302}, unauthorized: {code: 404}}"
    rules = f"{REVIEW}    authorization:\n      deny: {NO}\n    response: {codes_given}\n"
    assert (status(rules, None), status(rules)) == (302, 404)


@pytest.mark.parametrize("sent", ["bearer freda", "Bearer  freda", "Bearerfreda", "Token freda", ""])
def test_the_prefix_of_a_credential_is_exact(sent: str) -> None:
    """Its case and its one space count."""
    assert status(REVIEW, None, {"authorization": sent}) == 401


@pytest.mark.parametrize(
    ("where", "headers", "path"),
    [
        ("{customHeader: {name: X-Key}}", {"x-key": "freda"}, MODEL_PATH),
        ("{cookie: {name: key}}", {"Cookie": "a=b; key=freda"}, MODEL_PATH),
        ("{queryString: {name: key}}", {}, MODEL_PATH + "?key=freda"),
    ],
)
def test_credentials_stand_where_the_method_looks(where: str, headers: dict[str, str], path: str) -> None:
    """In a header, a cookie or the query."""
    rules = (
        f'    authentication:\n      c: {{kubernetesTokenReview: {{audiences: ["{CLUSTER_AUDIENCE}"]}}, credentials: {where}}}\n'
    )
    found = model(rules)
    assert found.ask(None, path, headers).status == 200
    assert found.ask("freda", MODEL_PATH).status == 401


def test_without_audiences_the_host_is_the_audience() -> None:
    """The review asks for the request's host."""
    rules = "    authentication:\n      c: {kubernetesTokenReview: {}}\n"
    world = Identities({"t": TOKENS["freda"].__class__((HOST,), "t")})
    assert model(rules, world=world).ask("t", MODEL_PATH).status == 200
    assert model(rules).ask("freda", MODEL_PATH).status == 401


def test_a_method_behind_a_condition_is_not_tried() -> None:
    """All methods skipped is 401."""
    rules = """    authentication:
      c: {when: [{predicate: "request.method == 'GET'"}], kubernetesTokenReview: {audiences: ["https://kubernetes.default.svc"]}}
"""
    found = model(rules)
    assert found.ask("freda", MODEL_PATH).status == 401
    assert found.ask("freda", MODEL_PATH, method="GET").status == 200
