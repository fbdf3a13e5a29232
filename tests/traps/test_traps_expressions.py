"""What every emitted expression is: one that all runtimes read alike, and that never ends in an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from traps_bench import (
    AUTH,
    CASES,
    HOST,
    REQUESTS,
    TOKENS,
    Document,
    ask,
    built,
    caller,
    case,
    expressions,
    limits,
    platform,
)

from compiler.engines.base import Unsupported, Value
from compiler.engines.registry import installed
from compiler.gateway.texts import AUTHORINO, FILTER, foreign, mentioned

ENGINES = installed()

every_case = pytest.mark.parametrize("name", CASES)

COUNTERS = ["auth.identity.userid", "auth.identity.selected_subscription"]
FACTS = {"userid", "groups", "groups_str", "tier", "selected_subscription", "organization", "cost_center"}

# What a TokenReview may leave out, down to everything.
IDENTITIES: tuple[dict[str, object], ...] = (
    {},
    {"user": {}},
    {"user": {"username": "ana"}},
    {"user": {"groups": ["system:authenticated", "a,b", ""]}},
)
# What a request may leave out; the filter always has a path and headers.
REQUESTS_SEEN: tuple[dict[str, object], ...] = (
    {"url_path": "/"},
    {"headers": {}},
    {"url_path": "/llm//x", "headers": {"x-maas-subscription": "", "x-maas-username": "root"}},
    {},
)
FILTER_SEEN: tuple[dict[str, object], ...] = (
    {"url_path": "", "headers": {}},
    {"url_path": "/", "headers": {"x-maas-subscription": "nothing"}},
    {"url_path": "/llm/m/v1/models/x", "headers": {}},
)


def _of(name: str, *kinds: str) -> Iterator[tuple[Document, tuple[str, ...], str]]:
    for document in case(name).of(*kinds):
        for path, text in expressions(document):
            yield document, path, text


def _value(text: str, context: Mapping[str, object]) -> object:
    """Give the value that all engines agree on: cel-python alone reads `has(missing.deeper)` as false, and not as an error."""
    outcomes = [
        outcome for outcome in (engine.evaluate(text, context) for engine in ENGINES) if not isinstance(outcome, Unsupported)
    ]
    assert len(outcomes) > 1, f"only one engine can evaluate `{text}`"
    assert all(isinstance(outcome, Value) and outcome == outcomes[0] for outcome in outcomes), (text, context, outcomes)
    first = outcomes[0]
    assert isinstance(first, Value)
    return first.value


def _identities(document: Document) -> Iterator[dict[str, object]]:
    """Give what the callers of a policy look like once its overrides have been applied."""
    for method in document["spec"]["rules"]["authentication"].values():
        for raw in IDENTITIES:
            for request in REQUESTS_SEEN:
                roots = {"auth": {"identity": raw}, "request": request}
                given = {key: _value(value["expression"], roots) for key, value in method.get("overrides", {}).items()}
                yield {"auth": {"identity": {**raw, **given}}, "request": request}


@every_case
def test_every_runtime_knows_what_an_expression_uses(name: str) -> None:
    """No comment, optional, body function, foreign root or function: nothing that is refused, dropped or never true."""
    for _, _, text in _of(name, AUTH):
        assert foreign(text, AUTHORINO) == ()
    for _, _, text in _of(name, TOKENS, REQUESTS):
        assert foreign(text, FILTER) == ()


@every_case
def test_nothing_but_presence_is_asked_by_function(name: str) -> None:
    """A conversion such as `string(...)` would be an error for null, a boolean or a list."""
    for _, _, text in _of(name, AUTH, TOKENS, REQUESTS):
        assert set(mentioned(text).functions) <= {"has"}


@every_case
def test_no_regular_expression_is_used(name: str) -> None:
    """They match anywhere in a text unless somebody anchors them."""
    for _, _, text in _of(name, AUTH, TOKENS, REQUESTS):
        assert "matches" not in mentioned(text).methods


@every_case
def test_what_authorino_evaluates_is_never_an_error(name: str) -> None:
    """Every rule and every export has a value, whatever the identity and the request leave out."""
    for document in case(name).of(AUTH):
        rules = document["spec"]["rules"]
        for roots in _identities(document):
            for _, text in expressions({"rules": rules["authorization"], "response": rules["response"]}):
                assert _value(text, roots) is not None


@every_case
def test_every_authorization_pattern_is_a_boolean(name: str) -> None:
    """Anything else would end Authorino's process."""
    for document in case(name).of(AUTH):
        for roots in _identities(document):
            for path, text in expressions(document):
                if path[-1] == "predicate":
                    assert isinstance(_value(text, roots), bool)


