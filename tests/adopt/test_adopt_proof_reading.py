"""The formulas of a proof say of every single caller what the simulated gateway answers, whatever the policies."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from adopt_cluster import CLUSTER, KUADRANT, TOKENS, Plain, gateway, on, route, thing
from adopt_proof import Platform, answered_by_formulas
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from compiler.adopt.callers import Asked
from compiler.adopt.maas_api import ALLOWED, KEY, SUBSCRIPTION, TIER, MaasApi, Owned
from compiler.adopt.proof.api import answers, several
from compiler.adopt.proof.paths import distinguished
from compiler.cel.parse import parse
from compiler.prove.terms import Terms
from compiler.prove.values import UnsupportedError

MODEL = "llm/m"
PREFIX = "/llm/m"
GROUP = st.sampled_from(("a", "b", "c"))
SPLIT = 'auth.identity.groups_str.split(",")'

# Conditions of limits; some of them are errors for some callers and requests.
CONDITIONS = (
    'auth.identity.userid == "u"',
    'auth.identity.userid in ["u", "v"]',
    'request.headers["x-env"] == "prod"',
    '"x-env" in request.headers',
    'request.headers.exists(h, h == "x-env" || h == "x-other")',
    'request.path.endsWith("/v1/models")',
    f'request.url_path == "{PREFIX}/v1/embeddings"',
    f'request.url_path.startsWith("{PREFIX}/v1")',
    'request.method == "GET"',
    'auth.identity.absent == "x"',
    'auth.identity.absent.split(",").exists(g, g == "a")',
    'auth.identity.absent.more == "x"',
    '"a" in auth.identity.absent',
    'auth.identity.absent.startsWith("x")',
    'auth.identity.absent[0] == "x"',
    'request.headers.exists(h, h in ["x-env", "x-more"])',
    'request.headers.authorization.startsWith("Bearer ")',
    '!request.headers.authorization.startsWith("Bearer sk-oai-")',
    '["u", "x"].exists(x, x == auth.identity.userid)',
    "true",
    'request.url_path in {"/llm/m/v1/embeddings": "x"}',
    "has(request.path)",
)
ATOMS = st.one_of(
    GROUP.map(lambda name: f'{SPLIT}.exists(g, g == "{name}")'),
    GROUP.map(lambda name: f'"{name}" in auth.identity.groups'),
    st.sampled_from(CONDITIONS),
)
PREDICATES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} && {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} || {two[1]})"),
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, inner, inner).map(lambda three: f"({three[0]} ? {three[1]} : {three[2]})"),
    ),
    max_leaves=4,
)
LIMITS = st.lists(
    st.fixed_dictionaries(
        {
            "rates": st.lists(
                st.sampled_from(({"limit": 0, "window": "1m"}, {"limit": 5, "window": "1m"}, {"limit": 9, "window": "1h"})),
                min_size=1,
                max_size=2,
            ),
            "when": st.lists(PREDICATES.map(lambda text: {"predicate": text}), max_size=2),
            "counters": st.sampled_from(([], [{"expression": "auth.identity.userid"}], [{"expression": "auth.identity.absent"}])),
        }
    ),
    max_size=3,
)
_GROUPS = "auth.identity.user.groups"
_NAME = {"userid": {"selector": "auth.identity.user.username"}}
REVIEW: Plain = {"kubernetesTokenReview": {"audiences": [CLUSTER]}, "defaults": _NAME}
COMPARED = st.one_of(
    st.builds(
        lambda operator, name: {"selector": _GROUPS, "operator": operator, "value": name},
        st.sampled_from(("incl", "excl")),
        GROUP,
    ),
    st.builds(
        lambda operator, selector, name: {"selector": selector, "operator": operator, "value": name},
        st.sampled_from(("eq", "neq")),
        st.sampled_from(("auth.identity.user.username", "request.headers.x-env", "request.path", "auth.identity.userid")),
        st.sampled_from(("u", "prod", "", f"{PREFIX}/v1/models")),
    ),
    GROUP.map(lambda name: {"predicate": f'"{name}" in {_GROUPS}'}),
    st.just({"predicate": 'request.headers["x-env"] == "prod"'}),
)
PATTERNS = st.recursive(
    COMPARED,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2).map(lambda some: {"any": some}),
        st.lists(inner, min_size=1, max_size=2).map(lambda some: {"all": some}),
    ),
    max_leaves=3,
)
RULES = st.lists(
    st.fixed_dictionaries(
        {"patternMatching": st.fixed_dictionaries({"patterns": st.lists(PATTERNS, min_size=1, max_size=2)})},
        optional={"when": st.lists(COMPARED, min_size=1, max_size=1)},
    ),
    max_size=2,
)


def _objects(rules: Sequence[Plain], tokens: Sequence[Plain], requests: Sequence[Plain], **auth: object) -> list[Plain]:
    """Give a route with policies."""
    to = on("HTTPRoute", "m-kserve-route")
    properties = {
        "userid": {"selector": "auth.identity.userid"},
        "groups": {"expression": "auth.identity.user.groups"},
        "groups_str": {"expression": 'auth.identity.user.groups.join(",")'},
    }
    said: Plain = {
        "authentication": {"cluster": REVIEW},
        "authorization": {f"rule-{number}": rule for number, rule in enumerate(rules)},
        "response": {"success": {"filters": {"identity": {"json": {"properties": properties}}}}},
        **auth,
    }
    found = [gateway(), route("llm", "m"), thing(KUADRANT, "AuthPolicy", "llm", "auth", spec={"targetRef": to, "rules": said})]
    for version, kind, limits in ((TOKENS, "TokenRateLimitPolicy", tokens), (KUADRANT, "RateLimitPolicy", requests)):
        if limits:
            named = {f"limit-{number}": limit for number, limit in enumerate(limits)}
            found.append(thing(version, kind, "llm", "limits", spec={"targetRef": to, "limits": named}))
    return found


def _callers(platform: Platform) -> list[Asked]:
    """Give callers and requests that differ in all that the policies above look at."""
    several = ((), ("a",), ("b", "c"), ("a", "b", "c"), ("a,b",), ("a,b", "c"))
    groups = [frozenset({"system:authenticated", *some}) for some in several]
    headers: list[tuple[tuple[str, str], ...]] = [(), (("x-env", "prod"),), (("x-env", "x"), ("x-other", "y"))]
    paths = platform.targets
    return [
        Asked(MODEL, user, some, (CLUSTER,), path, "chat", brought, verb)
        for number, (user, some, brought, verb) in enumerate(product(("u", "w"), groups, headers, ("POST", "GET")))
        for path in (paths[number % len(paths)],)
    ]


@settings(max_examples=60, deadline=None)
@given(RULES, LIMITS, LIMITS)
def test_a_formula_says_what_the_gateway_answers(rules: list[Plain], tokens: list[Plain], requests: list[Plain]) -> None:
    """For every caller: whether they pass, in which windows they count, and that no answer is known where none is."""
    try:
        platform = Platform(_objects(rules, tokens, requests), MODEL)
    except UnsupportedError as error:
        # What does not need the caller is looked at before, and what is then let through nobody knows.
        assume("before the caller is known" not in str(error))
        # Of two such rates either may be kept.
        assume("two rates for one window" not in str(error))
        raise
    _hold(platform)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_each_condition_is_read_as_the_gateway_evaluates_it(condition: str) -> None:
    _hold(Platform(_objects([], [{**FIVE, "when": [{"predicate": condition}]}], []), MODEL))


def _hold(platform: Platform) -> None:
    """Hold what formulas say of many callers against what the simulated gateway answers."""
    for asked in _callers(platform):
        simulated = platform.simulated(asked)
        read, unknown = answered_by_formulas(platform, asked)
        if simulated is None:
            assert unknown
        elif not unknown:
            assert read == simulated, asked


FIVE = {"rates": [{"limit": 5, "window": "1m"}], "counters": [{"expression": "auth.identity.userid"}]}
NONE = {"rates": [{"limit": 0, "window": "1m"}]}


@pytest.mark.parametrize(
    ("auth", "tokens", "passes"),
    [
        ({}, [FIVE, NONE], True),
        ({}, [NONE, FIVE], False),
        ({"authentication": {"cluster": REVIEW | {"kubernetesTokenReview": {"audiences": ["another"]}}}}, [FIVE], False),
        (
            {"authentication": {"cluster": REVIEW | {"when": [{"predicate": "false"}]}}},
            [],
            False,
        ),
    ],
)
def test_what_lets_through(auth: Plain, tokens: list[Plain], passes: bool) -> None:  # noqa: FBT001
    """Of limits that apply only the first by name is sure to be looked at in time."""
    platform = Platform(_objects([], tokens, [], **auth), MODEL)
    asked = Asked(MODEL, "u", frozenset({"system:authenticated"}), (CLUSTER,), f"{PREFIX}/v1/chat/completions", "chat")
    simulated = platform.simulated(asked)
    assert simulated is not None
    assert answered_by_formulas(platform, asked) == (simulated, False)
    assert simulated[0] is passes


SUBSCRIPTIONS = st.lists(
    st.builds(
        Owned,
        st.sampled_from(("n", "o")),
        st.sampled_from(("s", "t", "n/s")),
        st.frozensets(st.sampled_from(("a", "b", "c")), max_size=2),
        st.frozensets(st.sampled_from(("u", "v")), max_size=1),
        st.frozensets(st.sampled_from((MODEL, "llm/x")), min_size=1),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(SUBSCRIPTIONS, SUBSCRIPTIONS)
def test_the_maas_api_answers_alike_for_one_and_for_all(subscriptions: list[Owned], policies: list[Owned]) -> None:
    tiers = (("high", frozenset({"c"})), ("low", frozenset({"a", "b"})))
    api = MaasApi(tiers, tuple(subscriptions), tuple(policies))
    terms = Terms()
    found = answers(terms, api, MODEL)
    owning = several(terms, api)
    for user, groups in product(("u", "w"), ((), ("a",), ("a", "b"), ("b", "c"))):
        for asked in (None, "", "s", "n/s", "o/t", "x"):
            said = api.answers(MODEL, user, frozenset(groups), asked)
            told = Platform.fields(terms, found, user, frozenset(groups), asked)
            assert told == {name: values[0] for name, values in said.items()}
            assert set(told) <= {TIER, SUBSCRIPTION, KEY, ALLOWED}
        owned = sum(one.of(user, frozenset(groups)) for one in subscriptions)
        assert Platform.holds(terms, owning, user, frozenset(groups), None) is (owned > 1)


WORDS = ("v1", "models", "chat", "x")
TESTS = st.one_of(
    st.builds(
        lambda place, text: f'request.{place}.endsWith("{text}")',
        st.sampled_from(("path", "url_path")),
        st.sampled_from(("/v1/models", "dels", "/x")),
    ),
    st.sampled_from(("/v1", "/v1/mo", "/x/", "")).map(lambda text: f'request.url_path.startsWith("{PREFIX}{text}")'),
    st.sampled_from(("", "/v1/models", "/x")).map(lambda text: f'request.path == "{PREFIX}{text}"'),
    st.just(f'request.url_path in ["{PREFIX}/x", "/y"]'),
    st.sampled_from(("v1", "x")).map(
        lambda word: f'[request.url_path.split("/") + ["/", "/", "/", "/", "/", "/"]].map(s, s[3] == "{word}" && s[4] == "/")[0]'
    ),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(TESTS, min_size=1, max_size=4),
    st.lists(st.sampled_from((*WORDS, "", "v10", "modelsx", "xmodels", "mo", "z")), max_size=5),
    st.sampled_from((None, "", "q=1", "x=/v1/models", "dels")),
)
def test_every_path_is_tested_like_one_that_was_found(tests: list[str], parts: list[str], query: str | None) -> None:
    """Whatever a client asks for below the model, unless there are more kinds of path than are told apart."""
    try:
        found = distinguished(PREFIX, f"{PREFIX}/v1/models", [parse(text) for text in tests])
    except UnsupportedError:
        reject()
    path = "/".join((PREFIX, *parts)) + ("" if query is None else f"?{query}")

    def outcome(target: str) -> tuple[object, ...]:
        return tuple(Platform.tested(text, target) for text in tests)

    assert outcome(path) in {outcome(target) for target in found}
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("tests", "why"),
    [
        ([f'request.url_path == "{PREFIX}/{number}"' for number in range(201)], "too many kinds of path"),
        (
            [f'request.url_path == "{PREFIX}/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p"', 'request.path.endsWith("/x/y")'],
            "too many kinds of path",
        ),
        (["request.url_path in [request.method]"], "taken apart in a way"),
        (['request.url_path == "~*+@$"'], "characters that could stand for something else"),
    ],
)
def test_paths_that_are_tested_in_too_many_ways_or_in_another_way_are_no_proof(tests: list[str], why: str) -> None:
    with pytest.raises(UnsupportedError, match=why):
        distinguished(PREFIX, f"{PREFIX}/v1/models", [parse(text) for text in tests])
