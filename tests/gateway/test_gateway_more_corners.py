"""More corners: where releases, routes and engines part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from gateway_bench import CLUSTER_AUDIENCE, EXPORT, GATEWAY, MODEL, MODEL_PATH, REVIEW, auth, codes, limits, platform, route

from compiler.diagnostics.model import Place
from compiler.engines.base import Failure, Outcome, Value
from compiler.gateway.evaluate import STANDARD, Dialect, Evaluator, InconclusiveError
from compiler.gateway.policies import Cel

POLICY = auth(REVIEW + EXPORT)


@pytest.mark.parametrize(("release", "status"), [("1.3", None), ("1.4.0", 429), ("1.4.6", 429), ("1.5", 200)])
def test_a_report_with_a_bad_counter_waits_on_1_5(release: str, status: int) -> None:
    """There it waits for the response before its counters are looked at, and the next limit with it.

    On 1.3 a missing key is no error, so that an engine of today cannot tell.
    """
    body = """    a: {rates: [{limit: 5, window: 1m}], counters: [{expression: "request.headers['x-nope']"}]}
    b: {rates: [{limit: 0, window: 1m}], when: [{predicate: 'auth.identity.userid != ""'}]}
"""
    found = platform(GATEWAY, MODEL, POLICY, limits(body), release=release).ask("freda", MODEL_PATH)
    assert found.status == status
    assert [(limit.name, limit.enforced) for limit in found.limits] == ([("b", status == 429)] if status else [])


@pytest.mark.parametrize(("release", "answered"), [("1.3", True), ("1.4.0", False), ("1.4.6", False), ("1.5", True)])
def test_a_macro_over_nothing_may_crash_the_filter_of_1_4(release: str, *, answered: bool) -> None:
    """Elsewhere it is an error, and the limit does not apply."""
    body = "    l: {rates: [{limit: 0, window: 1m}], when: [{predicate: 'auth.identity.nope.exists(g, g == \"a\")'}]}\n"
    found = platform(GATEWAY, MODEL, POLICY, limits(body), release=release).ask("freda", MODEL_PATH)
    assert found.status == (200 if answered else None)


def test_a_boolean_counter_is_sent_as_text_before_1_5() -> None:
    """In lower case."""
    rules = REVIEW + "    response: {success: {filters: {identity: {json: {properties: {b: {value: true}}}}}}}\n"
    body = limits("    l: {rates: [{limit: 5, window: 1m}], counters: [{expression: auth.identity.b}]}\n")
    old = platform(GATEWAY, MODEL, auth(rules), body, release="1.4.6").ask("freda", MODEL_PATH)
    assert old.limits[0].counters == (("auth.identity.b", "true"),)
    assert platform(GATEWAY, MODEL, auth(rules), body).ask("freda", MODEL_PATH).limits == ()


def test_a_number_counter_is_written_in_full() -> None:
    """Without a fraction or an exponent that it does not need."""
    rules = REVIEW + "    response: {success: {filters: {identity: {json: {properties: {n: {value: 12345678}}}}}}}\n"
    body = limits("    l: {rates: [{limit: 5, window: 1m}], counters: [{expression: auth.identity.n}]}\n")
    for release in ("1.4.6", "1.5"):
        found = platform(GATEWAY, MODEL, auth(rules), body, release=release).ask("freda", MODEL_PATH)
        assert found.limits[0].counters == (("auth.identity.n", "12345678"),)


EXACT = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: exact, namespace: llm}
spec:
  parentRefs: [{name: maas-default-gateway, namespace: openshift-ingress}]
  hostnames: [maas.apps.example.com]
  rules:
    - matches: [{path: {type: Exact, value: /llm/model/v1}%s}]
      backendRefs: [{name: a, port: 80}]
"""


def test_the_filter_selects_an_exact_path_first() -> None:
    """Of two that match, before any prefix, and only the very path."""
    found = platform(GATEWAY, MODEL, EXACT % "", POLICY, auth(REVIEW, name="e", target="kind: HTTPRoute, name: exact"))
    assert found.ask("freda", "/llm/model/v1").guard == "llm/exact"
    assert found.ask("freda", "/llm/model/v1?a=b").guard == "llm/exact"
    assert found.ask("freda", "/llm/model/v1/").guard == "llm/model"


