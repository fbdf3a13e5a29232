"""Policies that are there and not in force are drift, and mean what their absence does."""

from __future__ import annotations

import pytest
from diff_corpus import BASE
from drift_cluster import Object, named
from drift_sides import drifted, live, said, side

from compiler.diff.result import Change
from compiler.diff.side import Side
from compiler.drift.result import Fate

EVERYBODY = "everybody gets through, without any credential"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Side:
    """Give the platform of the corpus."""
    return side(tmp_path_factory.mktemp("written"), BASE)


def refuse(policy: Object, kind: str = "Accepted", reason: str = "Invalid") -> None:
    """Let the controllers say that a policy is not in force."""
    policy["status"] = {"conditions": [{"type": kind, "status": "False", "reason": reason}]}


def test_without_any_auth_policy_in_force_everybody_gets_in(written: Side) -> None:
    cluster = live(written)
    for one in cluster:
        if one["kind"] == "AuthPolicy":
            refuse(one)
    found = drifted(written, cluster)
    assert {one.fate for one in found.objects} == {Fate.IDLE}
    assert all(one.effect.startswith("Accepted is False, Invalid: ") for one in found.objects)
    assert said(found) == [("newly unmetered, access gained", "llm/granite, llm/guard, llm/qwen", EVERYBODY)]


@pytest.mark.parametrize(("kind", "name"), [("AuthPolicy", "maas-auth-qwen"), ("TokenRateLimitPolicy", "maas-trlp-qwen")])
def test_it_means_what_it_does_when_the_policy_is_missing(written: Side, kind: str, name: str) -> None:
    cluster = live(written)
    policy = named(cluster, kind, name)
    refuse(policy, "Enforced", "Overridden")
    there = drifted(written, cluster)
    cluster.remove(policy)
    gone = drifted(written, cluster)
    assert [one.fate for one in there.objects] == [Fate.IDLE]
    assert there.rows == gone.rows != ()


def test_fields_of_an_idle_policy_that_differ_are_told(written: Side) -> None:
    cluster = live(written)
    policy = named(cluster, "TokenRateLimitPolicy", "maas-trlp-qwen")
    refuse(policy)
    policy["spec"]["limits"] = {}
    (found,) = drifted(written, cluster).objects
    assert (found.fate, [one.path.partition(".")[0] for one in found.fields[:1]]) == (Fate.IDLE, ["spec"])


def test_a_policy_of_the_gateway_waits_while_all_routes_have_their_own(written: Side) -> None:
    cluster = live(written)
    policy = named(cluster, "AuthPolicy", "gateway-auth-policy")
    refuse(policy, "Enforced", "Overridden")
    assert drifted(written, cluster).nothing
    refuse(policy, "Enforced", "Unknown")
    assert [one.fate for one in drifted(written, cluster).objects] == [Fate.IDLE]


@pytest.mark.parametrize(
    ("rules", "change"),
    [
        ({"authentication": {"a": {"anonymous": {}}}}, EVERYBODY),
        ({"response": {"unauthorized": {"code": 403}}}, EVERYBODY),
        ({"authentication": {"a": {"anonymous": {}}}, "authorization": {"b": {"patternMatching": {"patterns": []}}}}, None),
        ({"authentication": {"a": {"anonymous": {}, "overrides": {"x": {"expression": "auth.identity.no"}}}}}, None),
        ({"authentication": {"a": {"anonymous": {}, "when": [{"predicate": "false"}]}}}, None),
    ],
)
def test_a_policy_that_asks_for_no_credential_lets_everybody_in(written: Side, rules: object, change: str | None) -> None:
    cluster = live(written)
    named(cluster, "AuthPolicy", "maas-auth-granite")["spec"]["rules"] = rules
    found = drifted(written, cluster)
    if change is None:
        assert [one.model for one in found.unknown] == ["llm/granite"]
        assert not found.known
    else:
        assert said(found) == [("newly unmetered, access gained", "llm/granite", change)]
        assert not found.unknown


def test_a_route_that_is_gone_lets_nobody_in_whatever_else_is_gone(written: Side) -> None:
    found = drifted(written, [one for one in live(written) if one["kind"] not in {"AuthPolicy", "HTTPRoute"}])
    by_model = {model: row.changes for row in found.rows for model in row.models}
    assert by_model["llm/qwen"] == (Change.LOST,)
    assert Change.GAINED in by_model["llm/granite"]
