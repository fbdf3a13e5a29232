"""What limits are named, how long they last, who shares them, and what stays when something else changes."""

from __future__ import annotations

import re

import pytest
from traps_bench import AUTH, CASES, REQUESTS, TOKENS, ask, built, caller, case, limits, platform, refused, target

GROUPS = "groups: {a: {}, b: {}, c: {}}\n"
MODEL = "models: {m: {backend: {kind: LLMInferenceService}}}\n"
ACCESS = "access: {all: {models: [m], groups: [a, b, c]}}\n"
CHAT = "/llm/m/v1/chat/completions"

every_case = pytest.mark.parametrize("name", CASES)


def _subscription(name: str, group: str, budget: str, models: str = "m") -> str:
    return f"  {name}: {{owner: {{groups: [{group}]}}, models: {{{models}: {budget}}}}}\n"


def _limits(*texts: str, bridge: str = "selected") -> dict[str, object]:
    return dict(limits(built(platform(bridge=bridge), *texts).one(TOKENS, "maas-trlp-m")))


@every_case
def test_every_limit_has_rates_that_kuadrant_takes(name: str) -> None:
    """A limit without rates limits nothing; windows are whole seconds in Kuadrant's grammar, no two of one length."""
    units = {"h": 3600, "m": 60, "s": 1}
    for document in case(name).of(TOKENS, REQUESTS):
        for limit in limits(document).values():
            windows = [rate["window"] for rate in limit["rates"]]
            assert windows
            assert all(re.fullmatch(r"([0-9]{1,5}(h|m|s)){1,3}", window) for window in windows)
            seconds = [sum(int(n) * units[unit] for n, unit in re.findall(r"(\d+)([hms])", window)) for window in windows]
            assert min(seconds) >= 1
            assert len(set(seconds)) == len(seconds)
            assert all(isinstance(rate["limit"], int) and rate["limit"] >= 0 for rate in limit["rates"])


@pytest.mark.parametrize(
    ("written", "emitted"),
    [("1d", "24h"), ("1w", "168h"), ("366d", "8784h"), ("90s", "1m30s"), ("60m", "1h"), ("1d1h1m1s", "25h1m1s"), ("3600s", "1h")],
)
def test_days_and_weeks_are_spelt_in_hours(written: str, emitted: str) -> None:
    """Kuadrant refuses days when they are applied, long after they were written."""
    found = _limits(
        GROUPS + MODEL + ACCESS, "subscriptions:\n" + _subscription("s", "a", f"{{tokens: [{{limit: 7, window: {written}}}]}}")
    )
    assert found[f"tokens-7-per-{emitted}"]


def test_unlimited_is_counted_and_never_reached() -> None:
    """It is a limit like any other, so that the use is attributed; without one nothing would tell it from a mistake."""
    built_here = built(platform(), GROUPS + MODEL + ACCESS, "subscriptions:\n" + _subscription("s", "a", "{unlimited: true}"))
    (limit,) = ask(built_here.cluster, caller("u", "a"), CHAT).limits
    assert limit.limit >= 10**12
    assert dict(limit.counters)["auth.identity.userid"] == "u"


def test_who_shares_a_counter_is_written_down() -> None:
    """Each user has a count, or all of a subscription or team share one; counts of two entries never mix."""
    found = built(
        platform(),
        GROUPS + MODEL + ACCESS,
        "subscriptions:\n"
        + _subscription("own", "a", "{tokens: [{limit: 5, window: 1m}], per: user}")
        + _subscription("own-too", "b", "{tokens: [{limit: 5, window: 1m}]}")
        + "policies: {p: {kind: TokenRateLimitPolicy, tokens: [{limit: 5, window: 1m}], per: team}}\n"
        + "teams: {t: {defaultPolicy: p, groups: [c], grants: [{model: m}]}}\n",
    )

    def counted(user: str, group: str) -> tuple[str, ...]:
        (limit,) = ask(found.cluster, caller(user, group), CHAT).limits
        return tuple(sorted(value for _, value in limit.counters))

    assert counted("u", "a") == ("own", "u")
    assert counted("u", "b") == ("own-too", "u")
    assert counted("u", "c") == counted("v", "c") == ("team:t",)


