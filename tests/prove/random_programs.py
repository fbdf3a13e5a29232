"""Small random Programs: overlapping groups, users, tiers of several levels, equal budgets, models that nobody may call."""

from __future__ import annotations

import random
from collections.abc import Sequence

from compiler.diagnostics.model import Place
from compiler.program.backends import InferenceService
from compiler.program.ir import (
    Attach,
    Bridge,
    Budget,
    Entry,
    Gateway,
    Grant,
    MaasApi,
    Model,
    Per,
    Platform,
    Program,
    Rate,
    Subjects,
    Tier,
)
from compiler.program.methods import ApiKey, Introspection, Method, Oidc, TierToken, TokenReview, binds

_HERE = Place("random.yaml")
_GROUPS = (*(f"group-{letter}" for letter in "abcde"), "system:authenticated")
_USERS = ("alice", "bob", "system:serviceaccount:a:b")


def some_program(chance: random.Random, bridge: Bridge = Bridge.SELECTED) -> Program:
    """Give a Program whose policies attach to routes."""
    platform = Platform(
        kuadrant=(1, 5, None),
        gateway=Gateway("ingress", "gateway", "maas.example.com"),
        attach=Attach.ROUTE,
        bridge=bridge,
        maas_api=MaasApi("maas-api", "maas-api", 8080),
        methods=_methods(chance, bridge),
        origin=_HERE,
    )
    tiers = tuple(_tier(chance, level) for level in range(chance.randrange(3), 0, -1))
    models = tuple(_model(chance, f"model-{index}", tiers) for index in range(chance.randrange(1, 3)))
    return Program(platform, tiers, models)


def _methods(chance: random.Random, bridge: Bridge) -> tuple[Method, ...]:
    """Give some ways in, in any order; what is bound to an entry cannot cross to limits that look at groups."""
    cache = chance.choice((0, 60))
    found: list[Method] = [
        TokenReview("openshift", ("https://cluster",), _HERE, cache),
        TierToken("tier-tokens", "gateway-sa", _HERE),
        Oidc("keycloak", "https://sso.example.com/realms/maas", "maas", ("name",), ("realm_access", "roles"), _HERE),
        Oidc("cloud", "https://sso.example.com", "maas", ("who", "name"), ("https://claims/groups",), _HERE),
        ApiKey("keys", "APIKEY", (("app", "keys"),), _HERE),
        Introspection("service", "https://x", "secret", "KEY", ("user",), ("groups",), ("team", "id"), ("team", "models"), _HERE),
    ]
    found = [method for method in found if bridge is Bridge.SELECTED or not binds(method)]
    return tuple(chance.sample(found, chance.randrange(1, 4)))


def _some(chance: random.Random, names: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(sorted(chance.sample(names, chance.randrange(most + 1))))


def _budget(chance: random.Random) -> Budget:
    per = Per.USER if chance.random() < 0.7 else Per.SUBSCRIPTION
    tokens = tuple(Rate(chance.choice((0, 5, 100)), seconds) for seconds in (60, 3600)[: chance.randrange(3)])
    requests = (Rate(chance.choice((5, 9)), 60),) if chance.random() < 0.3 else ()
    return Budget(tokens, requests, not tokens, per)


def _tier(chance: random.Random, level: int) -> Tier:
    name = f"tier{level}"
    groups = _some(chance, _GROUPS, 3)
    return Tier(name, level, None, None, groups, f"system:serviceaccounts:gateway-{name}", _budget(chance), _HERE)


def _model(chance: random.Random, name: str, tiers: Sequence[Tier]) -> Model:
    entries = []
    for index in range(chance.randrange(4)):
        subjects = Subjects(_some(chance, _GROUPS, 3), _some(chance, _USERS, 2))
        team = index == 2
        entries.append(Entry("team" if team else "subscription", f"entry-{index}", subjects, 9 - index, _budget(chance), _HERE))
    granted = [Subjects(_some(chance, _GROUPS, 4), _some(chance, _USERS, 2)) for _ in range(chance.randrange(3))]
    grants = tuple(Grant(f"grant-{index}", subjects, _HERE) for index, subjects in enumerate(granted))
    listed = tuple(tier.name for tier in tiers if chance.random() < 0.6)
    return Model("llm", name, InferenceService(name), listed, grants, tuple(entries), _HERE, chance.choice((None, name)))
