"""Budgets of an import: rates that two objects say are one, and nothing is unlimited of which a limit could not be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import adopt_tiers
import adopt_today
import pytest
import yaml
from adopt_cluster import KUADRANT, TOKENS, Access, FirstRelease, Plain, Subscription, listing, on, thing
from adopt_tiers import Tier
from cli_support import run

MODEL = "llm/granite"
STAFF = 'auth.identity.groups.exists(g, g == "staff")'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _imported(objects: list[Plain], status: int) -> str:
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert result.exit_code == status, result.output
    return result.output


def _written(name: str) -> Any:  # noqa: ANN401 - plain data
    return yaml.safe_load(Path("config", name).read_text(encoding="utf-8"))[name.removesuffix(".yaml")]


def _by_hand(kind: str, *limits: tuple[int, str], when: str = STAFF) -> Plain:
    found = {
        f"limit-{number}": {
            "rates": [{"limit": amount, "window": window}],
            "when": [{"predicate": when}],
            "counters": [{"expression": "auth.identity.userid"}],
        }
        for number, (amount, window) in enumerate(limits)
    }
    version = TOKENS if kind == "TokenRateLimitPolicy" else KUADRANT
    return thing(version, kind, "llm", "hand", spec={"targetRef": on("HTTPRoute", "granite-kserve-route"), "limits": found})


def _guarded(*limiting: Plain) -> list[Plain]:
    """Give a model with policies by hand, and one subscription of 100 tokens a minute."""
    access, subscriptions = [Access("staff", (MODEL,), ("staff",))], [Subscription("gold", {MODEL: [(100, "1m")]}, ("staff",))]
    objects = adopt_today.cluster([MODEL], access, subscriptions)
    return [*(one for one in objects if one["metadata"]["name"] != "maas-trlp-granite"), *limiting]


def test_a_rate_that_a_resource_and_a_policy_say_is_one() -> None:
    _imported(_guarded(_by_hand("TokenRateLimitPolicy", (100, "60s"), (7, "1h"))), 0)
    (found,) = _written("subscriptions.yaml").values()
    assert found["models"][MODEL]["tokens"] == [{"limit": 100, "window": "1m"}, {"limit": 7, "window": "1h"}]
    assert run("check").exit_code == 0


_RESOURCE = "MaaSSubscription models-as-a-service/gold"
_TOKENS = "TokenRateLimitPolicy"
_HAND = f"{_TOKENS} llm/hand"
_GOLD = f"the subscription `gold` on `{MODEL}`"


@pytest.mark.parametrize(
    ("amount", "window", "kept", "said"),
    [
        (90, "1m", 90, f"the {_RESOURCE} gives {_GOLD} 100 tokens in 1m, and the {_HAND} 90 by its limit `limit-0`"),
        (110, "60s", 100, f"the {_HAND} gives {_GOLD} 110 tokens in 60s by its limit `limit-0`, and the {_RESOURCE} 100"),
    ],
)
def test_of_two_amounts_for_one_window_the_smaller_is_written_and_both_sources_are_named(
    amount: int, window: str, kept: int, said: str
) -> None:
    shown = _imported(_guarded(_by_hand("TokenRateLimitPolicy", (amount, window))), 0)
    (found,) = _written("subscriptions.yaml").values()
    assert found["models"][MODEL]["tokens"] == [{"limit": kept, "window": "1m"}]
    assert f"warning[not-imported]: {said}: the smaller amount is taken over\n" in shown
    assert shown.count("the smaller amount is said here") == 1
    assert "of two amounts for one window the smaller one is written" in Path("config", "subscriptions.yaml").read_text()
    assert said in Path("unmanaged", "README.md").read_text(encoding="utf-8")
    assert run("check").exit_code == 0


def _remarks(name: str) -> str:
    return " ".join(Path("config", name).read_text(encoding="utf-8").replace("#", " ").split())


def test_each_larger_amount_is_told_against_the_smallest() -> None:
    """Also where a smaller one than it, and a larger one than the smallest, stands between them."""
    other = _by_hand(_TOKENS, (20, "60s"))
    other["metadata"]["name"] = "other"
    Path("dump.yaml").write_text(listing(_guarded(_by_hand(_TOKENS, (50000, "1m")), other)), encoding="utf-8")
    shown = run("import", "dump.yaml").output
    assert _written("subscriptions.yaml")["gold"]["models"][MODEL]["tokens"] == [{"limit": 20, "window": "60s"}]
    least = f"and the {_TOKENS} llm/other 20 by its limit `limit-0`: the smaller amount is taken over\n"
    assert f"the {_RESOURCE} gives {_GOLD} 100 tokens in 1m, {least}" in shown
    assert f"the {_HAND} gives {_GOLD} 50000 tokens in 1m by its limit `limit-0`, {least}" in shown
    assert shown.count("the smaller amount is taken over") == 2
    assert f"1 {_TOKENS}" in shown.partition("left over: ")[2].splitlines()[0]


def test_a_policy_that_says_the_smallest_amount_as_well_loses_nothing() -> None:
    """Its limits hold at once today: nobody had what its larger one says."""
    Path("dump.yaml").write_text(listing(_guarded(_by_hand(_TOKENS, (50000, "1m"), (20, "60s")))), encoding="utf-8")
    shown = run("import", "dump.yaml").output
    assert _written("subscriptions.yaml")["gold"]["models"][MODEL]["tokens"] == [{"limit": 20, "window": "60s"}]
    assert shown.count("the smaller amount is taken over") == 1
    assert _TOKENS not in shown.partition("left over: ")[2].splitlines()[0]
    held = "of two amounts for one window that hold at once the smaller one is written: 20 tokens in 60s, not 50000"
    assert held in _remarks("subscriptions.yaml")


@pytest.mark.parametrize("window", ["0s", "10000h"])
def test_a_window_that_the_language_has_not_is_a_limit_that_cannot_be_said(window: str) -> None:
    """And no error in a file that nobody wrote."""
    shown = _imported(_guarded(_by_hand("TokenRateLimitPolicy", (90, window))), 0)
    assert "has the limit `limit-0`, which cannot be said: a window lasts at least one second and at most 366 days" in shown
    assert "bad-window" not in shown


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"daily": "many"}, "a limit is no amount from 0 to 1000000000"),
        ({"custom": [{"limit": 5, "window": "9999h"}]}, "a window lasts at least one second"),
        ({"custom": 5}, "it has no limits"),
    ],
)
def test_a_plan_whose_amount_cannot_be_said_is_left(limits: Plain, why: str) -> None:
    plans = [{"tier": "gold", "predicate": '"staff" in auth.identity.user.groups', "limits": limits}]
    spec = {"targetRef": on("HTTPRoute", "granite-kserve-route"), "plans": plans}
    policy = thing("extensions.kuadrant.io/v1alpha1", "PlanPolicy", "llm", "plans", spec=spec)
    Path("dump.yaml").write_text(listing(_guarded(policy)), encoding="utf-8")
    assert f"has the plan `gold`, which cannot be said: {why}" in run("import", "dump.yaml").output


def test_a_plan_says_one_window_twice_when_it_counts_days_in_hours() -> None:
    limits = {"daily": 10, "custom": [{"limit": 7, "window": "24h"}, {"limit": 3, "window": "1h"}]}
    plans = [{"tier": "plus", "predicate": '"staff" in auth.identity.user.groups', "limits": limits}]
    spec = {"targetRef": on("HTTPRoute", "granite-kserve-route"), "plans": plans}
    Path("dump.yaml").write_text(
        listing(_guarded(thing("extensions.kuadrant.io/v1alpha1", "PlanPolicy", "llm", "plans", spec=spec))), encoding="utf-8"
    )
    shown = run("import", "dump.yaml").output
    assert "the smaller amount is taken over" not in shown
    held = "of two amounts for one window that hold at once the smaller one is written: 7 requests in 24h, not 10"
    assert held in _remarks("subscriptions.yaml")
    assert _written("subscriptions.yaml")["plus"]["models"][MODEL]["requests"] == [
        {"limit": 7, "window": "24h"},
        {"limit": 3, "window": "1h"},
    ]


def _of_tiers(change: Callable[[Plain], None]) -> list[Plain]:
    """Give tiers whose limits of tokens are changed."""
    objects = adopt_tiers.cluster({MODEL: ["free"]}, [Tier("free", 0, ("staff",), (100, "1m"))])
    for one in objects:
        if one["kind"] == "TokenRateLimitPolicy":
            change(one["spec"]["limits"])
    return objects


def test_a_tier_has_the_smallest_of_three_amounts() -> None:
    """What the cluster enforces beside it is for the proof to show."""

    def more(limits: Plain) -> None:
        (name,) = [one for one in limits if one.startswith("free")]
        for amount in (90, 95):
            limits[f"{name}-{amount}"] = {**limits[name], "rates": [{"limit": amount, "window": "60s"}]}

    shown = _imported(_of_tiers(more), 1)
    assert _written("tiers.yaml")["free"]["tokens"] == [{"limit": 90, "window": "60s"}]
    held = "of two amounts for one window that hold at once the smaller one is written: 90 tokens in 60s, not "
    assert all(f"{held}{amount}" in _remarks("tiers.yaml") for amount in (95, 100))
    assert "the smaller amount is taken over" not in shown
    assert "error[decides-otherwise]" in shown


def test_one_limit_with_two_amounts_for_one_window_says_so() -> None:
    def more(limits: Plain) -> None:
        for limit in limits.values():
            limit["rates"].append({"limit": 1, "window": "60s"}) if limit["rates"][0]["limit"] else None

    shown = _imported(_of_tiers(more), 4)
    assert _written("tiers.yaml")["free"]["tokens"] == [{"limit": 1, "window": "60s"}]
    assert "that hold at once the smaller one is written: 1 tokens in 60s, not 100" in _remarks("tiers.yaml")
    assert "callers whom the cluster allows more have less" not in shown


def test_what_is_so_on_several_models_is_told_once() -> None:
    models = [MODEL, "llm/other"]
    access = [Access("staff", tuple(models), ("staff",))]
    objects = adopt_today.cluster(models, access, [Subscription("gold", {one: [(100, "1m")] for one in models}, ("staff",))])
    objects = [one for one in objects if not one["metadata"]["name"].startswith("maas-trlp-")]
    shown = _imported([*objects, _on_gateway(_by_hand("TokenRateLimitPolicy", (9, "1m")))], 0)
    assert [budget["tokens"] for budget in _written("subscriptions.yaml")["gold"]["models"].values()] == [
        [{"limit": 9, "window": "1m"}],
        [{"limit": 9, "window": "1m"}],
    ]
    assert shown.count("the smaller amount is taken over") == 1
    assert "gives the subscription `gold` on `llm/granite` and 1 more 100 tokens in 1m, and" in shown


def _on_gateway(policy: Plain) -> Plain:
    spec = {**policy["spec"], "targetRef": on("Gateway", "maas-default-gateway")}
    return {**policy, "metadata": {**policy["metadata"], "namespace": "openshift-ingress"}, "spec": spec}


def test_where_the_configuration_does_not_compile_everybody_is_told_that_nothing_is_proved() -> None:
    shown = _imported(_unread([{"limit": 5, "window": "1m"}]), 1)
    assert "error[no-budget]" in shown
    assert "nothing is proved, and nothing was tried: the configuration does not compile" in shown
    assert "next: mend in the configuration what the errors name, then `maasc check`" in shown
    report = Path("unmanaged", "README.md").read_text(encoding="utf-8")
    assert "nothing is proved" in report
    assert "## Why nothing is proved" in report
    assert "in `config/tiers.yaml`" in report


def _unread(rates: list[Plain]) -> list[Plain]:
    """Give tiers without any limit, and a limit on the model's route that cannot be said."""
    objects = adopt_tiers.cluster({MODEL: ["free"]}, [Tier("free", 0, ("staff",))])
    policy = _by_hand("TokenRateLimitPolicy", (5, "1m"), when='auth.identity.selected == "x"')
    policy["spec"]["limits"]["limit-0"]["rates"] = rates
    return [*objects, policy]


