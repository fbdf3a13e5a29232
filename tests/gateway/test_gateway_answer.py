"""The gateway answers requests to the platform as it is emitted, end to end."""

from __future__ import annotations

import pytest
from gateway_bench import CHAT, LISTING, MODEL, MODEL_PATH, PLATFORM, Platform, platform, step

from compiler.gateway.answer import report
from compiler.gateway.cluster import AmbiguousRouteError, effective


@pytest.fixture(scope="module")
def maas() -> Platform:
    return platform(*PLATFORM)


def test_a_caller_is_let_through_and_metered(maas: Platform) -> None:
    """The identity is normalised, exported, injected, and meters the request."""
    found = maas.ask("freda")
    assert (found.status, found.reason, found.route, found.guard) == (
        200,
        "allowed",
        "llm/simulator-model-kserve-route",
        "llm/simulator-model-kserve-route",
    )
    assert found.method == "openshift"
    assert found.metadata == {
        "identity": {
            "userid": "freda",
            "groups": ["system:authenticated", "free-user"],
            "groups_str": "free-user",
            "selected_subscription": "free",
        }
    }
    assert found.headers == (
        ("authorization", "Bearer freda"),
        ("x-maas-group", '["system:authenticated","free-user"]'),
        ("x-maas-subscription", "free"),
        ("x-maas-username", "freda"),
    )
    assert [(limit.policy, limit.name, limit.unit, limit.limit, limit.seconds) for limit in found.limits] == [
        ("llm/maas-trlp-simulator-model", "tokens-100-per-1m", "tokens", 100, 60)
    ]
    assert found.limits[0].counters == (("auth.identity.selected_subscription", "free"), ("auth.identity.userid", "freda"))
    assert found.metered
    assert found.limits[0].enforced


def test_another_tier_has_its_own_limit(maas: Platform) -> None:
    """Selection is by the best group."""
    assert [limit.name for limit in maas.ask("petra").limits] == ["tokens-900-per-1m"]


def test_the_second_method_accepts_what_the_first_refuses(maas: Platform) -> None:
    """Methods are tried by priority; a refusal is no end."""
    found = maas.ask("sa")
    assert (found.status, found.method) == (200, "tier-tokens")
    assert step(found, "authentication", "openshift").outcome == "refused"
    assert dict(found.limits[0].counters)["auth.identity.selected_subscription"] == "tier:free"


@pytest.mark.parametrize("token", [None, "nobody", "other"])
def test_no_good_token_is_401(maas: Platform, token: str | None) -> None:
    """Without a credential, with an unknown one, and with one for another audience."""
    found = maas.ask(token)
    assert (found.status, found.reason, found.limits, found.headers) == (401, "unauthenticated", (), ())


def test_a_refusing_rule_is_403(maas: Platform) -> None:
    """A caller without groups reaches nothing; the trace names the rule and its place."""
    found = maas.ask("norma")
    assert (found.status, found.reason) == (403, "unauthorized")
    refusal = step(found, "authorization", "model-access")
    assert refusal.outcome == "refused"
    assert refusal.place is not None
    assert refusal.place.path == ("spec", "rules", "authorization", "model-access")
    assert refusal.place.document == 1
    assert not any(entry.rule == "subscription" for entry in found.trace)


@pytest.mark.parametrize("name", ["x-maas-username", "X-MaaS-Username", "X-MAAS-GROUP"])
def test_an_identity_header_from_outside_is_403(maas: Platform, name: str) -> None:
    """Header names reach expressions in lower case, however they are sent."""
    assert maas.ask("freda", headers={name: "root"}).status == 403


def test_an_injected_header_replaces_what_the_client_sent(maas: Platform) -> None:
    """The subscription header may be sent, and the backend sees the selected one alone."""
    found = maas.ask("freda", headers={"X-MaaS-Subscription": "gold"})
    assert [value for name, value in found.headers if name == "x-maas-subscription"] == ["free"]