@pytest.mark.parametrize("bridge", ["selected", "groups"])
def test_a_removed_subscription_takes_only_its_own_limit(bridge: str) -> None:
    """The others keep theirs under the same names, and its owners are turned away, not let through unmetered."""
    one = _subscription("one", "a", "{tokens: [{limit: 5, window: 1m}]}")
    two = _subscription("two", "b", "{tokens: [{limit: 9, window: 1m}]}")
    before = _limits(GROUPS + MODEL + ACCESS, "subscriptions:\n" + one + two, bridge=bridge)
    after = _limits(GROUPS + MODEL + ACCESS, "subscriptions:\n" + two, bridge=bridge)
    assert len(after) == len(before) - 1
    assert set(after) < set(before)
    left = built(platform(bridge=bridge), GROUPS + MODEL + ACCESS, "subscriptions:\n" + two)
    assert [ask(left.cluster, caller("u", group), CHAT).status for group in ("a", "b")] == [403, 200]


@pytest.mark.parametrize("bridge", ["selected", "groups"])
def test_names_that_run_together_stay_apart(bridge: str) -> None:
    """Entries `a-b` and `a`, a subscription `team-t` and a team `t`: each meters by its own budget."""
    found = built(
        platform(bridge=bridge),
        GROUPS + MODEL + ACCESS,
        "subscriptions:\n"
        + _subscription("team-t", "a", "{tokens: [{limit: 1, window: 1m}]}")
        + _subscription("team", "b", "{tokens: [{limit: 2, window: 1m}]}")
        + "policies: {p: {kind: TokenRateLimitPolicy, tokens: [{limit: 3, window: 1m}]}}\n"
        + "teams: {t: {defaultPolicy: p, groups: [c], grants: [{model: m}]}}\n",
    )
    assert [[one.limit for one in ask(found.cluster, caller("u", group), CHAT).limits] for group in "abc"] == [[1], [2], [3]]


def test_models_of_one_name_in_two_namespaces_stay_apart() -> None:
    """Names are qualified wherever one is written, and each model's objects live in its own namespace."""
    found = built(
        platform(),
        GROUPS,
        """
models: {m: {backend: {kind: LLMInferenceService}}, other/m: {backend: {kind: LLMInferenceService}}}
access: {here: {models: [m], groups: [a]}, there: {models: [other/m], groups: [b]}}
subscriptions:
  s: {owner: {groups: [a, b]}, models: {m: {tokens: [{limit: 1, window: 1m}]}, other/m: {tokens: [{limit: 2, window: 1m}]}}}
""",
    )
    assert found.one(TOKENS, "maas-trlp-m", "other") != found.one(TOKENS, "maas-trlp-m", "llm")
    other = "/other/m/v1/chat/completions"
    reached = {(group, path): ask(found.cluster, caller("u", group), path) for group in "ab" for path in (CHAT, other)}
    assert [key for key, answer in reached.items() if answer.status == 200] == [("a", CHAT), ("b", other)]
    assert {answer.status for answer in reached.values()} == {200, 403}
    assert [[limit.limit for limit in reached[key].limits] for key in (("a", CHAT), ("b", other))] == [[1], [2]]


@every_case
def test_routes_do_not_share_counters(name: str) -> None:
    """With policies on routes the Gateway's own limit counts nothing; every other one belongs to one route."""
    found = case(name)
    if found.program.platform.attach.value != "route":
        return
    for document in found.of(TOKENS, REQUESTS):
        if target(document)[0] == "Gateway":
            assert [limit.get("counters") for limit in limits(document).values()] == [None]


def test_one_bad_budget_stops_everything() -> None:
    """Nothing is made of the rest either: what was enforced before stays, instead of a part of what is meant now."""
    good = _subscription("good", "a", "{tokens: [{limit: 5, window: 1m}]}")
    bad = _subscription("bad", "b", "{tokens: [{limit: 5, window: 9999h}]}")
    assert refused(platform(), GROUPS + MODEL + ACCESS, "subscriptions:\n" + good + bad) == ["bad-window"]