def test_a_tier_is_not_unlimited_while_a_limit_could_not_be_read() -> None:
    shown = _imported(_unread([{"limit": 5, "window": "1m"}]), 1)
    assert "no-budget" in shown
    assert "unlimited" not in _written("tiers.yaml")["free"]
    text = Path("config", "tiers.yaml").read_text(encoding="utf-8")
    assert "limits that may be the one could not be read: `limit-0` of the TokenRateLimitPolicy llm/hand" in text
    assert "the tier is unlimited today" not in text


def _comments(name: str) -> dict[str, str]:
    """Give the comment above each item of a file."""
    found: dict[str, str] = {}
    above: list[str] = []
    for line in Path("config", name).read_text(encoding="utf-8").splitlines():
        if line.startswith("  # "):
            above.append(line[4:])
        elif line.startswith("  ") and line[2] != " ":
            found[line.strip().rstrip(":")], above = "\n".join(above), []
    return found


def _two_tiers(extra: str, unit: str = "TokenRateLimitPolicy") -> list[Plain]:
    """Give two tiers with limits, and a limit more on the Gateway whose condition cannot be said."""
    tiers = [Tier("free", 0, ("staff",), (100, "1m"), (5, "1m")), Tier("gold", 1, ("lab",), (200, "1m"), (9, "1m"))]
    objects = adopt_tiers.cluster({MODEL: ["free", "gold"]}, tiers)
    for one in objects:
        if one["kind"] == unit and one["metadata"]["namespace"] == "openshift-ingress":
            (like,) = [limit for name, limit in one["spec"]["limits"].items() if name.startswith("free")]
            one["spec"]["limits"]["nightly"] = {**like, "when": [{"predicate": extra}]}
    return objects