@pytest.mark.parametrize(("method", "name"), [("POST", "llm/exact"), ("GET", "llm/model")])
def test_a_match_may_ask_for_a_method(method: str, name: str) -> None:
    """For Envoy and for the filter alike."""
    own = auth(REVIEW, name="e", target="kind: HTTPRoute, name: exact")
    found = platform(GATEWAY, MODEL, EXACT % ", method: POST", POLICY, own).ask("freda", "/llm/model/v1", method=method)
    assert (found.route, found.guard) == (name, name)


def test_envoy_prefers_a_match_with_a_method() -> None:
    """Unlike the filter; the older route has no say then."""
    general = (EXACT % "").replace("name: exact,", 'name: general, creationTimestamp: "2020-01-01T00:00:00Z",')
    special = (EXACT % ", method: POST").replace("name: exact,", 'name: special, creationTimestamp: "2021-01-01T00:00:00Z",')
    found = platform(GATEWAY, general, special)
    assert found.ask(None, "/llm/model/v1").route == "llm/special"
    assert found.ask(None, "/llm/model/v1", method="GET").route == "llm/general"


def test_policies_on_different_sections_are_no_rivals() -> None:
    """Each rule of a route, and each listener, is a target of its own."""
    second = "    - matches: [{path: {type: PathPrefix, value: /llm/b}}]\n      backendRefs: [{name: b, port: 80}]\n"
    policies = [
        auth(REVIEW, name=name, target=f"kind: HTTPRoute, name: model, sectionName: {name}") for name in ("rule-1", "rule-2")
    ]
    assert platform(GATEWAY, route("model", "/llm/model", extra=second), *policies).diagnostics == ()


def test_nothing_is_said_about_what_is_empty() -> None:
    """Empty parts of a policy, and a kind without a namespace."""
    empty = REVIEW + "    metadata: {}\n    callbacks: {}\n    authorization: {}\n    response: {success: {}}\n"
    kind = "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: a}\nspec: {controllerName: b}\n"
    assert platform(GATEWAY, MODEL, auth(empty), kind).diagnostics == ()
    assert codes(platform(GATEWAY, kind.replace("name: a", "namespace: a"), strict=False)) == ["bad-manifest"]


@pytest.mark.parametrize("value", ["(?=a)", "a++", "(?P<n>a)", r"\\bfreda", r"\\1"])
def test_regular_expressions_that_go_may_read_differently_have_no_answer(value: str) -> None:
    """Lookaheads, possessive repeats, named groups, other escapes."""
    rules = f"""{REVIEW}    authorization:
      r: {{patternMatching: {{patterns: [{{selector: auth.identity.user.username, operator: matches, value: "{value}"}}]}}}}
"""
    assert platform(GATEWAY, MODEL, auth(rules)).ask("freda", MODEL_PATH).reason == "inconclusive"


@pytest.mark.parametrize(
    ("value", "status"), [("^f.*a$", 200), ("^(freda|petra)$", 200), (r"^\\w+\\.$", 403), ("[", 403), ("^$", 403)]
)
def test_regular_expressions_that_all_read_alike(value: str, status: int) -> None:
    """One that does not compile is an error, and refuses."""
    rules = f"""{REVIEW}    authorization:
      r: {{patternMatching: {{patterns: [{{selector: auth.identity.user.username, operator: matches, value: "{value}"}}]}}}}
"""
    assert platform(GATEWAY, MODEL, auth(rules)).ask("freda", MODEL_PATH).status == status


@pytest.mark.parametrize(
    ("operator", "value", "status"),
    [("incl", "free-user", 200), ("incl", "gold", 403), ("excl", "gold", 200), ("excl", "free-user", 403), ("excl", "free", 200)],
)
def test_lists_include_and_exclude_whole_items(operator: str, value: str, status: int) -> None:
    """No item is taken for a part of another."""
    rules = f"""{REVIEW}    authorization:
      r: {{patternMatching: {{patterns: [{{selector: auth.identity.user.groups, operator: {operator}, value: {value}}}]}}}}
"""
    assert platform(GATEWAY, MODEL, auth(rules)).ask("freda", MODEL_PATH).status == status