def test_equal_budgets_are_one_limit() -> None:
    """The gateway holds a copy of every limit for every route: a hundred plans of one size cost as much as one."""
    groups = "groups:\n" + "".join(f"  g{n}: {{}}\n" for n in range(100))
    access = "access: {all: {models: [m], groups: [" + ", ".join(f"g{n}" for n in range(100)) + "]}}\n"
    plans = "".join(_subscription(f"s{n}", f"g{n}", "{tokens: [{limit: 5, window: 1m}]}") for n in range(100))
    assert sorted(_limits(groups + MODEL + access, "subscriptions:\n" + plans)) == ["deny-unmetered", "tokens-5-per-1m"]


def test_access_needs_no_tier() -> None:
    """A group, or one user, is given one model."""
    found = built(
        platform(),
        GROUPS + MODEL + "users: {ana: {}}\n" + "access: {direct: {models: [m], groups: [a], users: [ana]}}\n",
        "subscriptions: {s: {owner: {groups: [a], users: [ana]}, models: {m: {tokens: [{limit: 5, window: 1m}]}}}}",
    )
    answers = [ask(found.cluster, token, CHAT).status for token in (caller("u", "a"), caller("ana"), caller("u", "b"))]
    assert answers == [200, 200, 403]


def test_people_are_not_compiled_in() -> None:
    """Users who are only declared change nothing, and a plan may stand in a file of its own, whatever its name."""
    plan = ACCESS + "subscriptions:\n" + _subscription("s", "a", "{tokens: [{limit: 5, window: 1m}]}")
    people = "users:\n" + "".join(f"  user-{n}: {{email: user-{n}@example.com}}\n" for n in range(50))
    alone = built(platform(), GROUPS + MODEL + plan)
    split = built(people, plan, MODEL, platform(), GROUPS)
    assert alone.texts == split.texts
    assert "user-" not in "".join(alone.texts.values())


def test_secrets_have_no_place() -> None:
    """No key, token, or hash of one can be written where the compiler reads it."""
    assert refused(platform(), GROUPS + MODEL + ACCESS, "keys: {alice-dev: {key_hash: abc}}") == ["unknown-key"]
    assert refused(platform(), GROUPS + MODEL + ACCESS, "users: {ana: {apiKey: abc}}") == ["plaintext-secret"]


def test_a_tier_gives_its_models_and_no_others() -> None:
    """A model that lists no tiers is for nobody, and a higher tier does not open what only a lower one lists."""
    tiers = "tiers: {low: {level: 0, groups: [a], unlimited: true}, high: {level: 1, groups: [b], unlimited: true}}\n"
    models = "models:\n" + "".join(
        f"  {name}: {{backend: {{kind: LLMInferenceService}}{listed}}}\n"
        for name, listed in (("m", ", tiers: [low]"), ("n", ""), ("o", ', tiers: "*"'))
    )
    for attach in ("route", "gateway"):
        found = built(platform(attach), GROUPS + tiers + models)
        answers = {
            (group, model): ask(found.cluster, caller("u", group), f"/llm/{model}/v1/chat/completions").status
            for group in "ab"
            for model in "mno"
        }
        assert [key for key, status in answers.items() if status == 200] == [("a", "m"), ("a", "o"), ("b", "o")]
        assert set(answers.values()) == {200, 403}


def test_groups_reach_the_limits_filtered() -> None:
    """Of the caller's groups only those that some policy of the model mentions cross the bridge as a text."""
    found = built(
        platform(bridge="groups"), GROUPS + MODEL + ACCESS, "subscriptions:\n" + _subscription("s", "a", "{unlimited: true}")
    )
    answer = ask(found.cluster, caller("u", "x", "a", "a-b", "b"), CHAT)
    assert answer.metadata is not None
    identity = answer.metadata["identity"]
    assert isinstance(identity, dict)
    assert identity["groups_str"] == "a,b"
    assert found.of(AUTH)
