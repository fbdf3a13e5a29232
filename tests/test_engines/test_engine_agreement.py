"""Every engine gives the same answer to the portable subset, whatever the caller brings.

The expressions have the shapes that the policies hold: facts and selection in the AuthPolicy, predicates, the string bridge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.cel.printer import quote, spellable
from compiler.engines.base import Failure, Outcome, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.engines.base import Engine

Context = dict[str, object]

HOSTILE = [
    "",
    ",",
    "a,b",
    'quote"s',
    "back\\slash",
    "\\",
    "it's",
    "zoë",
    "😀",
    "system:authenticated",
    "a b",
    "gold",
    "{{.x}}",
    "\\u0041",
]

PATH = "/llm/simulator-model/v1/chat/completions"


def raw(user: Mapping[str, object] | None, headers: Mapping[str, str] | None = None, path: str | None = PATH) -> Context:
    """Give what Authorino knows when it evaluates an override: the identity as the method returned it."""
    request: Context = {} if path is None else {"url_path": path}
    if headers is not None:
        request["headers"] = dict(headers)
    return {"auth": {"identity": {} if user is None else {"user": dict(user)}}, "request": request}


def enriched(groups: list[str], *, userid: str = "", tier: str = "", selected: str = "", path: str = PATH) -> Context:
    """Give what the predicates see: identity with the overrides, or what the filters export of it."""
    mentioned = ",".join(group for group in groups if group in ("gold-users", "silver-users"))
    identity = {"groups": groups, "userid": userid, "tier": tier, "selected_subscription": selected, "groups_str": mentioned}
    return {"auth": {"identity": identity}, "request": {"url_path": path, "headers": {}}}


GROUPS = "(has(auth.identity.user) ? (has(auth.identity.user.groups) ? auth.identity.user.groups : []) : [])"

HEADER = '(has(request.headers) ? ("x-maas-subscription" in request.headers ? request.headers["x-maas-subscription"] : "") : "")'

ENTRIES = f'[{{"g1": ["gold"], "g2": ["silver", "gold"], "zoë": ["silver"]}}].map(m, {GROUPS}.filter(g, g in m).map(g, m[g]))[0]'

CHOSEN = f'[{ENTRIES}].map(c, ["gold", "silver"].filter(s, c.exists(e, s in e)))[0]'

OVERRIDES = {
    "userid": 'has(auth.identity.user) ? (has(auth.identity.user.username) ? auth.identity.user.username : "") : ""',
    "groups": GROUPS,
    "tier": f'[{{"system:authenticated": "free", "premium-group": "premium"}}].map(m, {GROUPS}.filter(g, g in m).map(g, m[g]))'
    '.map(c, (["premium", "free"].filter(t, t in c) + [""])[0])[0]',
    "entries": ENTRIES,
    "selected": f'[{CHOSEN}].map(c, {HEADER} == "" ? (c + [""])[0] : ({HEADER} in c ? {HEADER} : ""))[0]',
    "ranked": f'[{{"g1": "0001-gold", "g2": "0002-silver"}}].map(m, {GROUPS}.filter(g, g in m).map(g, m[g]))'
    '.map(c, (c.filter(x, c.all(y, x <= y)) + [""])[0])[0]',
    "no identity header": 'has(request.headers) ? !("x-maas-username" in request.headers) : true',
    "no headers": 'has(request.headers) ? !(["x-maas-username", "x-maas-tier"].exists(h, h in request.headers)) : true',
    "namespace": '((has(request.url_path) ? request.url_path : "").split("/") + ["", "", ""])[1]',
    "name": '((has(request.url_path) ? request.url_path : "").split("/") + ["", "", ""])[2]',
    "guarded": 'has(auth.identity.user) ? (has(auth.identity.user.groups) ? "a,b" in auth.identity.user.groups : false) : false',
    "attributes": '{"selected": [' + GROUPS + '.filter(g, g == "g1").join(",")]}',
}

PREDICATES = {
    "access": 'auth.identity.groups.exists(g, g in ["free-user", "a,b"]) || auth.identity.userid in ["alice"]'
    ' || auth.identity.tier in ["free"]',
    "nobody": "false",
    "subscribed": 'auth.identity.selected_subscription != ""',
    "limit": 'auth.identity.selected_subscription in ["free", "tier:free"]',
    "unmetered": '!(auth.identity.selected_subscription in ["free", "tier:free"])',
    "not listing": 'request.url_path != "/llm/simulator-model/v1/models"',
    "not any listing": '!(request.url_path.endsWith("/v1/models"))',
    "bridged": 'auth.identity.groups_str.split(",").exists(g, g == "gold-users")',
    "bridged less": '!(auth.identity.groups_str.split(",").exists(g, g == "gold-users")) && auth.identity.groups_str.split(",")'
    '.exists(g, g == "silver-users")',
    "bridged user": 'auth.identity.userid == "alice"',
    "bridged header": '"x-maas-subscription" in request.headers ? request.headers["x-maas-subscription"] == "gold" : '
    '!(auth.identity.userid == "alice")',
    "export": 'auth.identity.groups.filter(g, g in ["gold-users", "silver-users"]).join(",")',
    "text": '"auth." != "" && !(request.url_path in ["/maas-api"])',
    "hostile": 'auth.identity.groups.exists(g, g in ["a,b", "quote\\"s", "back\\\\slash", "it\'s", "zoë", "😀"])',
}

RAW_CONTEXTS = {
    "no user": raw(None),
    "empty user": raw({}),
    "no groups": raw({"username": "alice"}),
    "empty groups": raw({"username": "alice", "groups": []}),
    "one": raw({"username": "alice", "groups": ["g1"]}, {}),
    "both": raw({"username": "alice", "groups": ["g2", "g1", "system:authenticated"]}, {"x-maas-subscription": "silver"}),
    "wrong header": raw({"groups": ["g1"]}, {"x-maas-subscription": "platinum"}),
    "spoofed": raw({"groups": ["premium-group"]}, {"x-maas-username": "root", "X-MaaS-Tier": "premium"}),
    "hostile groups": raw({"username": "zoë", "groups": HOSTILE}, {"x-maas-subscription": '"; true || "'}),
    "no path": raw({"username": ""}, {}, None),
    "root path": raw({"username": "\\"}, {}, "/"),
}

ENRICHED_CONTEXTS = {
    "nothing": enriched([]),
    "alice": enriched(["a"], userid="alice", selected="free"),
    "free": enriched(["free-user"], tier="free", selected="tier:free"),
    "comma": enriched(["a,b", "gold-users"], selected='free"'),
    "hostile": enriched(HOSTILE, userid="zoë", tier="\\", selected="😀"),
    "both": enriched(["silver-users", "gold-users"], path="/llm/simulator-model/v1/models"),
    "silver": enriched(["silver-users"], path=""),
}


def differing(engines: tuple[Engine, ...], expression: str, context: Context) -> dict[str, Outcome]:
    """Give every engine's outcome, or nothing when all give one and the same value."""
    outcomes = {engine.name: engine.evaluate(expression, context) for engine in engines}
    first = next(iter(outcomes.values()))
    return {} if isinstance(first, Value) and all(outcome == first for outcome in outcomes.values()) else outcomes