def test_listing_is_free_and_a_query_is_no_way_out(maas: Platform) -> None:
    """The listing path is compared without its query string, and only exactly."""
    listing = maas.ask("freda", LISTING)
    assert (listing.status, listing.limits, listing.metered) == (200, (), False)
    assert maas.ask("freda", LISTING + "?page=2").limits == ()
    assert maas.ask("freda", CHAT + "?x=/v1/models").metered


def test_tokens_are_counted_when_they_are_reported(maas: Platform) -> None:
    """The check counts nothing and needs one token left, so that the last request may go over."""
    first = maas.ask("freda")
    assert maas.ask("freda", state=first.counters).status == 200
    state = report(first, 99)
    second = maas.ask("freda", state=state)
    assert second.status == 200
    state = report(second, 5000)
    third = maas.ask("freda", state=state.at(59.9))
    assert (third.status, third.reason) == (429, "over-limit")
    assert third.limits[0].exceeded
    assert maas.ask("sa", state=state).status == 200
    assert maas.ask("freda", state=state.at(60)).status == 200


def test_a_route_without_its_own_policy_is_denied_by_the_gateway() -> None:
    """The Gateway's policies hold where no route policy replaces them."""
    found = platform(*PLATFORM, MODEL).ask("freda", MODEL_PATH)
    assert (found.status, found.guard) == (403, "llm/model")
    assert step(found, "authorization", "deny-unconfigured").outcome == "refused"


@pytest.mark.parametrize("path", ["/", "/llm/other/v1/models", "/v1/models"])
def test_a_path_of_no_route_is_404(maas: Platform, path: str) -> None:
    """Nothing below the Gateway serves it."""
    found = maas.ask("freda", path)
    assert (found.status, found.reason, found.route) == (404, "no-route", None)


def test_a_host_of_no_listener_is_404(maas: Platform) -> None:
    """The listener has a host name."""
    assert maas.ask("freda", host="elsewhere.example.com").status == 404


def test_a_port_in_the_host_is_no_difference(maas: Platform) -> None:
    """Hosts are looked up without it."""
    assert maas.ask("freda", host="maas.apps.example.com:443").status == 200


@pytest.mark.parametrize("release", ["1.3", "1.4", "1.4.1", "1.4.2", "1.4.6", "1.5", "1.5.2"])
def test_every_release_answers_the_emitted_shape_alike(release: str) -> None:
    """What is emitted uses nothing that releases disagree about."""
    here = platform(*PLATFORM, release=release)
    for token, path in (("freda", CHAT), ("petra", CHAT), ("sa", CHAT), ("norma", CHAT), (None, CHAT), ("freda", LISTING)):
        new, old = platform(*PLATFORM).ask(token, path), here.ask(token, path)
        assert (new.status, new.reason, new.headers, new.limits) == (old.status, old.reason, old.headers, old.limits)


def test_what_holds_on_a_route_is_data(maas: Platform) -> None:
    """A prover reads texts with their places, methods in order, rates in seconds."""
    found = effective(maas.cluster, "llm/simulator-model-kserve-route")
    assert found.auth is not None
    assert [(method.name, method.priority) for method in found.auth.methods] == [("openshift", 0), ("tier-tokens", 1)]
    assert found.auth.policies == ("llm/maas-auth-simulator-model",)
    assert [limit.name for limit in found.tokens] == ["deny-unmetered", "tokens-100-per-1m", "tokens-900-per-1m"]
    free = found.tokens[1]
    assert free.policy == "llm/maas-trlp-simulator-model"
    assert [(rate.limit, rate.seconds) for rate in free.rates] == [(100, 60)]
    assert free.predicates[0].text == 'auth.identity.selected_subscription in ["free", "tier:free"]'
    assert free.predicates[0].place.path == ("spec", "limits", "tokens-100-per-1m", "when", 0, "predicate")
    assert found.requests == ()
    with pytest.raises(AmbiguousRouteError):
        effective(maas.cluster, "llm/nothing")
