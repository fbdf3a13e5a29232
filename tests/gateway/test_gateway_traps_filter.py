"""Traps 32 to 50: the filter."""

from __future__ import annotations

import pytest
from gateway_bench import (
    CLUSTER_AUDIENCE,
    EXPORT,
    GATEWAY,
    HOST,
    MODEL,
    MODEL_PATH,
    REVIEW,
    Platform,
    auth,
    codes,
    limits,
    platform,
    route,
)

from compiler.gateway.answer import report
from compiler.gateway.identities import Identities, Token

POLICY = auth(REVIEW + EXPORT)


OLD = ("1.3", "1.4.0", "1.4.6")


def limited(body: str, *, kind: str = "TokenRateLimitPolicy", release: str = "1.5", when: str = "") -> Platform:
    """Give a platform whose model has these limits behind a token review."""
    return platform(GATEWAY, MODEL, POLICY, limits(body, kind=kind, when=when), release=release)


def zero(predicate: str, *, name: str = "zero") -> str:
    """Write a limit of nothing under a predicate, so that a 429 shows that it applies."""
    return f"    {name}: {{rates: [{{limit: 0, window: 1m}}], when: [{{predicate: '{predicate}'}}]}}\n"


def status(body: str, *, release: str = "1.5", headers: dict[str, str] | None = None) -> int | None:
    """Ask as freda."""
    return limited(body, release=release).ask("freda", MODEL_PATH, headers).status


@pytest.mark.parametrize("kind", ["TokenRateLimitPolicy", "RateLimitPolicy"])
def test_trap_32_an_error_means_unlimited(kind: str) -> None:
    """A predicate or a counter that errs lets the request pass, uncounted."""
    body = zero('auth.identity.userid == "freda" && request.headers["x-nope"] == "a"')
    found = limited(body, kind=kind).ask("freda", MODEL_PATH)
    assert (found.status, found.metered) == (200, False)
    counter = "    l: {rates: [{limit: 0, window: 1m}], counters: [{expression: auth.identity.nope}]}\n"
    assert limited(counter, kind=kind).ask("freda", MODEL_PATH).status == 200


def test_trap_33_a_missing_header_is_an_error() -> None:
    """Only a test with `in` makes it a false."""
    assert status(zero('auth.identity.userid == "freda" && request.headers["x-a"] != "b"')) == 200
    guarded = 'auth.identity.userid == "freda" && ("x-a" in request.headers ? request.headers["x-a"] != "b" : true)'
    assert status(zero(guarded)) == 429


def test_trap_34_header_names_are_lower_case() -> None:
    """However the client spells them."""
    assert status(zero('"x-a" in request.headers && auth.identity.userid != ""'), headers={"X-A": "1"}) == 429
    assert status(zero('"X-A" in request.headers && auth.identity.userid != ""'), headers={"X-A": "1"}) == 200


def test_trap_35_without_the_text_the_caller_is_not_known_yet() -> None:
    """`auth["identity"]` is evaluated before Authorino is asked: null, an error, unlimited."""
    found = limited(zero('auth["identity"]["userid"] == "freda"')).ask("freda", MODEL_PATH)
    assert (found.status, found.limits) == (200, ())
    assert status(zero('auth.identity.userid == "freda"')) == 429


def test_the_text_may_stand_in_a_string() -> None:
    """The operator looks for it anywhere, so that a literal moves the limit behind Authorino."""
    assert limited(zero('request.path != "auth."')).ask(None, MODEL_PATH).status == 401
    assert limited(zero("true"), kind="RateLimitPolicy").ask(None, MODEL_PATH).status == 429


def test_trap_36_limits_of_requests_before_auth_count_everybody() -> None:
    """Unauthenticated requests use the budget up."""
    body = "    l: {rates: [{limit: 1, window: 1m}]}\n"
    found = limited(body, kind="RateLimitPolicy")
    first = found.ask(None, MODEL_PATH)
    assert first.status == 401
    assert found.ask("freda", MODEL_PATH, state=first.counters).status == 429
    behind = limited(
        "    l: {rates: [{limit: 1, window: 1m}], counters: [{expression: auth.identity.userid}]}\n", kind="RateLimitPolicy"
    )
    assert behind.ask("freda", MODEL_PATH, state=behind.ask(None, MODEL_PATH).counters).status == 200


