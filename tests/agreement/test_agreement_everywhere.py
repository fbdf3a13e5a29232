"""Every emitted expression has one value on all engines, and in the proof's own reading, whatever caller and request bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from agreement_bench import Bench
from agreement_contexts import HOSTILE, Caller, Data, caller, callers, filtered, groups_of, keys_of, later, user, users_of
from agreement_expressions import PLATFORMS, Target, everywhere, program, targets
from engines_support import built
from engines_support import program as engine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.cel.printer import spellable
from compiler.engines import registry
from compiler.engines.base import Outcome, Value
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER

MANY = 10_000

# The engine's own budget of 10,000 steps, which the runtime it stands for does not have.
BUDGET = {"cel-cpp-python": "INTERNAL: Iteration budget exceeded [INTERNAL]"}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """All engines that are here; programs run until the module ends."""
    with ExitStack() as stack:
        yield Bench((*registry.installed(), *(stack.enter_context(engine(name)) for name in built())))


def walk(bench: Bench, target: Target, method: str, who: Caller) -> None:
    """Evaluate what a request meets: the overrides of the method, then what sees them, then the limits."""
    raw: Data = {"auth": {"identity": who.identity}, "request": who.seen}
    overridden = {name: bench.value(text, raw) for name, text in target.overrides[method].items()}
    inside: Data = {"auth": {"identity": {**who.identity, **overridden}}, "request": who.seen}
    values = {text: bench.value(text, inside) for text in target.inside}
    if who.passed is None:
        return
    if not target.exports:
        # Nobody gets this far but on a route with an AuthPolicy of somebody else, which may export anything.
        for foreign in (None, {}, {"identity": dict(who.identity)}):
            limits(bench, target, who.passed, foreign)
        return
    metadata = {"identity": {name: values[text] for name, text in target.exports.items()}}
    injected = {name: str(values[text]) for name, text in target.headers.items()}
    limits(bench, target, who.passed, metadata)
    limits(bench, target, later(who.passed, injected), metadata, only="headers")


def limits(
    bench: Bench, target: Target, request: Mapping[str, object], metadata: Mapping[str, object] | None, only: str = ""
) -> None:
    """Evaluate the expressions of limits as each release shows them the metadata."""
    for text in target.limits:
        if only in text:
            for roots in filtered(text, request, metadata):
                bench.value(text, roots)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_emitted_expression_is_left_out(platform: str) -> None:
    found = {text for target in targets(platform) for text in (*target.inside, *target.limits)}
    found |= {text for target in targets(platform) for texts in target.overrides.values() for text in texts.values()}
    assert found == everywhere(platform)


@dataclass(frozen=True)
class Liar:
    """An engine for which everything is true."""

    name: str

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:  # noqa: ARG002 - the protocol's
        """Give the one answer."""
        return Value(value=True)


def test_the_bench_sees_an_error_a_difference_and_another_meaning(bench: Bench) -> None:
    """Or its silence would mean nothing."""
    nobody: Data = {"auth": {"identity": {}}, "request": {}}
    guarded, alone = 'has(auth.identity.user) ? "a" : "b"', "has(auth.identity.user.username)"
    own = Bench(bench.engines)
    assert own.value(guarded, nobody) == "b"
    assert own.differing == []
    own.value(alone, nobody)
    own.value('auth.identity.userid == "alice" || true', nobody)
    with_liar, liars = Bench([*bench.engines, Liar("one")]), Bench([Liar("one"), Liar("other")])
    with_liar.value(guarded, nobody)
    liars.value(guarded, nobody)
    assert [len(one.differing) for one in (own, with_liar, liars)] == [2, 1, 1]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_engine_gives_the_same_value_for_every_caller(bench: Bench, platform: str) -> None:
    for who in callers(program(platform)):
        for target in targets(platform):
            for method in target.overrides:
                walk(bench, target, method, who)
    assert bench.taken() == []


@pytest.mark.parametrize("platform", ["subscriptions", "tiers-on-the-gateway-by-groups"])
def test_ten_thousand_groups_make_no_difference(bench: Bench, platform: str) -> None:
    """The engine in Python takes seconds for each expression and sits this out but for the selection of one model."""
    of = program(platform)
    names = [*(f"group-{number}" for number in range(MANY)), *groups_of(of)]
    who = caller("many groups", user("alice", names), f"{of.models[0].prefix}/v1/completions")
    fast = Bench([one for one in bench.engines if one.name != "celpy"], excused=BUDGET)
    found = targets(platform)[-1]
    for method in found.overrides:
        walk(fast, found, method, who)
    assert fast.differing == []
    method, overrides = next(iter(found.overrides.items()))
    everyone = Bench(bench.engines, excused=BUDGET)
    chosen = everyone.value(overrides["selected_subscription"], {"auth": {"identity": who.identity}, "request": who.seen})
    assert everyone.differing == []
    assert chosen == next(iter(keys_of(of)))


TEXT = st.text(max_size=12).filter(lambda found: spellable(found) and "\0" not in found)


@st.composite
def anybody(draw: st.DrawFn, platform: str) -> Caller:
    """Give any caller and request whose parts are mentioned by the Program, hostile, or anything."""
    of = program(platform)
    names = st.one_of(st.sampled_from([*groups_of(of), "other"]), st.sampled_from(HOSTILE), TEXT)
    groups = draw(st.none() | st.lists(names, max_size=6))
    username = draw(st.none() | st.sampled_from([*users_of(of), "nobody"]) | TEXT)
    identity = user(username, groups) if draw(st.integers(0, 9)) else draw(st.sampled_from([{}, {"user": {}}]))
    headers = draw(
        st.dictionaries(
            st.sampled_from([SUBSCRIPTION_HEADER, SUBSCRIPTION_HEADER, *IDENTITY_HEADERS, "accept"]),
            st.sampled_from([*keys_of(of), ""]) | TEXT,
            max_size=2,
        )
    )
    prefix = draw(st.sampled_from([model.prefix for model in of.models] + ["", "/v1/models", "/maas-api"]))
    rest = draw(st.lists(st.sampled_from(["/", "v1", "/v1/models", "?", "%2f", "é"]) | TEXT, max_size=4))
    return caller("anybody", identity, prefix + "".join(rest), headers)


@pytest.mark.parametrize("platform", PLATFORMS)
@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_caller_gets_one_value_everywhere(bench: Bench, platform: str, data: st.DataObject) -> None:
    who = data.draw(anybody(platform))
    target = data.draw(st.sampled_from(targets(platform)))
    walk(bench, target, data.draw(st.sampled_from(sorted(target.overrides))), who)
    assert bench.taken() == []
