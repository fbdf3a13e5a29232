"""The comparison of an import is a proof over all callers: what no sample would try is found, and what is not proved is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from adopt_cluster import Access, FirstRelease, Plain, Subscription, listing
from adopt_proof import compared
from cli_support import run

MODELS = {"granite": "llm"}
STAFF = Access("staff", ("granite",), ("staff",))
GOLD = Subscription("gold", {"granite": [(100, "1m")]}, ("staff",))
SPLIT = 'auth.identity.groups_str.split(",")'
RULES = "require-group-membership"
Change = Callable[[list[Plain]], None]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _spec(objects: list[Plain], kind: str) -> Any:  # noqa: ANN401 - a spec
    return next(one for one in objects if one["kind"] == kind and one["metadata"]["namespace"] == "llm")["spec"]


def _platform(change: Change) -> list[Plain]:
    objects = FirstRelease(MODELS, [STAFF], [GOLD]).objects()
    change(objects)
    return objects


def _rule(*patterns: Plain) -> Change:
    def change(objects: list[Plain]) -> None:
        rules = _spec(objects, "AuthPolicy")["rules"]["authorization"]
        rules["another"] = {"patternMatching": {"patterns": list(patterns)}}

    return change


def _has(group: str) -> str:
    return f'{SPLIT}.exists(g, g == "{group}")'


def _limit(objects: list[Plain]) -> None:
    when = f"{_has('a')} && {_has('b')} && {_has('staff')} && !({_has('c')})"
    _spec(objects, "TokenRateLimitPolicy")["limits"]["special"] = {
        "rates": [{"limit": 7, "window": "1m"}],
        "when": [{"predicate": when}],
        "counters": [{"expression": "auth.identity.userid"}],
    }


def _exempt(objects: list[Plain]) -> None:
    limits = _spec(objects, "TokenRateLimitPolicy")["limits"]
    limits["gold-granite-tokens"]["when"].append({"predicate": 'auth.identity.userid != "mallory"'})


# What differs, whom it concerns as a witness shows it, and what these get today.
DIFFERENT: dict[str, tuple[Change, str, str]] = {
    "a limit for whoever is in three groups and not in a fourth": (
        _limit,
        "`somebody` in `a`, `b`, `staff` asks",
        "7 tokens in 60s",
    ),
    "a rule against whoever is in three groups": (
        _rule({"predicate": '!(["a", "b", "c"].all(g, g in auth.identity.user.groups))'}),
        "`somebody` in `a`, `b`, `c`, `staff` asks",
        "today 403",
    ),
    "a user whom no item names": (
        _rule({"selector": "auth.identity.user.username", "operator": "neq", "value": "mallory"}),
        "`mallory` in `staff` asks",
        "today 403",
    ),
    "the value of a header": (
        _rule({"predicate": '!(has(request.headers) && "x-env" in request.headers) || request.headers["x-env"] != "prod"'}),
        "with `x-env: prod`",
        "today 403",
    ),
    "a path below the model": (
        _rule({"selector": "request.url_path", "operator": "neq", "value": "/llm/granite/v1/embeddings"}),
        "asks for `/llm/granite/v1/embeddings`",
        "today 403",
    ),
    "the method of a request": (
        _rule({"selector": "request.method", "operator": "neq", "value": "DELETE"}),
        "asks for `/llm/granite/v1/chat/completions` by DELETE",
        "today 403",
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_no_sample_tries_is_found(name: str) -> None:
    """No request of the sample is answered otherwise for an unknown reason; the proof gives one that is."""
    change, who, today = DIFFERENT[name]
    found = compared(_platform(change))
    assert not found.of("other")
    (proof,) = found.proofs
    assert proof.verdict == "differs"
    others = [one for one in proof.differences if one.reason == "other"]
    assert who in str(others[0].asked)
    Path("dump.yaml").write_text(listing(_platform(change)), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert result.exit_code == 1
    assert "error[decides-otherwise]: a caller of `llm/granite` would be answered otherwise" in result.output
    assert who in result.output
    assert today in result.output
    assert "- `llm/granite`: answered otherwise" in Path("unmanaged/README.md").read_text(encoding="utf-8")


def test_several_differences_are_each_told() -> None:
    """Another answer is another difference."""

    def both(objects: list[Plain]) -> None:
        _limit(objects)
        _rule({"selector": "auth.identity.user.username", "operator": "neq", "value": "mallory"})(objects)

    (proof,) = compared(_platform(both)).proofs
    told = [str(one.today) for one in proof.differences if one.reason == "other"]
    assert "403" in told
    assert any("7 tokens" in one for one in told)


def test_a_caller_whom_nothing_meters_is_named() -> None:
    """That is a difference which is wanted, and whom it concerns is found though no item names them."""
    (proof,) = compared(_platform(_exempt)).proofs
    assert proof.verdict == "explained"
    assert [str(one.asked) for one in proof.differences if one.reason == "unmetered"] == [
        "`mallory` in `staff` asks for `/llm/granite/v1/chat/completions`"
    ]


@pytest.mark.parametrize(
    "patterns",
    [
        [{"predicate": '!(!("staff" in auth.identity.user.groups))'}],
        [
            {
                "any": [
                    {"predicate": "auth.identity.user.groups.exists(g, g in ['staff', 'x'])"},
                    {"predicate": '"a" in request.headers'},
                ]
            }
        ],
        [{"all": [{"selector": "auth.identity.user.groups", "operator": "incl", "value": "staff"}]}, {"predicate": "true"}],
        [{"selector": "context.request.http.path", "operator": "neq", "value": "/elsewhere"}],
    ],
)
def test_the_same_said_in_another_way_is_proved_alike(patterns: Sequence[Plain]) -> None:
    """Nothing that decides alike is called a difference, however it is written."""
    (proof,) = compared(_platform(_rule(*patterns))).proofs
    assert proof.verdict == "explained"
    assert {one.reason for one in proof.differences} == {"identity", "listing"}


def test_a_group_with_a_comma() -> None:
    """The string that limits split takes it apart; that it does not from now on is told as what it is."""
    access = Access("staff", ("granite",), ("staff", "sales"))
    bronze = Subscription("bronze", {"granite": [(5, "1m")]}, ("sales",))
    (proof,) = compared(FirstRelease(MODELS, [access], [GOLD, bronze]).objects()).proofs
    assert proof.verdict == "explained"
    (one,) = (one for one in proof.differences if one.reason == "comma")
    assert any("," in group for group in one.asked.groups)


def test_a_model_that_nobody_may_call_is_proved_alike() -> None:
    objects = FirstRelease({"granite": "llm", "phi": "llm"}, [STAFF], [GOLD]).objects()
    assert {proof.model: proof.verdict for proof in compared(objects).proofs} == {"llm/granite": "explained", "llm/phi": "alike"}


BEYOND: dict[str, tuple[Plain, str]] = {
    "a regular expression": (
        {"selector": "request.headers.x-env", "operator": "matches", "value": "^prod"},
        "`matches` on `request.headers.x-env`",
    ),
    "groups by their beginning": (
        {"predicate": '!auth.identity.user.groups.exists(g, g.startsWith("ext-"))'},
        "a condition on groups that nobody names",
    ),
    "a field of which nothing is known": ({"predicate": 'auth.identity.user.uid != "7"'}, "the field `auth.identity.user.uid`"),
    "arithmetic": ({"predicate": "size(auth.identity.user.groups) < 9"}, "is beyond what a proof reads"),
    "a path that is taken apart": ({"predicate": 'request.path.split("/")[4] != "x"'}, "a path that is taken apart"),
    "names of headers by their beginning": (
        {"predicate": '!request.headers.exists(h, h.startsWith("x-debug"))'},
        "a condition on the names of headers",
    ),
    "all names of headers": ({"predicate": '!request.headers.all(h, h == "accept")'}, "`all` over the headers"),
    "how tokens begin": (
        {"predicate": 'request.headers.authorization.startsWith("Bearer ey")'},
        "how tokens of the cluster begin",
    ),
    "a query": ({"selector": "request.path", "operator": "neq", "value": "/llm/granite?x"}, "characters that could stand"),
    "what is no condition": ({"predicate": "auth.identity.user.groups"}, "a condition that is not a boolean"),
    "an element that may be an error": (
        {"predicate": '["a", "b"].exists(g, request.headers["x-a"] == g || g == "b")'},
        "which engines treat otherwise",
    ),
    "two things of which neither is known": (
        {"predicate": 'request.headers["x-a"] == auth.identity.user.username'},
        "strings that are both unknown",
    ),
    "what the token is": (
        {"predicate": 'request.headers.authorization != "Bearer x"'},
        "a request is needed in which the token is `Bearer x`",
    ),
    "a selector that leads elsewhere": (
        {"selector": "somewhere.else", "operator": "eq", "value": "x"},
        "the selector `somewhere.else` is not modelled",
    ),
    "an expression without an end": ({"predicate": f"{'!(' * 2000}true{')' * 2000}"}, "is beyond what a proof reads"),
    "the order of groups": ({"predicate": 'auth.identity.user.groups[0] == "staff"'}, "whose order is not known"),
}


@pytest.mark.parametrize("name", BEYOND)
def test_what_is_not_understood_is_not_proved(name: str) -> None:
    """Whatever the sample says, the model is told to be tried only, why, and the run is inconclusive."""
    pattern, why = BEYOND[name]
    found = compared(_platform(_rule(pattern)))
    (proof,) = found.proofs
    assert proof.verdict == "sampled"
    assert why in str(proof.why)


def test_a_run_that_only_tried_a_model_is_inconclusive() -> None:
    change = _rule({"predicate": '!auth.identity.user.groups.exists(g, g.startsWith("ext-"))'})
    Path("dump.yaml").write_text(listing(_platform(change)), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert result.exit_code == 4
    assert "not proved, and only tried: 1 model" in result.output
    assert "- `llm/granite`: a condition on groups that nobody names, in `!auth.identity.user.groups.exists(" in result.output
    page = Path("unmanaged/README.md").read_text(encoding="utf-8")
    assert "- `llm/granite`: only tried, and not proved, because of this: a condition on groups that nobody names" in page
    assert "whoever has a token of the cluster has a name and is in `system:authenticated`" in page


def test_older_releases_stop_at_errors() -> None:
    """What the controller's conditions then come to differs from engine to engine: nothing is proved."""
    (proof,) = compared(_platform(lambda _: None), kuadrant="1.4").proofs
    assert proof.verdict == "sampled"
    assert "which can end in an error in this release" in str(proof.why)


