"""What no emitted manifest ever holds, and what each one always holds, in every platform of the tests."""

from __future__ import annotations

import re
from typing import Any

import pytest
from traps_bench import AUTH, CASES, ENGINE, REQUESTS, TOKENS, built, case, platform, target, walk

from compiler.engines.base import Value
from compiler.program.methods import cached

every_case = pytest.mark.parametrize("name", CASES)


@every_case
def test_no_rule_has_a_condition_beside_it(name: str) -> None:
    """A `when` that errs skips its rule, one on an AuthPolicy skips Authorino: conditions stand inside of rules."""
    for document in case(name).of(AUTH):
        assert not [path for path, _ in walk(document) if path and path[-1] == "when"]


@every_case
def test_every_pattern_is_one_predicate(name: str) -> None:
    """Or says what a signed token must hold; no named pattern, and no operator that what is missing satisfies."""
    for document in case(name).of(AUTH):
        found = [value for path, value in walk(document) if path and path[-1] == "patterns" and isinstance(value, dict)]
        assert found
        assert all(_is_plain(pattern) for pattern in found)


def _is_plain(pattern: Any) -> bool:  # noqa: ANN401 - YAML
    """Tell whether a pattern refuses wherever it is misread: an unknown key, an empty list, a selector that finds nothing."""
    match pattern:
        case {"predicate": str()}:
            return len(pattern) == 1
        case {"any": list(inner)} | {"all": list(inner)}:
            return len(pattern) == 1 and inner != [] and all(map(_is_plain, inner))
        case {"selector": str(), "operator": "eq" | "incl", "value": str()}:
            return len(pattern) == 3
        case _:
            return False


@every_case
def test_every_policy_says_who_is_let_in(name: str) -> None:
    """An AuthPolicy without ways in lets everybody in; a token review without audiences takes the request's host for one."""
    for document in case(name).of(AUTH):
        methods = document["spec"]["rules"]["authentication"]
        assert methods
        assert all(_asks_for_something(method) for method in methods.values())


def _asks_for_something(method: Any) -> bool:  # noqa: ANN401 - YAML
    match method:
        case {"kubernetesTokenReview": {"audiences": [_, *_]}} | {"jwt": {"issuerUrl": str()}}:
            return True
        case {"apiKey": {"selector": {"matchLabels": dict(labels)}}}:
            return labels != {}
        case {"oauth2Introspection": {"endpoint": str()}}:
            return True
        case _:
            return False


@every_case
def test_ways_in_are_tried_one_after_the_other(name: str) -> None:
    """Two of one priority would race, and the faster one would say who calls."""
    for document in case(name).of(AUTH):
        priorities = [method["priority"] for method in document["spec"]["rules"]["authentication"].values()]
        assert sorted(set(priorities)) == sorted(priorities)


@every_case
def test_nothing_is_cached(name: str) -> None:
    """But credentials where the configuration says for how long, each by all of itself: no permission is, and no fact.

    What is fetched is kept, under a fixed key, and it is the same for all callers: a Secret's content is no answer.
    """
    asked = {method.name: cached(method) for method in case(name).program.platform.methods}
    for document in case(name).of(AUTH):
        rules = document["spec"]["rules"]
        for method, rule in rules["authentication"].items():
            meant = {"key": {"selector": "request.headers.authorization"}, "ttl": asked[method]}
            assert rule.get("cache") == (meant if asked[method] else None)
        caches = {path: value for path, value in walk({**rules, "authentication": {}}) if path[-1:] == ("cache",)}
        assert set(caches) <= {("metadata", "provider", "cache")}
        for cache in caches.values():
            assert set(cache["key"]) == {"value"}


@every_case
def test_only_keys_of_providers_are_fetched(name: str) -> None:
    """By GET, which Authorino knows; and where one is not there the request is refused, whatever came in its place."""
    for document in case(name).of(AUTH):
        rules = document["spec"]["rules"]
        assert set(rules) - {"metadata"} == {"authentication", "authorization", "response"}
        fetched = rules.get("metadata", {})
        assert {one["http"]["method"] for one in fetched.values()} <= {"GET"}
        assert ("provider-key" in rules["authorization"]) == bool(fetched)
        answers: list[dict[str, object]] = [{}, {"metadata": {}}, {"metadata": {"provider": {"kind": "Status"}}}]
        for answer in answers if fetched else ():
            (pattern,) = rules["authorization"]["provider-key"]["patternMatching"]["patterns"]
            outcome = ENGINE.evaluate(pattern["predicate"], {"auth": {"identity": {}, **answer}, "request": {}})
            assert outcome == Value(value=False)


