"""What an import says of its proof: one story, in which no sentence takes back another, and no reason that is none."""

from __future__ import annotations

from pathlib import Path

import adopt_today
import pytest
from adopt_cluster import CLUSTER, GATEWAY, GATEWAYS, KUADRANT, TOKENS, Access, Plain, Subscription, listing, on, thing
from cli_support import run

MODEL = "llm/granite"
ROUTE = on("HTTPRoute", "granite-kserve-route")
OPEN = "today anybody gets in, without a credential: no AuthPolicy guards the route"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _imported(objects: list[Plain]) -> str:
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    return run("import", "dump.yaml").output


def _bare(*policies: Plain) -> list[Plain]:
    """Give a model and what resources say of it, with these policies and no others."""
    access, subscriptions = [Access("staff", (MODEL,), ("staff",))], [Subscription("gold", {MODEL: [(100, "1m")]}, ("staff",))]
    objects = adopt_today.cluster([MODEL], access, subscriptions)
    return [*(one for one in objects if not one["kind"].endswith("LimitPolicy") and one["kind"] != "AuthPolicy"), *policies]


def _auth(to: Plain = ROUTE, namespace: str = "llm") -> Plain:
    """Give a policy by hand that lets in whoever has a token."""
    properties = {
        "userid": {"expression": "auth.identity.user.username"},
        "groups_str": {"expression": 'auth.identity.user.groups.join(",")'},
    }
    rules = {
        "authentication": {"cluster": {"kubernetesTokenReview": {"audiences": [CLUSTER]}}},
        "response": {"success": {"filters": {"identity": {"json": {"properties": properties}}}}},
    }
    return thing(KUADRANT, "AuthPolicy", namespace, "hand", spec={"targetRef": to, "rules": rules})


def _tokens(when: str) -> Plain:
    counters = [{"expression": "auth.identity.userid"}]
    limit = {"rates": [{"limit": 100, "window": "1m"}], "when": [{"predicate": when}], "counters": counters}
    return thing(TOKENS, "TokenRateLimitPolicy", "llm", "hand", spec={"targetRef": ROUTE, "limits": {"staff": limit}})


def test_that_anybody_gets_in_is_all_that_is_told_of_a_route_without_a_policy() -> None:
    shown = _imported(_bare())
    assert f"- 1 model: {OPEN}\n    as when `somebody` asks for `/llm/granite/v1/chat/completions`: today 200, unmetered" in shown
    assert shown.count("    as when ") == 1
    assert "escapes" not in shown


@pytest.mark.parametrize("policy", [_auth(), _auth(on("Gateway", GATEWAY), GATEWAYS)], ids=["route", "gateway"])
def test_a_policy_on_the_route_or_on_its_gateway_guards_it(policy: Plain) -> None:
    assert OPEN not in _imported(_bare(policy))


def test_the_listing_itself_does_not_only_end_like_one() -> None:
    """Whom access is taken from is refused the listing as well; that has nothing to do with how its path ends."""
    when = 'auth.identity.groups_str.split(",").exists(g, g == "staff") && request.url_path != "/llm/granite/v1/models"'
    objects = [one for one in _bare(_auth(), _tokens(when)) if one["kind"] != "MaaSAuthPolicy"]
    shown = _imported(objects)
    assert "a caller whom nothing meters passes today, and is refused or metered" in shown
    assert "ends like a listing" not in shown


def test_what_is_only_tried_is_told_below_that_nothing_is_proved() -> None:
    """A regular expression is beyond the proof: what requests show is no part of what is proved."""
    when = 'auth.identity.groups_str.split(",").exists(g, g.matches("^staff$")) && request.path != "/x"'
    shown = _imported(_bare(_auth(), _tokens(when)))
    assert "proved for every caller and every request: nothing\nnot proved, and only tried: 1 model\n- `llm/granite`: " in shown
    assert " 0 models" not in shown