def test_patterns_that_others_refer_to_are_read() -> None:
    """By their names."""

    def change(objects: list[Plain]) -> None:
        spec = _spec(objects, "AuthPolicy")
        spec["patterns"] = {
            "people": {"allOf": [{"selector": "auth.identity.user.groups", "operator": "incl", "value": "staff"}]}
        }
        rules = spec["rules"]["authorization"]
        rules["another"] = {"patternMatching": {"patterns": [{"patternRef": "people"}]}}

    (proof,) = compared(_platform(change)).proofs
    assert proof.verdict == "explained", proof.why
    assert {one.reason for one in proof.differences} == {"identity", "listing"}


def test_values_that_are_written_out_are_read() -> None:
    """A text is one; of anything else only is known that it is never an error."""

    def change(objects: list[Plain]) -> None:
        properties = _spec(objects, "AuthPolicy")["rules"]["response"]["success"]["filters"]["identity"]["json"]["properties"]
        properties |= {"plan": {"value": "gold"}, "number": {"value": 3}}
        limits = _spec(objects, "TokenRateLimitPolicy")["limits"]
        limits["gold-granite-tokens"]["when"].append({"predicate": 'auth.identity.plan == "gold"'})

    (proof,) = compared(_platform(change)).proofs
    assert proof.verdict == "explained"
    assert {one.reason for one in proof.differences} == {"identity", "listing"}
