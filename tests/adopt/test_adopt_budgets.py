"""Budgets of an import: rates that two objects say are one, and nothing is unlimited of which a limit could not be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import adopt_tiers
import adopt_today
import pytest
import yaml
from adopt_cluster import KUADRANT, TOKENS, Access, Plain, Subscription, listing, on, thing
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


def test_where_the_configuration_does_not_compile_everybody_is_told_that_nothing_is_proved() -> None:
    shown = _imported(_guarded(_by_hand("TokenRateLimitPolicy", (90, "1m"))), 1)
    assert "same-window-twice" in shown
    assert "nothing is proved, and nothing was tried: the configuration does not compile" in shown
    assert "next: mend in the configuration what the errors name, then `maasc check`" in shown
    report = Path("unmanaged", "README.md").read_text(encoding="utf-8")
    assert "nothing is proved" in report
    assert "## Why nothing is proved" in report
    assert "keep one of the two rates" in report
    assert "in `config/subscriptions.yaml`" in report


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
