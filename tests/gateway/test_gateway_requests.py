"""Requests as each part sees them, releases, access, routing, headers."""

from __future__ import annotations

import pytest
from gateway_bench import CHAT, GATEWAY, MODEL, MODEL_PATH, PLATFORM, platform, route

from compiler.diagnostics.model import Place
from compiler.engines.base import Outcome, Unsupported
from compiler.gateway.answer import answer
from compiler.gateway.filter import injected
from compiler.gateway.identities import Identities, Token, reviewed
from compiler.gateway.manifests import HeaderChange, Permission, Role, RoleBinding, Subject
from compiler.gateway.rbac import Access, allowed
from compiler.gateway.release import RELEASES, UnknownReleaseError, find_release
from compiler.gateway.requests import HttpRequest, for_authorino, for_filter, received
from compiler.gateway.routing import changed


def test_releases_are_found_by_version() -> None:
    """A minor alone is its first patch; no version is in two lines."""
    assert [find_release(version).name for version in ("1.3.1", "1.4", "1.4.1", "v1.4.2", "1.4.6", "1.5", "1.5.2")] == [
        "1.3",
        "1.4.0",
        "1.4.0",
        "1.4.2",
        "1.4.2",
        "1.5",
        "1.5",
    ]
    versions = [version for release in RELEASES for version in release.versions]
    assert len(versions) == len(set(versions))
    for unknown in ("1.6", "1.5.3", "1.4.7", "2.0", "", "1", "1.5.0-rc1", "1.5\n"):
        with pytest.raises(UnknownReleaseError):
            find_release(unknown)


def test_what_authorino_and_the_filter_see_of_a_request() -> None:
    """Empty fields are absent or null, the path is decoded or not, repeated headers are joined."""
    request = HttpRequest("GET", "a:80", "/x%2Fy?q=%20", (("X-A", "1"), ("x-a", "2")))
    headers = received(request)
    authorino, filtered = for_authorino(request, headers), for_filter(request, headers)
    assert authorino["headers"] == {":authority": "a:80", ":method": "GET", ":path": "/x%2Fy?q=%20", "x-a": "1,2"}
    assert (authorino["url_path"], authorino["query"], authorino["host"]) == ("/x/y", "q=%20", "a:80")
    assert "referer" not in authorino
    assert (filtered["url_path"], filtered["referer"]) == ("/x%2Fy", None)
    assert "query" not in for_authorino(HttpRequest("GET", "a", "/"), ())
    assert for_filter(HttpRequest("GET", "a", "/"), ())["query"] == ""


@pytest.mark.parametrize("path", ["/a%zz", "//a/b", "/a#b", "a", "/a b", "/%"])
def test_odd_paths_have_no_answer(path: str) -> None:
    """Go and Envoy read them differently, or Go not at all."""
    assert platform(*PLATFORM).ask("freda", path).reason == "inconclusive"


@pytest.mark.parametrize("name", [":path", "Host"])
def test_headers_that_envoy_treats_specially_have_no_answer(name: str) -> None:
    """They are no plain headers."""
    assert platform(*PLATFORM).ask("freda", headers={name: "x"}).reason == "inconclusive"


def test_an_engine_that_cannot_answer_makes_the_answer_inconclusive() -> None:
    """With its reason, and with what was asked in the trace."""

    class Refusing:
        name = "refusing"

        def evaluate(self, expression: str, context: object) -> Outcome:
            """Refuse everything."""
            return Unsupported(f"too deep: {expression} over {context}")

    found = answer(
        platform(*PLATFORM).cluster,
        find_release("1.5"),
        Refusing(),
        Identities({"freda": Token(("https://kubernetes.default.svc",), "freda")}),
        HttpRequest("POST", "maas.apps.example.com", CHAT, (("authorization", "Bearer freda"),)),
    )
    assert (found.status, found.reason) == (None, "inconclusive")
    assert found.why_not is not None
    assert "too deep" in found.why_not
    assert isinstance(found.trace[-1].asked[0].outcome, Unsupported)


ACCESS = Access("llm", "g", "r", "", "m", "post")


@pytest.mark.parametrize(
    ("permission", "subject", "granted"),
    [
        (Permission(("g",), ("r",), ("m",), ("post",)), Subject("Group", "", "a"), True),
        (Permission(("*",), ("*",), (), ("*",)), Subject("User", "", "u"), True),
        (Permission(("g",), ("r",), ("other",), ("post",)), Subject("Group", "", "a"), False),
        (Permission(("",), ("r",), (), ("post",)), Subject("Group", "", "a"), False),
        (Permission(("g",), ("r",), (), ("get",)), Subject("Group", "", "a"), False),
        (Permission(("g",), ("r/s",), (), ("post",)), Subject("Group", "", "a"), False),
        (Permission(("g",), ("r",), (), ("post",)), Subject("Group", "", "b"), False),
        (Permission(("g",), ("r",), (), ("post",)), Subject("User", "", "a"), False),
        (Permission(("g",), ("r",), (), ("post",)), Subject("ServiceAccount", "n", "s"), False),
    ],
)
def test_access_by_role(permission: Permission, subject: Subject, *, granted: bool) -> None:
    """Group, resource, name and verb must all be permitted, to a subject that the caller is."""
    role = Role("llm", "r", (permission,), Place(""))
    binding = RoleBinding("llm", "b", "r", (subject,), Place(""))
    assert allowed([role], [binding], "u", ["a"], ACCESS) is granted
    assert not allowed([role], [RoleBinding("other", "b", "r", (subject,), Place(""))], "u", ["a"], ACCESS)
    assert not allowed([role], [binding], "", [], ACCESS)