@pytest.mark.parametrize("unit", ["TokenRateLimitPolicy", "RateLimitPolicy"])
@pytest.mark.parametrize(
    ("extra", "noted"),
    [
        ('auth.identity.tier == "free" && request.host.startsWith("a")', {"free"}),
        ("auth.identity.tier.startsWith(request.host)", {"free", "gold"}),
    ],
)
def test_beside_the_limits_of_a_tier_that_are_read_it_is_said_which_is_not(extra: str, noted: set[str], unit: str) -> None:
    """At the tier that the limit names, or at each where it names none."""
    Path("dump.yaml").write_text(listing(_two_tiers(extra, unit)), encoding="utf-8")
    shown = run("import", "dump.yaml").output
    assert "has the limit `nightly`, which is no tier's" in shown
    said = f"note: limits that may hold beside these could not be read: `nightly` of the {unit} openshift-ingress/"
    assert {name for name, comment in _comments("tiers.yaml").items() if said in comment} == noted


def test_beside_the_limits_of_a_subscription_that_are_read_it_is_said_which_is_not() -> None:
    policy = _by_hand("TokenRateLimitPolicy", (100, "1m"), (5, "500ms"))
    Path("dump.yaml").write_text(listing(_guarded(policy, _by_hand("RateLimitPolicy", (3, "0s")))), encoding="utf-8")
    run("import", "dump.yaml")
    (note,) = [line for line in _comments("subscriptions.yaml")["gold"].splitlines() if line.startswith("note:")]
    assert note.startswith(f"note: on `{MODEL}` limits that may hold beside these could not be read: ")
    assert all(
        f"`{name}` of the {policy} llm/hand" in note for name, policy in [("limit-0", "RateLimitPolicy"), ("limit-1", _TOKENS)]
    )


