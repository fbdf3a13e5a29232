"""What callers and requests make of the runtime is known before anybody calls: counters, calls of Authorino, comparisons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_scale import big
from worlds import GROUPS, USERS, Config, configs, program_of

from compiler.checks import slow_authorization, slow_evaluation, too_many_counters
from compiler.program import calls, comparisons
from compiler.program.counters import counters
from compiler.program.decide import Caller, access_of, candidates_of
from compiler.program.ir import Per, Program
from compiler.program.limitador import Limitador

TOKENS = {"tokens": [{"limit": 5, "window": "1m"}]}
TWO_WINDOWS = {
    "tokens": [{"limit": 5, "window": "1m"}, {"limit": 50, "window": "1h"}],
    "requests": [{"limit": 5, "window": "1m"}],
}
KEYS = {"name": "keys", "kind": "apiKey"}
REALM = {"name": "realm", "kind": "oidc", "issuer": "https://sso.example.com", "audience": "maas"}
TIERS = {"free": {"level": 0, "groups": ["research"], **TOKENS}, "gold": {"level": 1, "groups": ["admins"], **TOKENS}}
ALL = {"all": {"models": ["granite"], "groups": ["admins"]}}
OPENAI = {
    "backend": {
        "kind": "ExternalModel",
        "provider": "openai",
        "endpoint": "api.openai.com",
        "model": "gpt-4o",
        "credential": {"secret": "openai", "key": "token"},
    },
    "tiers": "*",
}


def program(ways: list[Config] | None = None, platform: Config | None = None, **sections: Any) -> Program:  # noqa: ANN401 - plain data
    """Compile one model with what is given of sections; the platform has one way in unless told otherwise."""
    written = {
        "platform": {
            "kuadrant": "1.5",
            "gateway": {"namespace": "ingress", "name": "gw", "hostname": "maas.example.com"},
            "modelNamespace": "llm",
            "authentication": ways or [review(0)],
            **(platform or {}),
        },
        "groups": {name: {} for name in GROUPS},
        "users": {name: {} for name in USERS},
        "models": {"granite": {"backend": {"kind": "LLMInferenceService"}, "tiers": "*"}},
        **sections,
    }
    return program_of({"a.yaml": written})


def review(number: int) -> Config:
    return {"name": f"cluster-{number}", "kind": "tokenReview", "audiences": [f"audience-{number}"]}


def service(number: int, **more: str) -> Config:
    return {
        "name": f"service-{number}",
        "kind": "introspection",
        "endpoint": f"https://keys-{number}.example.com",
        "credentials": {"secret": "service"},
        **more,
    }


def plan(budget: Config, model: str = "granite", **owner: list[str]) -> dict[str, Config]:
    return {"plan": {"owner": owner, "priority": 1, "models": {model: budget}}}


def counted(of: Program, users: int = 1000) -> int:
    (found,) = counters(of, users).values()
    return found


def test_callers_entries_and_windows_multiply() -> None:
    """Two tiers of one window and a plan of three for each caller; the limit of 0 is one for all."""
    assert counted(program()) == 1
    assert counted(program(tiers=TIERS)) == 1 + 2 * 1000
    assert counted(program(tiers=TIERS, subscriptions=plan(TWO_WINDOWS, groups=["admins"]))) == 1 + 5 * 1000


def test_what_is_not_limited_is_counted() -> None:
    assert counted(program(tiers={"free": {"level": 0, "groups": ["research"], "unlimited": True}})) == 1 + 1000


def test_a_shared_budget_has_one_counter_for_each_window() -> None:
    shared = plan({**TWO_WINDOWS, "per": "subscription"}, groups=["admins"])
    assert counted(program(access=ALL, subscriptions=shared)) == 1 + 3


def test_users_of_an_entry_are_all_whom_it_counts() -> None:
    """As long as there is no group among its owners, and not more than there are callers at all."""
    assert counted(program(tiers=TIERS, subscriptions=plan(TOKENS, users=["alice"]))) == 1 + 2 * 1000 + 1
    assert counted(program(tiers=TIERS, subscriptions=plan(TOKENS, users=["alice"], groups=["admins"]))) == 1 + 3 * 1000
    assert counted(program(tiers=TIERS, subscriptions=plan(TOKENS, users=list(USERS))), users=2) == 1 + 3 * 2


def test_users_who_may_call_a_model_are_all_whom_it_counts() -> None:
    """Tiers meter them; where a plan is for other users alone, it counts nobody."""
    model = {"granite": {"backend": {"kind": "LLMInferenceService"}, "tiers": []}}
    alone = {"all": {"models": ["granite"], "users": ["alice"]}}
    assert counted(program(models=model, access=alone, tiers=TIERS)) == 1 + 2
    both = plan(TOKENS, users=["alice", "bob@example.com"])
    assert counted(program(models=model, access=alone, tiers=TIERS, subscriptions=both)) == 1 + 2 + 1
    other = plan(TOKENS, users=["bob@example.com"])
    assert counted(program(models=model, access=alone, tiers=TIERS, subscriptions=other)) == 1 + 2
    more = {"others": {"models": ["granite"], "groups": ["admins"]}, **alone}
    assert counted(program(models=model, access=more, tiers=TIERS)) == 1 + 2 * 1000


@settings(max_examples=100, deadline=None)
@given(st.one_of(configs(), configs(attach="gateway")), st.data())
def test_no_callers_make_more_counters_than_are_told(written: Config, data: st.DataObject) -> None:
    """Whoever calls, by ways in that put it into different groups, and asks for every entry that it may use."""
    meant = program_of({"a.yaml": written})
    users = data.draw(st.lists(st.sampled_from((*USERS, "somebody", "nobody", "robot")), unique=True))
    told = counters(meant, len(users))
    for model in meant.models:
        made: set[tuple[object, ...]] = {("deny",)}
        for user in users:
            for groups in data.draw(st.lists(st.frozensets(st.sampled_from(GROUPS)), min_size=1, max_size=3)):
                caller = Caller("openshift", user, groups)
                tier = meant.tier_of(groups)
                for entry in candidates_of(meant, model, caller, tier) if access_of(model, caller, tier) else ():
                    who = user if entry.budget.per is Per.USER else None
                    made |= {(entry.key, rate, who) for rate in entry.budget.tokens or ("counted",)}
                    made |= {(entry.key, "requests", rate, who) for rate in entry.budget.requests}
        assert len(made) <= told[model.id]


def test_as_many_counters_as_there_is_room_for_are_fine() -> None:
    meant = program(tiers=TIERS)
    for room, wanted in ((2001, []), (2000, ["too-many-counters"])):
        told = replace(meant, platform=replace(meant.platform, limitador=Limitador(1000, room)))
        assert [one.code for one in too_many_counters.on_program(told)] == wanted
    assert not list(too_many_counters.on_program(meant))


def test_the_models_that_need_most_counters_are_named() -> None:
    models = {f"m-{number}": {"backend": {"kind": "Service", "name": "s", "port": 80}, "tiers": "*"} for number in range(5)}
    meant = program(models=models, tiers=TIERS, subscriptions=plan(TOKENS, model="m-3", groups=["admins"]))
    told = replace(meant, platform=replace(meant.platform, limitador=Limitador(10, 1)))
    (found,) = too_many_counters.on_program(told)
    assert found.headline == "the budgets may need 115 counters, and 1 are allowed"
    assert [note.text for note in found.notes] == [
        f"`llm/{name}` may need {n}" for name, n in (("m-3", 31), ("m-0", 21), ("m-1", 21))
    ]


def asked(of: Program) -> calls.Calls:
    return calls.calls(of, of.models[0])


def test_every_way_in_that_a_credential_may_reach_asks_somebody() -> None:
    """A token goes to all that take tokens, a key of a service to those of its prefix, and keys in Secrets nowhere."""
    ways = [review(0), {"name": "tiers", "kind": "tierToken"}, REALM, KEYS, service(0)]
    assert [way.name for way in asked(program(ways)).ways] == ["cluster-0", "tiers", "realm"]
    assert asked(program(ways)).count == 3
    bearers = [service(number, prefix="Bearer") for number in (1, 2)]
    assert asked(program([*ways, *bearers])).count == 5
    assert asked(program([service(0), service(1)])).count == 2
    assert asked(program([KEYS])).count == 0


def test_the_access_review_and_a_providers_key_are_asked_for_too() -> None:
    assert asked(program(platform={"attach": "gateway"}, tiers=TIERS)).count == 2
    assert asked(program(models={"gpt": OPENAI}, tiers=TIERS)).count == 2


def test_as_many_calls_as_fit_are_fine() -> None:
    fits = [review(number) for number in range(calls.MOST)]
    assert not list(slow_authorization.on_program(program(fits)))
    (found,) = slow_authorization.on_program(program([*fits, REALM]))
    assert (found.code, len(found.notes)) == ("slow-authorization", 1)
    assert f" {calls.MOST + 1} times" in found.headline
    assert not list(slow_authorization.on_program(program([*fits, KEYS, service(0)])))
    assert not list(slow_authorization.on_program(program([*fits, REALM], models={})))


def test_what_is_asked_for_beside_the_ways_in_is_told() -> None:
    fits = [review(number) for number in range(calls.MOST)]
    (found,) = slow_authorization.on_program(program(fits, platform={"attach": "gateway"}, tiers=TIERS))
    assert [note.text for note in found.notes][1:] == ["then whether the caller's tier may call the model"]
    plain = {"backend": {"kind": "LLMInferenceService"}}
    (found,) = slow_authorization.on_program(program(fits, models={"a": plain, "gpt": OPENAI, "z": plain}, tiers=TIERS))
    assert [note.text for note in found.notes][1:] == ["then for the provider's key of `llm/gpt`"]


@pytest.mark.parametrize(("groups", "wanted"), [(4_999, []), (5_000, ["slow-evaluation"])])
def test_as_many_names_as_can_be_compared_are_fine(groups: int, wanted: list[str]) -> None:
    """Each group has a grant and is exported, and there is one entry."""
    meant = program_of({"a.yaml": big(1, groups)})
    assert comparisons.compared(meant, meant.models[0]) == 2 * groups + 1
    assert [one.code for one in slow_evaluation.on_program(meant)] == wanted