def test_access_of_a_service_account_and_to_a_subresource() -> None:
    """An account is a user with a name of its own; a subresource is permitted by itself."""
    role = Role("llm", "r", (Permission(("g",), ("*/s",), (), ("post",)),), Place(""))
    binding = RoleBinding("llm", "b", "r", (Subject("ServiceAccount", "n", "s"),), Place(""))
    wanted = Access("llm", "g", "r", "s", "m", "post")
    assert allowed([role], [binding], "system:serviceaccount:n:s", [], wanted)
    assert not allowed([role], [binding], "system:serviceaccount:n:s", [], ACCESS)
    assert not allowed([role], [binding], "system:serviceaccount:n:s", [], Access("", "g", "r", "s", "m", "post"))


def test_a_reviewed_token_has_no_empty_fields() -> None:
    """The identity holds what the cluster says, and nothing else; the user is always there."""
    assert reviewed(Token(("a", "b")), ("b", "c")) == {"authenticated": True, "user": {}, "audiences": ["b"]}
    assert reviewed(Token(("a",)), ("b",)) is None
    full = reviewed(Token(("a",), "u", ("g",), "1", (("k", ("v",)),)), ("a",))
    assert full is not None
    assert full["user"] == {"username": "u", "groups": ["g"], "uid": "1", "extra": {"k": ["v"]}}


def test_a_route_changes_headers_itself() -> None:
    """After the filter: set, then add, then remove."""
    change = HeaderChange((("host", "x"), ("a", "2")), (("b", "3"),), ("c",))
    assert changed((("a", "1"), ("b", "1"), ("c", "1")), [change]) == (("b", "1"), ("host", "x"), ("a", "2"), ("b", "3"))


def test_headers_are_injected_over_those_spelt_alike() -> None:
    """All of one name are replaced."""
    sent = (("x-a", "1"), ("x-a", "2"), ("x-b", "3"))
    assert injected(sent, (("x-a", "9"),), exact=True) == (("x-b", "3"), ("x-a", "9"))
    assert injected(sent, (("X-A", "9"),), exact=True) == (*sent, ("X-A", "9"))
    assert injected(sent, (("X-A", "9"),), exact=False) == (("x-b", "3"), ("x-a", "9"))


EXACT = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: exact, namespace: llm}
spec:
  parentRefs: [{name: maas-default-gateway, namespace: openshift-ingress}]
  rules:
    - matches: [{path: {type: Exact, value: /llm/model/v1}}, {path: {value: /llm/model}, headers: [{name: X-A, value: b}]}]
      filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: Host, value: api}]}}]
      backendRefs: [{name: a, port: 80}]
"""


def test_envoy_routes_by_the_precedence_of_the_gateway_api() -> None:
    """Exact before prefix, longer before shorter, more headers before fewer; a prefix ends at a slash."""
    found = platform(GATEWAY, MODEL, route("all", "/"), EXACT.replace("rules:", "hostnames: [maas.apps.example.com]\n  rules:"))
    assert found.ask(None, "/llm/model/v1").route == "llm/exact"
    assert found.ask(None, "/llm/model/v2").route == "llm/model"
    assert found.ask(None, "/llm/model/v2", {"x-a": "b"}).route == "llm/exact"
    assert found.ask(None, "/llm/models").route == "llm/all"
    assert ("host", "api") in found.ask(None, "/llm/model/v1").headers


def test_two_routes_that_match_equally_well_have_no_answer_without_their_age() -> None:
    """The older one would win."""
    assert platform(GATEWAY, MODEL, route("other", "/llm/model")).ask(None, MODEL_PATH).reason == "inconclusive"
    aged = route("other", "/llm/model").replace("name: other,", 'creationTimestamp: "2026-01-01T00:00:00Z", name: other,', 1)
    older = MODEL.replace("name: model,", 'creationTimestamp: "2025-01-01T00:00:00Z", name: model,', 1)
    assert platform(GATEWAY, older, aged).ask(None, MODEL_PATH).route == "llm/model"


def test_a_route_of_another_namespace_attaches_only_where_it_may() -> None:
    """`from: Same` is the default."""
    closed = GATEWAY.replace(", allowedRoutes: {namespaces: {from: All}}", "")
    assert platform(closed, MODEL).ask(None, MODEL_PATH).status == 404
    own = route("own", "/own", namespace="openshift-ingress")
    assert platform(closed, own).ask(None, "/own").status == 200