@pytest.mark.parametrize("release", [*OLD, "1.5"])
def test_trap_37_limits_of_tokens_before_auth_defer_it(release: str) -> None:
    """The report waits for the response, and Authorino behind it: the request is passed on unauthenticated."""
    found = limited("    l: {rates: [{limit: 5, window: 1m}]}\n", release=release).ask(None, MODEL_PATH)
    assert (found.status, found.reason, found.metadata) == (200, "auth-deferred", None)
    assert limited(zero('request.method == "GET"'), release=release).ask(None, MODEL_PATH).status == 401


OVERLAPPING = """    a: {rates: [{limit: 100, window: 1m}], when: [{predicate: 'auth.identity.userid != ""'}]}
    b: {rates: [{limit: 0, window: 1m}], when: [{predicate: 'auth.identity.userid != ""'}]}
"""


def test_trap_38_only_the_first_of_overlapping_limits_is_enforced() -> None:
    """By name on 1.5; before, nobody knows which is first."""
    found = limited(OVERLAPPING).ask("freda", MODEL_PATH)
    assert found.status == 200
    assert [(limit.name, limit.enforced, limit.exceeded) for limit in found.limits] == [("a", True, False), ("b", False, True)]
    assert limited(OVERLAPPING.replace("    a:", "    z:")).ask("freda", MODEL_PATH).status == 429
    for release in OLD:
        assert limited(OVERLAPPING, release=release).ask("freda", MODEL_PATH).reason == "inconclusive"
        passed = limited(OVERLAPPING.replace("limit: 0", "limit: 9"), release=release).ask("freda", MODEL_PATH)
        assert (passed.status, [limit.enforced for limit in passed.limits]) == (200, [False, False])
        assert limited(OVERLAPPING.replace("limit: 100", "limit: 0"), release=release).ask("freda", MODEL_PATH).status == 429
    assert limited(OVERLAPPING, kind="RateLimitPolicy").ask("freda", MODEL_PATH).status == 429


def test_an_unenforced_limit_is_counted_until_it_is_used_up() -> None:
    """It is checked once the response is known; over it, nothing more is counted."""
    body = OVERLAPPING.replace("limit: 0", "limit: 10")
    first = limited(body).ask("freda", MODEL_PATH)
    used = report(first, 30)
    assert [used.used(limit.counted.counter) for limit in first.limits] == [30, 30]
    second = limited(body).ask("freda", MODEL_PATH, state=used)
    used = report(second, 30)
    assert second.status == 200
    assert [used.used(limit.counted.counter) for limit in second.limits] == [60, 30]


@pytest.mark.parametrize("release", [*OLD, "1.5"])
def test_trap_39_in_on_a_string_is_no_answer(release: str) -> None:
    """A substring test or an error, depending on the release; an engine that gives a value is not believed."""
    found = limited(zero('"free" in auth.identity.groups_str'), release=release).ask("freda", MODEL_PATH)
    assert (found.status, found.reason) == (None, "inconclusive")


@pytest.mark.parametrize("release", [*OLD, "1.5"])
def test_a_macro_over_a_string_is_no_answer(release: str) -> None:
    """An error or a crash of the filter; an engine that goes through the characters is not believed."""
    found = limited(zero('auth.identity.userid.exists(c, c == "f")'), release=release).ask("freda", MODEL_PATH)
    assert found.reason == "inconclusive"


def test_trap_40_a_comma_in_a_group_splits() -> None:
    """The string trick makes two groups of one."""
    world = Identities({"t": Token((CLUSTER_AUDIENCE,), "eve", ("a,premium",))})
    body = zero('auth.identity.groups_str.split(",").exists(g, g == "premium")')
    assert platform(GATEWAY, MODEL, POLICY, limits(body), world=world).ask("t", MODEL_PATH).status == 429
    body = zero('auth.identity.groups.exists(g, g == "premium")')
    assert platform(GATEWAY, MODEL, POLICY, limits(body), world=world).ask("t", MODEL_PATH).status == 200


