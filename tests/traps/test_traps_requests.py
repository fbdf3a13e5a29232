"""What callers meet at the gateway, with requests made to slip through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations

import pytest
from traps_bench import AUDIENCE, AUTH, GATEWAY, HOST, TOKENS, Built, ask, built, caller, case, limits, platform, target

from compiler.gateway.externals import ExternalRoute
from compiler.gateway.identities import Token
from compiler.program.decide import Caller, Request, decide
from compiler.program.ir import Model

METERED = (
    "subscriptions",
    "subscriptions-by-groups",
    "teams",
    "tiers-on-routes",
    "tiers-on-the-gateway",
    "tiers-on-the-gateway-by-groups",
)
RELEASES = ("1.3", "1.4", "1.4.2", "1.5")
ATTACHMENTS = (("route", "selected"), ("route", "groups"), ("gateway", "selected"), ("gateway", "groups"))

TIERS = """
groups: {all: {}, paid: {}, "odd": {}}
tiers:
  free: {level: 0, groups: [all], tokens: [{limit: 100, window: 1m}]}
  pro: {level: 1, groups: [paid], tokens: [{limit: 900, window: 1m}]}
models:
  m: {backend: {kind: LLMInferenceService}, tiers: [free, pro]}
  big: {backend: {kind: LLMInferenceService}, tiers: [pro]}
  other/m: {backend: {kind: LLMInferenceService}}
"""
CHAT = "/llm/m/v1/chat/completions"


def _mentioned(found: Built, model: Model) -> tuple[list[str], list[str]]:
    subjects = [grant.subjects for grant in model.grants] + [entry.subjects for entry in found.program.precedence(model)]
    return sorted({group for one in subjects for group in one.groups}), sorted({user for one in subjects for user in one.users})


def _callers(found: Built, model: Model) -> Iterator[Token]:
    """Give somebody in no group, in each one, in some two, and in all; and each user by name."""
    groups, users = _mentioned(found, model)
    picks = [(), *((group,) for group in groups), *list(combinations(groups, 2))[:6], tuple(groups)]
    yield from (caller("somebody", *pick) for pick in picks)
    yield from (caller(user) for user in users)


def _asked(name: str) -> Iterator[tuple[Built, Model, Token, dict[str, str]]]:
    found = case(name)
    for model in found.program.models:
        keys = [entry.key for entry in found.program.precedence(model)]
        for token in _callers(found, model):
            for headers in ({}, *({"X-MaaS-Subscription": key} for key in (*keys[:2], "nothing"))):
                yield found, model, token, headers


@pytest.mark.parametrize("name", METERED)
def test_one_limit_of_a_kind_meters_a_request(name: str) -> None:
    """Of two that hold together only the first would be enforced; and what is passed on is always metered."""
    passed = 0
    for found, model, token, headers in _asked(name):
        answer = ask(found.cluster, token, f"{model.prefix}/v1/chat/completions", headers)
        metering = {limit.name for limit in answer.limits if limit.unit == "tokens"}
        requests = {limit.name for limit in answer.limits if limit.unit == "requests"}
        assert len(metering) <= 1
        assert len(requests) <= 1
        assert all(limit.enforced for limit in answer.limits)
        assert answer.status in {200, 403, 429}
        assert answer.status != 200 or (answer.reason, len(metering)) == ("allowed", 1)
        passed += answer.status == 200
    assert passed


@pytest.mark.parametrize("name", METERED)
def test_releases_answer_alike(name: str) -> None:
    """Lists that vanish, `has` that is always true, other rules for errors: no answer depends on them."""
    for found, model, token, headers in list(_asked(name))[::3]:
        path = f"{model.prefix}/v1/chat/completions"
        answers = [ask(found.cluster, token, path, headers, release=release) for release in RELEASES]
        assert len({(answer.status, tuple(sorted((one.name, one.limit) for one in answer.limits))) for answer in answers}) == 1


@pytest.mark.parametrize(("attach", "bridge"), ATTACHMENTS)
def test_no_credential_no_entry(attach: str, bridge: str) -> None:
    """Nothing but an accepted token opens any path, whatever the path is and whatever else the request brings."""
    cluster = built(platform(attach, bridge), TIERS).cluster
    for path in (CHAT, "/llm/m/v1/models", "/llm/m", "/llm/big/x", "/other/m/v1/models?x=/v1/models"):
        for token in (None, caller("eve", "paid", audience="elsewhere")):
            for headers in ({}, {"X-MaaS-Subscription": "tier:pro"}, {"X-MaaS-Username": "ana"}, {"Cookie": "a=b"}):
                assert ask(cluster, token, path, headers).status == 401


@pytest.mark.parametrize(("attach", "bridge"), ATTACHMENTS)
def test_an_empty_identity_reaches_nothing(attach: str, bridge: str) -> None:
    """A token that names neither a user nor a group is accepted by the cluster, and by no rule of ours."""
    cluster = built(platform(attach, bridge), TIERS).cluster
    assert ask(cluster, caller(), CHAT).status == 403


@pytest.mark.parametrize(("attach", "bridge"), ATTACHMENTS)
def test_a_model_of_another_namespace_is_guarded_alike(attach: str, bridge: str) -> None:
    """What may be called follows from the models, not from a path that somebody wrote into a rule."""
    cluster = built(platform(attach, bridge), TIERS).cluster
    assert ask(cluster, caller("ana", "paid"), "/other/m/v1/chat/completions").status == 403
    assert ask(cluster, caller("ana", "paid"), CHAT).status == 200


@pytest.mark.parametrize(("attach", "bridge"), ATTACHMENTS)
@pytest.mark.parametrize("header", ["x-maas-username", "X-MaaS-Group", "X-Maas-TIER"])
def test_an_identity_of_ones_own_is_refused(attach: str, bridge: str, header: str) -> None:
    """A request that says who it is from is turned away, however the header is spelt."""
    cluster = built(platform(attach, bridge), TIERS).cluster
    assert ask(cluster, caller("ana", "all"), CHAT, {header: "root"}).status == 403
    assert ask(cluster, caller("ana", "all"), CHAT).status == 200


@pytest.mark.parametrize(("attach", "bridge"), ATTACHMENTS)
@pytest.mark.parametrize("name", ["x", 'say "x"', "<nil>", "a,b"])
def test_injected_headers_always_have_a_value(attach: str, bridge: str, name: str) -> None:
    """Never nothing, never a list the way Go prints one: groups are JSON, and the rest are texts."""
    cluster = built(platform(attach, bridge), TIERS).cluster
    headers = dict(ask(cluster, caller("ana", "all", name), CHAT).headers)
    assert json.loads(headers["x-maas-group"]) == ["all", name]
    assert (headers["x-maas-username"], headers["x-maas-tier"], headers["x-maas-subscription"]) == ("ana", "free", "tier:free")


@pytest.mark.parametrize(("attach", "bridge"), ATTACHMENTS)
def test_the_backend_sees_the_selected_subscription_alone(attach: str, bridge: str) -> None:
    """A header of the client's choice would be a label of its choice wherever use is measured by header."""
    cluster = built(platform(attach, bridge), TIERS).cluster
    answer = ask(cluster, caller("ana", "paid"), CHAT, {"X-MaaS-Subscription": "tier:pro"})
    assert [value for key, value in answer.headers if key == "x-maas-subscription"] == ["tier:pro"]
    assert ask(cluster, caller("ana", "paid"), CHAT, {"X-MaaS-Subscription": "free-label"}).status == 403