@every_case
def test_overrides_look_at_the_token_alone(name: str) -> None:
    """At what the method itself leaves in the identity: one that looked at another, or at metadata, would find neither."""
    for document, path, text in _of(name, AUTH):
        if "overrides" in path:
            method = document["spec"]["rules"]["authentication"][path[path.index("authentication") + 1]]
            found = {one[:3] for one in mentioned(text).free if one[0] == "auth"}
            assert all(one[1] == "identity" for one in found)
            if "kubernetesTokenReview" in method or "apiKey" in method:
                own = "user" if "kubernetesTokenReview" in method else "metadata"
                assert found <= {("auth", "identity", own)}
            else:
                # Claims have names of their issuer's, and may be called as facts are: they are read before any is set.
                assert not {one[2:] for one in found} & {("userid",), ("tier",), ("selected_subscription",), ("method",)}


@every_case
def test_what_the_filter_evaluates_is_never_an_error(name: str) -> None:
    """An error would let the request pass uncounted: predicates are booleans and counters are texts, always."""
    exported: dict[str, object] = {**dict.fromkeys(FACTS, ""), "groups": []}
    for document in case(name).of(TOKENS, REQUESTS):
        for request in FILTER_SEEN:
            for groups in ("", "a", "a,b"):
                roots = {"auth": {"identity": {**exported, "groups_str": groups}}, "request": request}
                for path, text in expressions(document):
                    assert isinstance(_value(text, roots), bool if path[-1] == "predicate" else str)


@every_case
def test_headers_are_asked_for_in_lower_case(name: str) -> None:
    """The maps of headers hold no other keys."""
    for _, _, text in _of(name, AUTH, TOKENS, REQUESTS):
        found = re.findall(r'"([^"]*)" in request\.headers|request\.headers\["([^"]*)"\]', text)
        names = {one or other for one, other in found}
        assert all(header == header.lower() for header in names)
        assert "request.headers" not in text or names or text.count("request.headers") == text.count("has(request.headers)")


@every_case
def test_nothing_is_looked_for_in_a_string(name: str) -> None:
    """`in` with a string to its right is a test for a substring in one release and an error in another."""
    for _, _, text in _of(name, AUTH, TOKENS, REQUESTS):
        named = {path for path in mentioned(text).contained if len(path) > 1}
        # All are maps: of headers, of what a method found, of a Secret's annotations, and of what one holds.
        secrets = {("auth", "identity", "metadata", "annotations"), ("auth", "metadata", "provider", "data")}
        assert named <= {("request", "headers"), ("auth", "identity"), *secrets}


@every_case
def test_only_the_path_without_its_query_is_looked_at(name: str) -> None:
    """`request.path` carries the query string, in which a client can write any ending."""
    for _, _, text in _of(name, AUTH, TOKENS, REQUESTS):
        assert {path[1] for path in mentioned(text).free if path[0] == "request"} <= {"url_path", "headers"}


@every_case
def test_counters_are_two_plain_facts(name: str) -> None:
    """No quote, blank, backslash or header of the client: Limitador and the filter know each by the same text."""
    for document in case(name).of(TOKENS, REQUESTS):
        for limit in limits(document).values():
            texts = [counter["expression"] for counter in limit.get("counters", ())]
            assert texts in ([], COUNTERS, COUNTERS[1:])


@every_case
def test_every_limit_runs_after_authentication(name: str) -> None:
    """The operator looks for these five characters; a limit before it would let the request pass unauthenticated."""
    for document in case(name).of(TOKENS, REQUESTS):
        for limit in limits(document).values():
            assert any("auth." in predicate["predicate"] for predicate in limit["when"])


@every_case
def test_limits_ask_for_what_their_auth_policy_exports(name: str) -> None:
    """A fact that is misspelt is missing, and a limit that misses one does not limit."""
    for document in case(name).of(AUTH):
        success = document["spec"]["rules"]["response"].get("success")
        if success is not None:
            assert set(success["filters"]["identity"]["json"]["properties"]) == FACTS
    for _, _, text in _of(name, TOKENS, REQUESTS):
        assert {path[2] for path in mentioned(text).free if path[:2] == ("auth", "identity")} <= FACTS


HOSTILE = ['say "x"', "back\\slash", "it's", "a // b", 'x") || true || ("', "{x}", "\\u0041", "grüße 😀"]


@pytest.mark.parametrize("bridge", ["selected", "groups"])
@pytest.mark.parametrize("group", HOSTILE)
def test_a_name_is_compared_as_it_is_written(group: str, bridge: str) -> None:
    """Quotes, backslashes and slashes in a name stay inside of its literal; nobody else passes for a member."""
    quoted = "'" + group.replace("'", "''") + "'"
    found = built(
        platform(bridge=bridge, names=".+"),
        f"""
groups: {{{quoted}: {{}}}}
models: {{m: {{backend: {{kind: LLMInferenceService}}}}}}
access: {{a: {{models: [m], groups: [{quoted}]}}}}
subscriptions: {{s: {{owner: {{groups: [{quoted}]}}, models: {{m: {{tokens: [{{limit: 5, window: 1m}}]}}}}}}}}
""",
    )
    path = "/llm/m/v1/chat/completions"
    member = ask(found.cluster, caller("u", group), path, host=HOST)
    assert (member.status, [limit.limit for limit in member.limits]) == (200, [5])
    assert {ask(found.cluster, caller("u", other), path).status for other in HOSTILE if other != group} == {403}
