"""Where only the tier of everybody meters a group, callers whose tokens are not of the cluster are told of, and nobody else."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from worlds import Config

from compiler.checks import way_without_budget
from compiler.intent.parse import parse
from compiler.lower.lower import lower
from compiler.program.decide import Caller, Request, decide
from compiler.program.ir import EVERYBODY, Program
from compiler.render import yaml
from compiler.source.load import load_text

TOKENS = {"name": "cluster", "kind": "tokenReview", "audiences": ["https://kubernetes.default.svc"]}
TIERS = {"name": "tiers", "kind": "tierToken"}
REALM = {"name": "realm", "kind": "oidc", "issuer": "https://sso.example.com", "audience": "maas"}
OTHER = {"name": "other", "kind": "oidc", "issuer": "https://other.example.com", "audience": "maas"}
KEYS = {"name": "keys", "kind": "apiKey"}
BUDGET = [{"limit": 1, "window": "1m"}]

CONFIG: Config = {
    "platform": {"kuadrant": "1.5", "gateway": {"namespace": "ingress", "name": "gw", "hostname": "maas.example.com"}},
    "groups": {"staff": {}, "lab": {}, EVERYBODY: {"builtin": True}},
    "tiers": {"free": {"level": 0, "groups": [EVERYBODY], "tokens": BUDGET}},
    "models": {"llm/granite": {"backend": {"kind": "LLMInferenceService"}, "tiers": ["free"]}},
    "access": {"some": {"models": ["llm/granite"], "groups": ["staff", EVERYBODY]}},
}


def program(*ways_in: dict[str, Any], **more: object) -> Program:
    config = deepcopy(CONFIG) | more
    config["platform"]["authentication"] = ways_in
    documents, problems = load_text("a.yaml", yaml.document(config).encode())
    assert not problems
    intent, problems = parse(documents)
    assert intent is not None, problems
    return lower(intent)


def told(of: Program) -> list[str]:
    return [found.headline for found in way_without_budget.on_program(of)]


@pytest.mark.parametrize(
    ("ways_in", "names"),
    [
        ([TOKENS], None),
        ([TOKENS, TIERS, KEYS], None),
        ([TOKENS, REALM], "`realm`"),
        ([REALM, OTHER, TOKENS], "`realm` or `other`"),
        ([REALM], "`realm`"),
    ],
)
def test_only_a_way_in_that_never_tells_of_everybody_is_told_of(ways_in: list[dict[str, Any]], names: str | None) -> None:
    words = f"the group `staff` may call `llm/granite`, and nothing meters its members there who come by {names}"
    assert told(program(*ways_in)) == ([words] if names else [])


def test_who_is_told_of_is_refused_and_others_are_not() -> None:
    of = program(TOKENS, REALM)
    request = Request("llm/granite", "/llm/granite/v1/chat/completions")
    assert decide(of, Caller("realm", "ann", frozenset({"staff"})), request).reason == "no-candidate"
    assert decide(of, Caller("cluster", "ann", frozenset({"staff", EVERYBODY})), request).status == 200


@pytest.mark.parametrize(
    "more",
    [
        {"subscriptions": {"own": {"owner": {"groups": ["staff"]}, "models": {"llm/granite": {"tokens": BUDGET}}}}},
        {"tiers": {"free": {"level": 0, "groups": [EVERYBODY, "staff"], "tokens": BUDGET}}},
        {"tiers": {"free": {"level": 0, "groups": ["lab"], "tokens": BUDGET}}},
        {"access": {}},
        {"access": {"all": {"models": ["llm/granite"], "groups": [EVERYBODY]}}},
    ],
)
def test_nothing_is_said_of_a_group_with_a_budget_or_without_the_tier_of_everybody(more: dict[str, object]) -> None:
    """Where no tier has everybody, all members are without a budget, and that is said elsewhere."""
    assert told(program(TOKENS, REALM, **more)) == []