@pytest.mark.parametrize(
    ("release", "expected"), [("1.4.2", 429), ("1.4.6", 429), ("1.5", 429), ("1.3", 200), ("1.4", 200), ("1.4.1", 200)]
)
def test_trap_41_lists_vanish_before_1_4_2(release: str, expected: int) -> None:
    """A test for membership in nothing is an error; a macro over it may crash the filter of 1.4."""
    assert status(zero('"free-user" in auth.identity.groups'), release=release) == expected
    through = limited(zero('auth.identity.groups.exists(g, g == "free-user")'), release=release).ask("freda", MODEL_PATH)
    assert through.status == (None if release in {"1.4", "1.4.1"} else expected)


def test_trap_42_has_is_always_true_before_1_5() -> None:
    """Every path that a text holds exists there, as null."""
    body = zero("has(auth.identity.nope)")
    assert [status(body, release=release) for release in (*OLD, "1.5")] == [429, 429, 429, 200]
    body = zero("auth.identity.nope == null")
    assert status(body, release="1.4.6") == 429


def test_maps_are_only_seen_by_their_leaves_before_1_5() -> None:
    """A whole map is null; on 1.5 it can be indexed."""
    rules = REVIEW + "    response: {success: {filters: {identity: {json: {properties: {m: {value: {k: v}}}}}}}}\n"
    for release, expected in (("1.4.6", 200), ("1.5", 429)):
        body = limits(zero('auth.identity.m["k"] == "v"'))
        assert platform(GATEWAY, MODEL, auth(rules), body, release=release).ask("freda", MODEL_PATH).status == expected
        body = limits(zero('auth.identity.m.k == "v"'))
        assert platform(GATEWAY, MODEL, auth(rules), body, release=release).ask("freda", MODEL_PATH).status == 429


def test_trap_43_counters_that_are_no_scalar() -> None:
    """Before 1.5 null is sent as a text, later it is an error, and so is a list always."""
    body = "    l: {rates: [{limit: 0, window: 1m}], counters: [{expression: auth.identity.nope}]}\n"
    assert [status(body, release=release) for release in (*OLD, "1.5")] == [429, 429, 429, 200]
    found = limited(body, release="1.4.6").ask("freda", MODEL_PATH)
    assert found.limits[0].counters == (("auth.identity.nope", "null"),)
    body = body.replace("nope", "groups")
    assert [status(body, release=release) for release in ("1.4.6", "1.5")] == [200, 200]


def test_trap_44_clients_choose_the_bucket_of_a_header_counter() -> None:
    """Another header value is another counter."""
    body = """    l:
      rates: [{limit: 1, window: 1m}]
      when: [{predicate: 'auth.identity.userid != ""'}]
      counters: [{expression: "request.headers['x-bucket']"}]
"""
    found = limited(body)
    used = report(found.ask("freda", MODEL_PATH, {"x-bucket": "1"}), 9)
    assert found.ask("freda", MODEL_PATH, {"x-bucket": "1"}, state=used).status == 429
    assert found.ask("freda", MODEL_PATH, {"x-bucket": "2"}, state=used).status == 200
    assert found.ask("freda", MODEL_PATH, state=used).status == 200


def test_trap_45_a_prefix_takes_what_only_begins_like_it() -> None:
    """The filter applies the policies of `/llm/model` to `/llm/model2`, which has a route of its own."""
    found = platform(GATEWAY, MODEL, route("model2", "/llm/model2"), auth(REVIEW))
    answer = found.ask("freda", "/llm/model2/v1")
    assert (answer.status, answer.guard, answer.route) == (200, "llm/model", "llm/model2")
    assert found.ask(None, "/llm/model2/v1").status == 401
    assert found.ask("freda", "/llm/modelx").status == 404


def test_the_longest_prefix_is_selected() -> None:
    """A route with policies of its own is found before a shorter one."""
    other = auth(REVIEW, name="other", target="kind: HTTPRoute, name: model2")
    found = platform(GATEWAY, MODEL, route("model2", "/llm/model2"), auth(REVIEW), other).ask("freda", "/llm/model2/v1")
    assert (found.guard, found.route) == ("llm/model2", "llm/model2")