@every_case
def test_an_access_review_is_about_one_resource(name: str) -> None:
    """Without attributes of a resource Kubernetes would be asked about the path, query string included."""
    reviews = [
        value for found in case(name).of(AUTH) for path, value in walk(found) if path[-1:] == ("kubernetesSubjectAccessReview",)
    ]
    assert bool(reviews) == case(name).program.platform.attach.value.startswith("gateway")
    for review in reviews:
        assert set(review["resourceAttributes"]) == {"group", "resource", "namespace", "name", "verb"}


@every_case
def test_the_facts_are_exported_before_all_else(name: str) -> None:
    """One filter, alone in its priority: no header that fails can take the facts with it that the limits go by."""
    for document in case(name).of(AUTH):
        success = document["spec"]["rules"]["response"].get("success")
        if success is None:
            assert "deny-unconfigured" in document["spec"]["rules"]["authorization"]
            continue
        (exported,) = success["filters"].items()
        assert exported[0] == "identity"
        assert all(header["priority"] > exported[1]["priority"] for header in success["headers"].values())


@every_case
def test_injected_headers_are_lower_case(name: str) -> None:
    """Any other spelling would be added beside what the client sent."""
    for document in case(name).of(AUTH):
        headers = document["spec"]["rules"]["response"].get("success", {}).get("headers", {})
        assert all(header == header.lower() and "key" not in item for header, item in headers.items())


@every_case
def test_limits_stand_where_an_auth_policy_stands(name: str) -> None:
    """On a target without one the operator would drop every limit that looks at the caller."""
    guarded = {target(document) for document in case(name).of(AUTH)}
    assert {target(document) for document in case(name).of(TOKENS, REQUESTS)} <= guarded


@every_case
def test_a_target_has_one_policy_of_a_kind(name: str) -> None:
    """Of two the newest would replace the other without a word."""
    found = [(document["kind"], *target(document)) for document in case(name).of(AUTH, TOKENS, REQUESTS)]
    assert sorted(set(found)) == sorted(found)


@every_case
def test_policies_are_bare_and_on_whole_objects(name: str) -> None:
    """No strategy merges them with others, no name meets another's, and no position of a route's rule is counted on."""
    for document in case(name).of(AUTH, TOKENS, REQUESTS):
        assert set(document["spec"]) == {"targetRef", "rules" if document["kind"] == AUTH else "limits"}
        assert set(document["spec"]["targetRef"]) == {"group", "kind", "name"}


def test_routes_match_by_the_models_own_path_alone() -> None:
    """No method, header or query parameter is matched, no quote can stand in a path, and no internal path is served."""
    found = case("tiers-on-the-gateway").of("HTTPRoute") + case("subscriptions").of("HTTPRoute") + case("config").of("HTTPRoute")
    for document in (one for one in found if one["metadata"]["name"] != "maas-api-route"):
        (rule,) = document["spec"]["rules"]
        (match,) = rule["matches"]
        assert set(match) == {"path"}
        assert match["path"]["type"] == "PathPrefix"
        assert re.fullmatch(r"/[a-z0-9-]+/[a-z0-9-]+", match["path"]["value"])
        assert match["path"]["value"].split("/")[1] == document["metadata"]["namespace"]


@every_case
def test_only_kinds_of_our_own_making_are_emitted(name: str) -> None:
    """Nothing is handed to a plan or another extension, whose own policies would meet ours on one target."""
    ours = {AUTH, TOKENS, REQUESTS, "HTTPRoute", "Role", "RoleBinding", "ConfigMap", "ExternalSecret", "SealedSecret"}
    ours |= {"Service", "ServiceEntry", "DestinationRule", "ReferenceGrant", "ServiceAccount", "Secret"}
    ours |= {"Gateway", "GatewayClass", "Kuadrant", "Namespace"}
    ours |= {"TelemetryPolicy", "ServiceMonitor", "PrometheusRule"}
    assert {document["kind"] for document in case(name).documents} <= ours


def test_names_fit_wherever_kubernetes_puts_them() -> None:
    """The longest model name gives policies whose names are label values, and two such models never share one."""
    long = ["m" * 63, "m" * 62 + "n"]
    models = "".join(f"  {name}: {{backend: {{kind: LLMInferenceService}}, tiers: [free]}}\n" for name in long)
    rates = "[{limit: 1, window: 1m}]"
    tiers = f"groups: {{all: {{}}}}\ntiers: {{free: {{level: 0, groups: [all], tokens: {rates}, requests: {rates}}}}}\n"
    for attach in ("route", "gateway"):
        found = built(platform(attach), f"{tiers}models:\n{models}")
        names = [(document["kind"], document["metadata"]["name"]) for document in found.documents]
        assert all(len(name) <= 63 for _, name in names)
        assert len(set(names)) == len(names)


def test_the_large_platform_is_divided() -> None:
    """Without this the tests of every platform would not look at tables that take several overrides."""
    methods = case("large").one(AUTH, "maas-auth-m")["spec"]["rules"]["authentication"]
    assert len(methods["openshift"]["overrides"]) > 4
