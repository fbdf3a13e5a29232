"""Every pair of methods that a token can meet is found, with such a token."""

from __future__ import annotations

from compiler.diagnostics.model import Place
from compiler.program.methods import ApiKey, Credential, Oidc, TierToken, TokenReview
from compiler.prove.acceptance import acceptances
from compiler.prove.view import Method

HERE = Place("here.yaml")
CLUSTER = TokenReview("cluster", ("a", "b"), HERE)
TIERS = TierToken("tiers", "t", HERE)


def method(name: str, priority: int, *audiences: str) -> Method:
    return Method(name, priority, tuple(Credential("audience", one) for one in audiences), (), HERE)


def pairs(*emitted: Method) -> list[tuple[str | None, str | None]]:
    return [
        (found.meant.name if found.meant else None, found.emitted.name if found.emitted else None)
        for found in acceptances((CLUSTER, TIERS), emitted)
    ]


def test_the_same_methods_in_the_same_order_meet_one_by_one() -> None:
    assert pairs(method("x", 0, "a", "b"), method("y", 1, "t")) == [("cluster", "x"), ("tiers", "y")]


def test_a_token_for_two_audiences_shows_a_swapped_order() -> None:
    assert ("cluster", "y") in pairs(method("x", 1, "a", "b"), method("y", 0, "t"))


def test_methods_of_one_priority_race() -> None:
    assert {("cluster", "x"), ("cluster", "y")} <= set(pairs(method("x", 0, "a", "b"), method("y", 0, "t")))


def test_an_audience_more_or_less_is_a_method_without_a_partner() -> None:
    assert (None, "x") in pairs(method("x", 0, "a", "b", "c"), method("y", 1, "t"))
    assert ("cluster", None) in pairs(method("x", 0, "a"), method("y", 1, "t"))


def test_credentials_after_different_words_are_never_one() -> None:
    meant = (
        CLUSTER,
        Oidc("realm", "https://sso", "maas", ("sub",), ("groups",), HERE),
        ApiKey("keys", "APIKEY", (("a", "b"),), HERE),
    )
    emitted = (
        method("x", 0, "a", "b"),
        Method("y", 1, (Credential("issuer", "https://sso"),), (), HERE),
        Method("z", 2, (Credential("labels", prefix="APIKEY", labels=(("a", "b"),)),), (), HERE),
    )
    found = acceptances(meant, emitted)
    assert [(one.meant.name, one.emitted.name) for one in found if one.meant and one.emitted] == [
        ("cluster", "x"),
        ("realm", "y"),
        ("keys", "z"),
    ]
    assert all(len({kind.prefix for kind in one.credentials}) == 1 for one in found)