TWO_RULES = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: model, namespace: llm}
spec:
  parentRefs: [{name: maas-default-gateway, namespace: openshift-ingress}]
  rules:
    - name: first
      matches: [%s]
      backendRefs: [{name: model, port: 80}]
    - name: second
      matches: [%s]
      backendRefs: [{name: model, port: 80}]
"""


PREFIX = "path: {type: PathPrefix, value: /llm/model}"


def test_trap_46_a_match_without_method_shadows_one_with() -> None:
    """The filter prefers it; Envoy routes by the one with the method."""
    routes = TWO_RULES % (f"{{{PREFIX}, method: POST}}", f"{{{PREFIX}}}")
    deny = '    authorization:\n      deny: {patternMatching: {patterns: [{predicate: "false"}]}}\n'
    strict = auth(REVIEW + deny, name="strict", target="kind: HTTPRoute, name: model, sectionName: first")
    found = platform(GATEWAY, routes, strict, auth(REVIEW, name="general"))
    assert found.ask("freda", MODEL_PATH).status == 200


@pytest.mark.parametrize(("release", "expected"), [("1.3", 401), ("1.4", 200), ("1.4.6", 200), ("1.5", 500)])
def test_trap_47_matches_on_query_parameters(release: str, expected: int) -> None:
    """The test is an error: on 1.4 the request passes unprotected, on 1.5 it is a 500."""
    routes = TWO_RULES % (f"{{{PREFIX}, queryParams: [{{name: a, value: b}}]}}", "{path: {type: Exact, value: /x}}")
    found = platform(GATEWAY, routes, auth(REVIEW), release=release).ask(None, MODEL_PATH + "?a=b")
    assert found.status == expected
    assert (found.reason == "unprotected") == (expected == 200)


def test_trap_48_a_host_in_another_case_passes_unprotected() -> None:
    """Envoy does not mind the case, the filter does."""
    found = platform(GATEWAY, MODEL, auth(REVIEW)).ask(None, MODEL_PATH, host=HOST.upper())
    assert (found.status, found.reason, found.route) == (200, "unprotected", "llm/model")


def test_trap_49_a_route_without_policies_passes_unprotected() -> None:
    """No action set, no question."""
    found = platform(GATEWAY, MODEL, auth(REVIEW), route("open", "/open")).ask(None, "/open/x")
    assert (found.status, found.reason, found.guard, found.route) == (200, "unprotected", None, "llm/open")


def test_a_wildcard_wider_than_the_listener_gets_no_action_set() -> None:
    """The operator keeps only host names that the listener covers; Envoy serves the common part."""
    found = platform(GATEWAY, route("model", "/llm/model", hostname="*.apps.example.com"), auth(REVIEW)).ask(None, MODEL_PATH)
    assert (found.status, found.reason) == (200, "unprotected")


def test_a_narrower_host_hides_the_policies_of_a_wider_one() -> None:
    """Only action sets of the closest host name are looked at, though Envoy does the same with routes."""
    anywhere = GATEWAY.replace("hostname: maas.apps.example.com, ", "")
    wide = route("wide", "/llm", hostname="*.apps.example.com")
    found = platform(anywhere, wide, MODEL, auth(REVIEW), auth(REVIEW, name="w", target="kind: HTTPRoute, name: wide"))
    assert found.ask(None, "/llm/other").status == 404
    assert found.ask(None, "/llm/other", host="other.apps.example.com").status == 401


@pytest.mark.parametrize("path", ["/it''s", "/a\\b"])
def test_trap_50_a_quote_in_a_path_is_reported(path: str) -> None:
    """It would end the text that the operator makes of it."""
    broken = MODEL.replace("value: /llm/model}", f"value: '{path}'}}")
    found = platform(GATEWAY, broken, strict=False)
    assert codes(found) == ["bad-manifest"]
    assert "whole gateway fails" in found.diagnostics[0].effect