def test_all_and_any_stop_at_what_decides() -> None:
    """An error before that refuses, after it does not matter."""
    error = "{predicate: auth.identity.nope}"

    def status(patterns: str) -> int | None:
        rules = f"{REVIEW}    authorization:\n      r: {{patternMatching: {{patterns: [{patterns}]}}}}\n"
        return platform(GATEWAY, MODEL, auth(rules)).ask("freda", MODEL_PATH).status

    yes = '{predicate: "true"}'
    assert status(f"{{any: [{yes}, {error}]}}") == 200
    assert status(f"{{any: [{error}, {yes}]}}") == 403
    assert status(f"{{all: [{yes}, {error}]}}") == 403
    assert status(f"{{any: [{{all: [{yes}, {yes}]}}]}}, {yes}") == 200


@dataclass(frozen=True)
class Fixed:
    """An engine with one answer."""

    outcome: Outcome
    name: str = "fixed"

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Give the answer, whatever is asked."""
        assert expression
        assert context
        return self.outcome


ROOTS = {"auth": {"identity": {"text": "abc", "list": ["a"], "nothing": None}}}
YES, NO = Value(value=True), Failure("no such overload")


@pytest.mark.parametrize(
    ("text", "outcome", "dialect", "believed"),
    [
        ('"a" in auth.identity.text', YES, STANDARD, False),
        ('"a" in auth.identity.text', NO, STANDARD, True),
        ('"a" in auth.identity.text', NO, Dialect(substring_in=True), False),
        ('"a" in auth.identity.list', YES, Dialect(substring_in=True), True),
        ('"a" in auth.identity.text.split(",")', YES, STANDARD, True),
        ("auth.identity.text.all(c, c == c)", YES, STANDARD, False),
        ("auth.identity.text.all(c, c == c)", NO, STANDARD, True),
        ("auth.identity.nothing.all(c, c == c)", NO, STANDARD, True),
        ("auth.identity.nothing.all(c, c == c)", NO, Dialect(null_range_crashes=True), False),
        ("auth.identity.list.all(c, c == c)", NO, Dialect(null_range_crashes=True), True),
        ("auth.identity.list[3] == ''", NO, Dialect(null_index=True), False),
        ("auth.identity.list[3] == ''", NO, STANDARD, True),
        ("auth.identity.text in ['a']", NO, Dialect(null_index=True), True),
    ],
)
def test_an_engine_is_not_believed_where_runtimes_differ(
    text: str, outcome: Outcome, dialect: Dialect, *, believed: bool
) -> None:
    """On strings to the right of `in` and under macros, a value is worth nothing; an error is what the standard says."""
    evaluator = Evaluator(Fixed(outcome))
    cel = Cel(text, Place("a"))
    if believed:
        assert evaluator.ask(cel, ROOTS, dialect) == outcome
    else:
        with pytest.raises(InconclusiveError):
            evaluator.ask(cel, ROOTS, dialect)


def test_the_audience_that_was_accepted_is_part_of_the_identity() -> None:
    """Rules may test it."""
    rules = f"""{REVIEW}    authorization:
      r: {{patternMatching: {{patterns: [{{selector: auth.identity.audiences.0, operator: eq, value: "{CLUSTER_AUDIENCE}"}}]}}}}
"""
    assert platform(GATEWAY, MODEL, auth(rules)).ask("freda", MODEL_PATH).status == 200


def test_selectors_reach_the_request_by_its_old_name() -> None:
    """`context.request.http` holds the same request."""
    rules = f"""{REVIEW}    authorization:
      r: {{patternMatching: {{patterns: [{{selector: context.request.http.method, operator: eq, value: POST}},
        {{selector: context.request.http.headers.x-a, operator: eq, value: b}}]}}}}
"""
    found = platform(GATEWAY, MODEL, auth(rules))
    assert (found.ask("freda", MODEL_PATH, {"X-A": "b"}).status, found.ask("freda", MODEL_PATH).status) == (200, 403)