@pytest.mark.parametrize(("attach", "bridge"), ATTACHMENTS)
def test_listing_is_free_and_nothing_else_is(attach: str, bridge: str) -> None:
    """Only the one path below a model costs nothing; a query or a longer path that ends alike is metered."""
    cluster = built(platform(attach, bridge), TIERS).cluster
    for path in ("/llm/m/v1/models", "/llm/m/v1/models?limit=5"):
        listing = ask(cluster, caller("ana", "all"), path, method="GET")
        assert (listing.status, listing.limits) == (200, ())
    for path in (f"{CHAT}?x=/v1/models", "/llm/m/v1/chat/v1/models", "/llm/m/v1/models/", "/llm/m/v1/models/x", "/llm/m"):
        answer = ask(cluster, caller("ana", "all"), path)
        assert (answer.status, [limit.limit for limit in answer.limits]) == (200, [100])
    assert ask(cluster, None, "/llm/m/v1/models", method="GET").status == 401


@pytest.mark.parametrize(("attach", "bridge"), ATTACHMENTS)
def test_a_group_with_a_comma_is_one_group(attach: str, bridge: str) -> None:
    """Whoever is in a group called `all,paid` is neither in `all` nor in `paid`."""
    cluster = built(platform(attach, bridge), TIERS).cluster
    assert ask(cluster, caller("eve", "all,paid"), CHAT).status == 403
    answer = ask(cluster, caller("eve", "all", "x,paid,y"), CHAT)
    assert (answer.status, [limit.limit for limit in answer.limits]) == (200, [100])


@pytest.mark.parametrize(("attach", "bridge"), ATTACHMENTS)
def test_a_route_that_nobody_configured_is_closed(attach: str, bridge: str) -> None:
    """The Gateway's own policies stand behind every route, also one whose path only begins like a model's."""
    found = built(platform(attach, bridge), TIERS)
    cluster = found.beside(ExternalRoute("llm", "m-two-kserve-route", "/llm/m-two"), ExternalRoute("web", "shop", "/shop"))
    for path in ("/llm/m-two/v1/chat/completions", "/shop/cart/x"):
        answer = ask(cluster, caller("ana", "all", "paid"), path)
        assert (answer.status, answer.reason) == (403, "unauthorized")
    assert ask(cluster, caller("ana", "paid"), CHAT).status == 200