def test_an_unlimited_tier_says_which_limit_of_requests_could_not_be_read() -> None:
    objects = _two_tiers("auth.identity.tier.startsWith(request.host)", "RateLimitPolicy")
    objects = [one for one in objects if one["kind"] != "TokenRateLimitPolicy"]
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    run("import", "dump.yaml")
    comment = _comments("tiers.yaml")["free"]
    assert "the tier is unlimited today" in comment
    assert "limits that may hold beside these could not be read: `nightly` of the RateLimitPolicy" in comment


def test_a_limit_that_lets_nothing_through_is_nobodys_budget() -> None:
    _imported(_unread([{"limit": 0, "window": "1m"}]), 0)
    assert _written("tiers.yaml")["free"]["unlimited"] is True


def test_requests_alone_are_no_promise_of_tokens() -> None:
    """A policy of requests says nothing of tokens where that of tokens could not be read."""
    objects = _guarded(_by_hand("TokenRateLimitPolicy", (5, "500ms")), _by_hand("RateLimitPolicy", (3, "1m")))
    objects = [one for one in objects if one["kind"] != "MaaSSubscription"]
    _imported(objects, 1)
    (found,) = _written("subscriptions.yaml").values()
    assert found["models"][MODEL] == {"requests": [{"limit": 3, "window": "1m"}]}
    assert "on `llm/granite` no budget of tokens is written" in Path("config", "subscriptions.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("userid", "own"),
    [
        ({"selector": "auth.identity.user.username"}, True),
        ({"value": "everybody"}, False),
        ({"expression": '"everybody"'}, False),
        ({"expression": 'request.headers["x-maas-subscription"]'}, False),
        ({"expression": 'auth.identity.user.username.split(":")[0]'}, False),
    ],
    ids=str,
)
def test_a_counter_by_what_several_callers_have_is_shared(userid: Plain, own: bool) -> None:  # noqa: FBT001 - a case
    """A name that is no caller's own counts all who have it as one: from now on each counts alone, which is no as today."""
    access, subscriptions = (
        (Access("staff", ("granite",), ("staff",)),),
        (Subscription("gold", {"granite": [(100, "1m")]}, ("staff",)),),
    )
    objects = FirstRelease({"granite": "llm"}, access, subscriptions).objects()
    (policy,) = (one for one in objects if one["kind"] == "AuthPolicy")
    (way,) = policy["spec"]["rules"]["authentication"].values()
    way.pop("defaults")
    way["overrides"] = {"userid": userid}
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    assert (run("import", "dump.yaml").exit_code == 0) == own


@pytest.mark.parametrize("rates", [[(100, "1m"), (5, "60s")], [(5, "60s"), (100, "1m")]])
def test_two_rates_for_one_window_prove_nothing(rates: list[tuple[int, str]]) -> None:
    """Limitador keeps one of them, and nothing says which."""
    access, subscriptions = (
        (Access("staff", ("granite",), ("staff",)),),
        (Subscription("gold", {"granite": [(100, "1m")]}, ("staff",)),),
    )
    objects = FirstRelease({"granite": "llm"}, access, subscriptions).objects()
    limits = next(one["spec"]["limits"] for one in objects if one["metadata"]["name"] == "maas-trlp-granite")
    limits["gold-granite-tokens"]["rates"] = [{"limit": limit, "window": window} for limit, window in rates]
    assert "has two rates for one window" in _imported(objects, 4)