def test_the_comparison_sees_a_difference_and_a_common_failure(engines: tuple[Engine, ...]) -> None:
    """Engines in Rust count bytes where the others count characters; a failure is no agreement."""
    if len(engines) == 1:
        pytest.skip("celpy is the only engine here")
    assert differing(engines, 'size("ünï")', {}) or {engine.name for engine in engines} == {"celpy", "cel-cpp-python"}
    assert differing(engines, "auth.nope", {"auth": {}})


@pytest.mark.parametrize("context", RAW_CONTEXTS)
@pytest.mark.parametrize("override", OVERRIDES)
def test_overrides_have_one_value_everywhere(engines: tuple[Engine, ...], override: str, context: str) -> None:
    assert differing(engines, OVERRIDES[override], RAW_CONTEXTS[context]) == {}


@pytest.mark.parametrize("context", ENRICHED_CONTEXTS)
@pytest.mark.parametrize("predicate", PREDICATES)
def test_predicates_have_one_value_everywhere(engines: tuple[Engine, ...], predicate: str, context: str) -> None:
    assert differing(engines, PREDICATES[predicate], ENRICHED_CONTEXTS[context]) == {}


@pytest.mark.parametrize(
    ("override", "context", "value"),
    [
        ("userid", "no user", ""),
        ("groups", "no groups", []),
        ("tier", "both", "free"),
        ("tier", "spoofed", "premium"),
        ("tier", "no user", ""),
        ("entries", "both", [["silver", "gold"], ["gold"]]),
        ("selected", "one", "gold"),
        ("selected", "both", "silver"),
        ("selected", "wrong header", ""),
        ("selected", "hostile groups", ""),
        ("ranked", "both", "0001-gold"),
        ("no identity header", "spoofed", False),
        ("no identity header", "no user", True),
        ("namespace", "one", "llm"),
        ("name", "one", "simulator-model"),
        ("namespace", "no path", ""),
        ("name", "root path", ""),
        ("guarded", "hostile groups", True),
        ("attributes", "one", {"selected": ["g1"]}),
    ],
)
def test_the_one_value_is_the_meant_one(engines: tuple[Engine, ...], override: str, context: str, value: object) -> None:
    assert engines[0].evaluate(OVERRIDES[override], RAW_CONTEXTS[context]) == Value(value)


