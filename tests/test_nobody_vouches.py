"""A name that no way in can tell of is reported, once, and no other."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from worlds import Config

from compiler.checks import nobody_vouches
from compiler.intent.parse import parse
from compiler.render import yaml
from compiler.source.load import load_text

TOKENS = {"name": "cluster", "kind": "tokenReview", "audiences": ["https://kubernetes.default.svc"]}
TIERS = {"name": "tiers", "kind": "tierToken"}
REALM = {"name": "realm", "kind": "oidc", "issuer": "https://sso.example.com", "audience": "maas"}
KEYS = {"name": "keys", "kind": "apiKey"}
SERVICE = {
    "name": "service",
    "kind": "introspection",
    "endpoint": "https://keys.example.com",
    "credentials": {"secret": "service"},
}

OF_TIER = "system:serviceaccounts:gw-tier-free"
ROBOT = "system:serviceaccount:ns:robot"
CONFIG: Config = {
    "platform": {"kuadrant": "1.5", "gateway": {"namespace": "ingress", "name": "gw", "hostname": "maas.example.com"}},
    "groups": {"staff": {}, "system:authenticated": {"builtin": True}, OF_TIER: {"builtin": True}},
    "users": {"alice": {"email": "alice@example.com"}, ROBOT: {}},
    "tiers": {"free": {"level": 0, "groups": ["staff", "system:authenticated"], "tokens": [{"limit": 1, "window": "1m"}]}},
    "models": {"llm/granite": {"backend": {"kind": "LLMInferenceService"}, "tiers": ["free"]}},
    "access": {"some": {"models": ["llm/granite"], "groups": ["staff", OF_TIER], "users": ["alice@example.com", "alice", ROBOT]}},
    "invariants": [{"name": "none", "callers": {"groups": ["staff"]}, "models": ["*"], "atMost": {"limit": 1, "window": "1m"}}],
}


def told(*ways_in: dict[str, Any]) -> list[str]:
    config = deepcopy(CONFIG)
    config["platform"]["authentication"] = ways_in
    documents, problems = load_text("a.yaml", yaml.document(config).encode())
    assert not problems
    intent, problems = parse(documents)
    assert intent is not None, problems
    return [found.headline.rpartition("`")[0].rpartition("`")[2] for found in nobody_vouches.on_intent(intent)]


@pytest.mark.parametrize(
    ("ways_in", "unknown"),
    [
        ([TOKENS], []),
        ([KEYS], []),
        ([REALM], ["system:authenticated", OF_TIER, ROBOT]),
        ([SERVICE], ["system:authenticated", OF_TIER, ROBOT]),
        ([TIERS], ["staff", "system:authenticated", "alice"]),
        ([REALM, TIERS], ["system:authenticated"]),
        ([REALM, TIERS, TOKENS], []),
    ],
)
def test_names_that_no_way_in_tells_of_are_reported_once(ways_in: list[dict[str, Any]], unknown: list[str]) -> None:
    assert told(*ways_in) == unknown
