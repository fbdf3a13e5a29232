"""A proof believes nobody: neither one procedure alone, nor itself without the simulated gateway, nor half a policy."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from adopt_cluster import CLUSTER, GATEWAY, GATEWAYS, KUADRANT, TOKENS, Access, FirstRelease, Plain, Subscription, on, thing
from adopt_proof import compared
from msgspec.structs import replace

from compiler.adopt.compare import _Asking
from compiler.adopt.proof.evaluator import PolicyEvaluator
from compiler.adopt.proof.finder import Finder
from compiler.adopt.proof.given import Kind, accepted, audience, identity, promised
from compiler.adopt.proof.proof import Proof, Prover
from compiler.adopt.verdict import Answered
from compiler.diagnostics.model import Place
from compiler.gateway import policies
from compiler.program import methods
from compiler.prove import world
from compiler.prove.formula import FALSE, TRUE
from compiler.prove.leaf import UndecidedError
from compiler.prove.terms import Terms
from compiler.prove.values import Record
from compiler.prove.world import World

NOWHERE = Place("")
STAFF = Access("staff", ("granite",), ("staff",))
GOLD = Subscription("gold", {"granite": [(100, "1m")]}, ("staff",))
Change = Callable[[Any], None]


def _platform() -> list[Plain]:
    return FirstRelease({"granite": "llm"}, [STAFF], [GOLD]).objects()


def _proved(objects: list[Plain]) -> Proof:
    (proof,) = compared(objects).proofs
    return proof


def _spec(objects: list[Plain], kind: str) -> Any:  # noqa: ANN401 - a spec
    return next(one for one in objects if one["kind"] == kind and one["metadata"]["namespace"] == "llm")["spec"]


def test_two_procedures_must_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = Terms()
    a, b = (terms.fact(world.group(name)) for name in "ab")
    nothing = terms.all([terms.either(a, b), terms.either(-a, b), terms.either(a, -b), terms.either(-a, -b)])
    assert Finder(terms).instance(nothing) is None
    monkeypatch.setattr("compiler.prove.smt.example", lambda *_: frozenset())
    other = Terms()
    a, b = (other.fact(world.group(name)) for name in "ab")
    plain = other.either(other.all([a, b, -b]), FALSE)
    assert Finder(other).instance(plain) is None
    monkeypatch.setattr("compiler.prove.bdd.example", lambda *_: None)
    with pytest.raises(UndecidedError, match="do not agree"):
        Finder(other).instance(a)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answered(None, (), "nobody knows"), "the simulated gateway cannot tell what is answered when"),
        (Answered(403, (), ""), "the simulated gateways answer otherwise than the proof reads the policies"),
    ],
)
def test_a_difference_that_is_not_confirmed_is_no_proof(answer: Answered, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Asking, "both", lambda *_: (answer, answer))
    proof = _proved(_platform())
    assert proof.verdict == "sampled"
    assert why in str(proof.why)


def test_a_proof_that_does_not_know_what_was_tried_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prover, "prove", lambda _, model, __: Proof(model.id))
    proof = _proved(_platform())
    assert proof.verdict == "sampled"
    assert "the proof and a trial request disagree (" in str(proof.why)


def _method_of_route(objects: list[Plain]) -> None:
    route = next(one for one in objects if one["kind"] == "HTTPRoute")
    more = copy.deepcopy(route["spec"]["rules"][0])
    more["matches"] = [{"path": {"type": "PathPrefix", "value": "/llm/granite/v1"}, "method": "GET"}]
    route["spec"]["rules"].append(more)


def _two_policies(objects: list[Plain]) -> None:
    own = (one for one in objects if one["kind"] == "TokenRateLimitPolicy" and one["metadata"]["namespace"] == "llm")
    policy = copy.deepcopy(next(own))
    policy["metadata"]["name"] = "another"
    del policy["metadata"]["creationTimestamp"]
    objects.append(policy)


def _anonymous(objects: list[Plain]) -> None:
    del _spec(objects, "AuthPolicy")["rules"]["authentication"]["service-accounts"]


def _twice(objects: list[Plain]) -> None:
    filters = _spec(objects, "AuthPolicy")["rules"]["response"]["success"]["filters"]
    filters["again"] = {"key": "identity", "json": {"properties": {}}}


def _tokens_first(objects: list[Plain]) -> None:
    _spec(objects, "TokenRateLimitPolicy")["limits"] = {"all": {"rates": [{"limit": 5, "window": "1m"}]}}


def _review(objects: list[Plain]) -> None:
    attributes = {"resource": {"value": "x"}, "verb": {"value": "get"}, "subresource": {"value": "y"}}
    review = {"user": {"selector": "auth.identity.user.username"}, "resourceAttributes": attributes}
    _spec(objects, "AuthPolicy")["rules"]["authorization"]["rbac"] = {"kubernetesSubjectAccessReview": review}


def _unknown_review(objects: list[Plain]) -> None:
    attributes = {"resource": {"selector": "auth.identity.user.uid"}, "verb": {"value": "get"}}
    review = {"user": {"selector": "auth.identity.user.username"}, "resourceAttributes": attributes}
    _spec(objects, "AuthPolicy")["rules"]["authorization"]["rbac"] = {"kubernetesSubjectAccessReview": review}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_method_of_route, "which asks for more than a path"),
        (_two_policies, "are on one target"),
        (_anonymous, "lets everybody in as nobody"),
        (_twice, "two items that are exported as `identity`"),
        (_tokens_first, "looked at before the caller is known"),
        (_review, "an access review about something else than a resource"),
        (_unknown_review, "of which something is not known"),
    ],
)
def test_what_is_half_understood_is_not_proved(change: Change, why: str) -> None:
    objects = _platform()
    change(objects)
    proof = _proved(objects)
    assert proof.verdict == "sampled"
    assert why in str(proof.why)


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("auth.identity.userid", "a condition that is not a boolean"),
        ("!(auth.identity.userid)", "a condition that is not a boolean"),
        ('auth.identity.userid.exists(g, g == "x")', "`exists` on something that is no list"),
        ('auth.identity.userid.more == "x"', "the field `more` of something that is no object"),
        ('request.headers.exists(h, h.startsWith("x-"))', "a condition on the names of headers that is no comparison"),
        ("request.headers.exists(h, h in [request.method])", "a list of something else than strings"),
        ('request.headers.all(h, h == "x")', "`all` over the headers"),
        ('request.headers.authorization.startsWith("Bearer ey")', "how tokens of the cluster begin"),
    ],
)
def test_a_condition_that_is_not_understood_is_named(condition: str, why: str) -> None:
    """By what is not understood of it, and by its text; nothing is proved of the model."""
    objects = _platform()
    _add(objects, condition)
    proof = _proved(objects)
    assert proof.verdict == "sampled"
    assert why in str(proof.why)
    assert f"`{condition}`" in str(proof.why)


def _add(objects: list[Plain], condition: str) -> None:
    limit = {"rates": [{"limit": 5, "window": "1h"}], "when": [{"predicate": condition}]}
    _spec(objects, "TokenRateLimitPolicy")["limits"]["z-odd"] = limit


def test_an_expression_that_is_too_deep_for_the_stack_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    def deep(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(PolicyEvaluator, "evaluate", deep)
    proof = _proved(_platform())
    assert proof.verdict == "sampled"
    assert "too deep an expression" in str(proof.why)


def test_a_witness_is_nobody_whom_a_policy_names() -> None:
    """Were it called by a name that a condition mentions, it would show something else."""
    objects = _platform()
    _add(objects, 'auth.identity.userid == "somebody"')
    proof = _proved(objects)
    names = {one.asked.user for one in proof.differences}
    assert names
    assert "somebody-else" in names


def test_a_policy_under_a_condition_lets_others_through_unasked() -> None:
    """Whoever the AuthPolicy is not for passes without it: that is read, and found to be a difference."""
    objects = _platform()
    _spec(objects, "AuthPolicy")["when"] = [{"predicate": 'request.method != "OPTIONS"'}]
    proof = _proved(objects)
    assert any(one.asked.verb == "OPTIONS" and one.today.passed for one in proof.differences)


def test_limits_that_need_no_caller_come_first() -> None:
    """A limit of requests by a header is counted before anybody is asked who calls."""
    objects = _platform()
    limit = {"rates": [{"limit": 0, "window": "1m"}], "when": [{"predicate": '"x-stop" in request.headers'}]}
    spec = {"targetRef": on("HTTPRoute", "granite-kserve-route"), "limits": {"stop": limit}}
    objects.append(thing(KUADRANT, "RateLimitPolicy", "llm", "stop", spec=spec))
    proof = _proved(objects)
    (one, *_) = (one for one in proof.differences if one.reason == "other")
    assert dict(one.asked.headers) == {"x-stop": "something"}
    assert str(one.today) == "429"


def test_policies_of_another_gateway_say_nothing() -> None:
    """A model that no route leads to is answered 404 on both sides."""
    objects = [one for one in _platform() if one["kind"] not in ("AuthPolicy", "TokenRateLimitPolicy")]
    deny = {"limits": {"deny": {"rates": [{"limit": 0, "window": "1m"}]}}, "targetRef": on("Gateway", GATEWAY)}
    objects.append(thing(TOKENS, "TokenRateLimitPolicy", GATEWAYS, "deny", spec=deny))
    assert compared(objects).proofs


def _method(check: Any) -> policies.Method:  # noqa: ANN401 - any of the checks
    return policies.Method("m", 0, check, policies.Credentials(), (), (), (), NOWHERE)


OIDC = methods.Oidc("sso", "https://kc", "maas", ("name",), ("groups",), NOWHERE)
KEYS = methods.ApiKey("keys", methods.BEARER, (("app", "keys"),), NOWHERE)
SERVICE = methods.Introspection(
    "service", "http://s", "secret", methods.BEARER, ("user",), ("groups",), ("team",), ("models",), NOWHERE
)


@pytest.mark.parametrize(
    ("check", "kind", "expected"),
    [
        (policies.Jwt(("https://kc",)), OIDC, True),
        (policies.Jwt(("https://other",)), OIDC, False),
        (policies.ApiKey((("app", "keys"),), all_namespaces=False), KEYS, True),
        (policies.ApiKey((("app", "keys"),), all_namespaces=True), KEYS, False),
        (policies.Introspection("http://s", "secret"), SERVICE, True),
        (policies.TokenReview((CLUSTER,)), OIDC, False),
        (policies.Anonymous(), OIDC, True),
        (policies.Jwt(("https://kc",)), None, False),
    ],
)
def test_whose_credentials_are_accepted(check: Any, kind: methods.Method | None, expected: bool) -> None:  # noqa: ANN401, FBT001
    assert accepted(Terms(), Kind(kind), _method(check)) == (TRUE if expected else FALSE)


def test_a_token_of_the_cluster_is_accepted_for_its_audiences() -> None:
    terms = Terms()
    review = _method(policies.TokenReview((CLUSTER, "x")))
    assert accepted(terms, Kind(), review) == terms.either(*(terms.fact(audience(name)) for name in (CLUSTER, "x")))
    elsewhere = replace(review, credentials=policies.Credentials("customHeader", "x-token"))
    assert accepted(terms, Kind(), elsewhere) == FALSE


def test_what_each_kind_of_identity_holds() -> None:
    """Nothing is promised of keys; an issuer signs with its own name, and names whom it vouches for."""
    of = World(Terms(), ("/",))
    nothing = Record("extra", {}, closed=True)
    assert set(identity(of, Kind(), nothing).fields) == {"user"}
    assert identity(of, Kind(OIDC), nothing).fields["name"].present == TRUE
    assert set(identity(of, Kind(KEYS), nothing).fields) == {"metadata"}
    assert set(identity(of, Kind(SERVICE), nothing).fields) == {"user", "groups", "team", "models"}
    assert promised(of.terms, Kind(KEYS)) == TRUE
    assert promised(of.terms, Kind(OIDC)) != TRUE
    assert str(Kind()) == "tokens of the cluster"
    assert str(Kind(OIDC)) == "tokens signed by `https://kc`"