@pytest.mark.parametrize(
    "expression",
    [
        "auth.identity.selected_subscription",
        'auth.identity["selected_subscription"]',
        'auth.identity.groups.exists(g, g == "a")',
        '"a" in auth.identity.groups',
        'request.headers["x-maas-subscription"] == "gold"',
        'auth.identity.groups_str.split(",")',
        "[][0]",
        'true && auth.identity.userid == "alice"',
        'auth.identity.userid == "alice" ? true : true',
    ],
)
@pytest.mark.parametrize(
    "context", [{}, {"auth": {}}, {"auth": {"identity": {}}}, {"auth": {"identity": {}}, "request": {"headers": {}}}]
)
def test_an_unguarded_fact_that_is_missing_fails_everywhere(
    engines: tuple[Engine, ...], expression: str, context: Context
) -> None:
    outcomes = {engine.name: engine.evaluate(expression, context) for engine in engines}
    assert {name: outcome for name, outcome in outcomes.items() if not isinstance(outcome, Failure)} == {}


@given(
    st.lists(st.sampled_from([*HOSTILE, "g1", "g2", "premium-group"]) | st.text(max_size=8).filter(spellable), max_size=6),
    st.none() | st.sampled_from(["gold", "silver", "", "platinum"]) | st.text(max_size=5).filter(spellable),
)
@settings(max_examples=40, deadline=None)
def test_selection_is_what_python_says_for_any_groups(engines: tuple[Engine, ...], groups: list[str], header: str | None) -> None:
    """The selected subscription is the best that the groups give, or the named one among them."""
    table = {"g1": ["gold"], "g2": ["silver", "gold"], "zoë": ["silver"]}
    candidates = [name for name in ("gold", "silver") if any(name in table.get(group, ()) for group in groups)]
    expected = ([*candidates, ""][0]) if not header else (header if header in candidates else "")
    context = raw({"username": "alice", "groups": groups}, {} if header is None else {"x-maas-subscription": header})
    assert differing(engines, OVERRIDES["selected"], context) == {}
    assert engines[0].evaluate(OVERRIDES["selected"], context) == Value(expected)


@given(st.text(max_size=12).filter(spellable))
@settings(max_examples=120, deadline=None)
def test_a_printed_literal_is_read_back_as_it_was(engines: tuple[Engine, ...], text: str) -> None:
    """What the printer quotes is one value, equal to the same text in the context, in every engine."""
    context: Context = {"auth": {"identity": {"groups": [text]}}}
    for engine in engines:
        assert engine.evaluate(quote(text), context) == Value(text), engine.name
        assert engine.evaluate(f"{quote(text)} in auth.identity.groups", context) == Value(value=True), engine.name
