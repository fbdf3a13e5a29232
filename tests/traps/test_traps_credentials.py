"""What each kind of credential can bring about at the gateway, and what it cannot pretend."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Final

import pytest
from traps_bench import ENGINE, HOST, case

from compiler.gateway.answer import Answer, answer
from compiler.gateway.identities import Identities, SignedToken
from compiler.gateway.manifests import Secret
from compiler.gateway.release import find_release
from compiler.gateway.requests import HttpRequest

REALM: Final = "https://keycloak.example.com/realms/maas"
SERVICE: Final = "http://keys.maas-db.svc/introspect"
MODEL: Final = "/llm/qwen3/v1/chat/completions"
GOOD: Final[Mapping[str, object]] = {
    "iss": REALM,
    "aud": ["account", "maas"],
    "preferred_username": "dana",
    "realm_access": {"roles": ["staff"]},
}
LABELS: Final = {"authorino.kuadrant.io/managed-by": "authorino", "maas.opendatahub.io/api-key": "maas-default-gateway"}
ALICE: Final = {
    "maas.opendatahub.io/user": "alice",
    "maas.opendatahub.io/subscription": "team:demo",
    "maas.opendatahub.io/models": "*",
}


def ask(world: Identities, prefix: str = "Bearer", path: str = MODEL, **headers: str) -> Answer:
    request = HttpRequest("POST", HOST, path, (("authorization", f"{prefix} credential"), *headers.items()))
    return answer(case("ways-in").cluster, find_release("1.5"), ENGINE, world, request)


def token(**claims: object) -> Identities:
    return Identities(signed={"credential": SignedToken(REALM, {**GOOD, **claims})})


def key(annotations: Mapping[str, str], namespace: str = "kuadrant-system", labels: Mapping[str, str] = LABELS) -> Identities:
    data = (("api_key", b64encode(b"credential").decode()),)
    return Identities(secrets=(Secret(namespace, "key", tuple(labels.items()), tuple(annotations.items()), data),))


def test_a_token_of_the_realm_is_let_in() -> None:
    found = ask(token())
    assert (found.status, found.reason) == (200, "allowed")
    assert ask(token(aud="maas")).status == 200, "an audience may be a text as well"


@pytest.mark.parametrize(
    "claims", [{"aud": ["account"]}, {"aud": []}, {"aud": ""}, {"iss": "https://keycloak.example.com/realms/x"}]
)
def test_a_token_for_somebody_else_is_refused(claims: Mapping[str, object]) -> None:
    """Authorino believes the signature alone: a token for another client of the realm is as good to it."""
    assert ask(token(**claims)).status == 403
    missing = {name: value for name, value in GOOD.items() if name not in claims}
    assert ask(Identities(signed={"credential": SignedToken(REALM, missing)})).status == 403


def test_a_realm_cannot_speak_for_the_cluster() -> None:
    """Neither for its groups, nor for the ServiceAccounts of a tier, nor for one of its users."""
    reserved = ["system:authenticated", "system:serviceaccounts:maas-default-gateway-tier-premium"]
    assert ask(token(realm_access={"roles": reserved}), path="/llm/simulator-model/v1/chat/completions").status == 403
    assert ask(token(preferred_username="system:serviceaccount:llm:robot", realm_access={"roles": []})).status == 403


def test_a_key_is_metered_by_what_it_is_bound_to() -> None:
    found = ask(key(ALICE), "APIKEY", **{"x-maas-subscription": "gold"})
    assert (found.status, (found.metadata or {})["identity"]["selected_subscription"]) == (200, "team:demo")  # type: ignore[index]


@pytest.mark.parametrize(
    "changed",
    [
        {"maas.opendatahub.io/subscription": "gold"},
        {"maas.opendatahub.io/subscription": ""},
        {"maas.opendatahub.io/models": "llm/simulator-model"},
        {"maas.opendatahub.io/models": ""},
        {"maas.opendatahub.io/user": "bob"},
    ],
)
def test_a_key_opens_nothing_more_than_it_says(changed: Mapping[str, str]) -> None:
    assert ask(key({**ALICE, **changed}), "APIKEY").status == 403
    absent = {name: value for name, value in ALICE.items() if name not in changed}
    assert ask(key(absent), "APIKEY").status == 403


def test_a_secret_that_is_not_for_authorino_is_no_key() -> None:
    assert ask(key(ALICE, namespace="llm"), "APIKEY").status == 401
    assert (
        ask(key(ALICE, labels={name: value for name, value in LABELS.items() if "authorino" not in name}), "APIKEY").status == 401
    )
    assert ask(key(ALICE, labels={**LABELS, "maas.opendatahub.io/api-key": "another-gateway"}), "APIKEY").status == 401
    assert ask(key(ALICE), "Bearer").status == 401


def test_a_service_that_does_not_know_a_key_refuses_it() -> None:
    known = {"active": True, "user_id": "alice", "team_id": "demo", "models_allowed": ["qwen3"]}
    answers = [known, {**known, "active": False}, {**known, "team_id": "other"}, {**known, "models_allowed": []}]
    found = [ask(Identities(introspected={(SERVICE, "credential"): one}), "KEY").status for one in answers]
    assert found == [200, 401, 403, 403]
    assert ask(Identities(), "KEY").status == 401