MAAS_API = f"""
apiVersion: kuadrant.io/v1
kind: AuthPolicy
metadata: {{name: maas-api-auth-policy, namespace: maas-api}}
spec:
  targetRef: {{group: gateway.networking.k8s.io, kind: HTTPRoute, name: maas-api-route}}
  rules:
    authentication:
      openshift-identities: {{kubernetesTokenReview: {{audiences: ["{AUDIENCE}"]}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: maas-api-route, namespace: maas-api}}
spec:
  parentRefs: [{{name: {GATEWAY[1]}, namespace: {GATEWAY[0]}}}]
  hostnames: ["{HOST}"]
  rules:
    - {{matches: [{{path: {{type: PathPrefix, value: /v1/models}}}}], backendRefs: [{{name: maas-api, port: 8080}}]}}
    - {{matches: [{{path: {{type: PathPrefix, value: /maas-api}}}}], backendRefs: [{{name: maas-api, port: 8080}}]}}
"""


@pytest.mark.parametrize(("attach", "bridge"), [found for found in ATTACHMENTS if found != ("gateway", "groups")])
def test_the_maas_api_is_neither_denied_nor_metered(attach: str, bridge: str) -> None:
    """Its route has an AuthPolicy of its own, and no limit of the Gateway holds on its paths."""
    cluster = built(platform(attach, bridge), TIERS).beside(manifests=MAAS_API)
    for path in ("/maas-api/v1/tokens", "/maas-api", "/v1/models", "/v1/models?x=y"):
        answer = ask(cluster, caller("ana"), path)
        assert (answer.status, answer.limits) == (200, ())


@pytest.mark.parametrize(("attach", "bridge"), ATTACHMENTS)
def test_a_longer_path_has_its_own_policies(attach: str, bridge: str) -> None:
    """The filter compares beginnings: `/llm/m` must not answer for `/llm/m-large`."""
    models = "groups: {all: {}, paid: {}}\n" + TIERS.partition("\n")[2].partition("\n")[2].replace("big:", "m-large:")
    cluster = built(platform(attach, bridge), models).cluster
    assert ask(cluster, caller("ana", "all"), "/llm/m-large/v1/chat/completions").status == 403
    assert ask(cluster, caller("ana", "paid"), "/llm/m-large/v1/chat/completions").status == 200


def test_what_a_route_replaces_it_brings_itself() -> None:
    """A policy on a route replaces the Gateway's as a whole, so each route has all of its own rules and its own deny."""
    for name in ("subscriptions", "tiers-on-routes", "teams", "config"):
        found = case(name)
        for document in found.of(AUTH):
            if target(document)[0] == "HTTPRoute" and target(document)[2] != "maas-api-route":
                rules = [rule for rule in document["spec"]["rules"]["authorization"] if rule != "provider-key"]
                assert rules[-3:] == ["identity-headers", "model-access", "subscription"]
                assert rules[:-3] in ([], ["issuer-and-audience"])
        for document in found.of(TOKENS):
            (denied,) = (
                limit
                for limit in limits(document).values()
                if limit["rates"] == [{"limit": 0, "window": "1m"}] and "counters" not in limit
            )
            assert denied["when"]


def test_several_subscriptions_need_no_header() -> None:
    """The priority decides; then the larger budget for each second, whatever its window; and the header may choose."""
    found = built(
        platform(),
        """
groups: {a: {}, b: {}, c: {}}
models: {m: {backend: {kind: LLMInferenceService}}}
access: {all: {models: [m], groups: [a, b, c]}}
subscriptions:
  daily: {owner: {groups: [a]}, models: {m: {tokens: [{limit: 100000, window: 24h}]}}}
  minutely: {owner: {groups: [b]}, models: {m: {tokens: [{limit: 50000, window: 1m}]}}}
  first: {owner: {groups: [c]}, priority: 1, models: {m: {tokens: [{limit: 1, window: 1m}]}}}
""",
    )
    assert [limit.limit for limit in ask(found.cluster, caller("u", "a", "b", "c"), CHAT).limits] == [1]
    assert [limit.limit for limit in ask(found.cluster, caller("u", "a", "b"), CHAT).limits] == [50000]
    chosen = ask(found.cluster, caller("u", "a", "b"), CHAT, {"X-MaaS-Subscription": "daily"})
    assert [limit.limit for limit in chosen.limits] == [100000]
    assert decide(found.program, Caller("openshift", "u", frozenset("ab")), Request("llm/m", CHAT)).selected == "minutely"
