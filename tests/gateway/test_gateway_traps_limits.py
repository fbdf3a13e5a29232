"""Traps 51 to 64: limits and Limitador."""

from __future__ import annotations

import pytest
from gateway_bench import (
    EXPORT,
    GATEWAY,
    MODEL,
    MODEL_PATH,
    REVIEW,
    Platform,
    auth,
    codes,
    limits,
    platform,
    route,
)

from compiler.gateway.answer import report
from compiler.gateway.read import read

POLICY = auth(REVIEW + EXPORT)


def limited(body: str, *, kind: str = "TokenRateLimitPolicy", release: str = "1.5", when: str = "") -> Platform:
    """Give a platform whose model has these limits behind a token review."""
    return platform(GATEWAY, MODEL, POLICY, limits(body, kind=kind, when=when), release=release)


def zero(predicate: str, *, name: str = "zero") -> str:
    """Write a limit of nothing under a predicate, so that a 429 shows that it applies."""
    return f"    {name}: {{rates: [{{limit: 0, window: 1m}}], when: [{{predicate: '{predicate}'}}]}}\n"


def status(body: str, *, release: str = "1.5", headers: dict[str, str] | None = None) -> int | None:
    """Ask as freda."""
    return limited(body, release=release).ask("freda", MODEL_PATH, headers).status


def test_traps_23_51_a_text_that_does_not_parse_is_reported() -> None:
    """With the parser that the caller gives."""
    body = limits("    l: {rates: [{limit: 1, window: 1m}], counters: [{expression: 'auth.identity.'}]}\n")
    _, found = read({"a.yaml": f"{MODEL}\n---\n{body}"}, syntax=lambda text: "ends early" if text.endswith(".") else None)
    assert [diagnostic.code for diagnostic in found] == ["bad-cel"]
    assert found[0].place is not None
    assert found[0].place.path == ("spec", "limits", "l", "counters", 0, "expression")


def test_trap_52_a_comment_is_reported() -> None:
    """It would swallow what is joined to the text."""
    found = platform(GATEWAY, MODEL, limits(zero("true // all")), strict=False)
    assert codes(found) == ["unmodelled"]
    assert platform(GATEWAY, MODEL, limits(zero('request.path != "http://x"')), strict=False).diagnostics == ()


@pytest.mark.parametrize("text", ["'request.headers[\"x\"]'", '"request.\\npath"'])
def test_trap_53_a_double_quote_in_a_counter_is_reported(text: str) -> None:
    """It poisons the limits of the whole cluster."""
    found = platform(
        GATEWAY,
        MODEL,
        limits(f"    l: {{rates: [{{limit: 1, window: 1m}}], counters: [{{expression: {text}}}]}}\n"),
        strict=False,
    )
    assert codes(found) == ["bad-manifest"]
    assert "whole limits file" in found.diagnostics[0].effect


@pytest.mark.parametrize(
    "text",
    ['" auth.identity.userid"', '"auth.identity.userid "', '"auth.identity.userid\\n"', "\"'\\\\\\\\' + auth.identity.userid\""],
)
def test_trap_54_a_counter_that_limitador_knows_by_another_name_never_applies(text: str) -> None:
    """The limit is not counted, and not even 0 denies."""
    body = f"    l: {{rates: [{{limit: 0, window: 1m}}], counters: [{{expression: {text}}}]}}\n"
    found = limited(body).ask("freda", MODEL_PATH)
    assert (found.status, found.limits) == (200, ())


def test_trap_55_two_rates_with_equal_seconds_collide() -> None:
    """One is kept, and nobody can tell which; of two that are one it does not matter."""

    def body(rates: str) -> str:
        return f"    l: {{rates: [{rates}], when: [{{predicate: 'auth.identity.userid != \"\"'}}]}}\n"

    found = limited(body("{limit: 50, window: 1m}, {limit: 0, window: 60s}, {limit: 7, window: 1h}")).ask("freda", MODEL_PATH)
    assert (found.status, found.limits) == (None, ())
    assert found.why_not is not None
    assert "two rates for one window" in found.why_not
    same = limited(body("{limit: 50, window: 1m}, {limit: 50, window: 60s}, {limit: 7, window: 1h}")).ask("freda", MODEL_PATH)
    assert [(limit.limit, limit.seconds) for limit in same.limits] == [(50, 60), (7, 3600)]
    assert same.status == 200


def test_trap_56_windows_under_a_second_never_limit() -> None:
    """Whatever was counted has ended at once; only a limit of nothing still denies."""
    body = "    l: {rates: [{limit: 1, window: 500ms}], when: [{predicate: 'auth.identity.userid != \"\"'}]}\n"
    found = limited(body)
    assert found.ask("freda", MODEL_PATH, state=report(found.ask("freda", MODEL_PATH), 999)).status == 200
    assert limited(body.replace("limit: 1", "limit: 0")).ask("freda", MODEL_PATH).status == 429


@pytest.mark.parametrize("window", ["1d", "1w", "60", "100000s", "1h1h1h1h1h", "m"])
def test_trap_57_other_windows_are_refused(window: str) -> None:
    """The cluster takes hours, minutes, seconds and milliseconds only."""
    found = platform(
        GATEWAY,
        MODEL,
        limits(f"    l: {{rates: [{{limit: 1, window: {window}}}]}}\n".replace("window: 60}", 'window: "60"}')),
        strict=False,
    )
    assert codes(found) == ["bad-manifest"]


@pytest.mark.parametrize(("window", "seconds"), [("1h30m", 5400), ("1m500ms", 60), ("999ms", 0), ("99999h", 359996400)])
def test_windows_are_whole_seconds(window: str, seconds: int) -> None:
    """Parts add up and the rest is dropped."""
    found = limited(
        f"    l: {{rates: [{{limit: 5, window: {window}}}], when: [{{predicate: 'auth.identity.userid != \"\"'}}]}}\n"
    )
    assert found.ask("freda", MODEL_PATH).limits[0].seconds == seconds


def test_trap_58_a_limit_without_rates_limits_nothing() -> None:
    """There is no error either."""
    found = limited("    l: {when: [{predicate: 'auth.identity.userid != \"\"'}]}\n").ask("freda", MODEL_PATH)
    assert (found.status, found.metered) == (200, False)


def test_trap_59_gateway_limits_are_per_route() -> None:
    """Each route has a budget of its own."""
    target = "kind: Gateway, name: maas-default-gateway"
    body = "    l: {rates: [{limit: 1, window: 1m}]}\n"
    found = platform(
        GATEWAY, MODEL, route("b", "/b"), limits(body, kind="RateLimitPolicy", target=target, namespace="openshift-ingress")
    )
    state = found.ask(None, MODEL_PATH).counters
    assert found.ask(None, MODEL_PATH, state=state).status == 429
    assert found.ask(None, "/b", state=state).status == 200


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [("limit: 5", "limit: 6", True), ("1m", "2m", False), ("    l:", "    m:", False), ("userid", "groups_str", False)],
)
def test_trap_60_what_resets_counters(old: str, new: str, *, kept: bool) -> None:
    """Everything but the maximum is part of a limit's identity."""
    body = "    l: {rates: [{limit: 5, window: 1m}], counters: [{expression: auth.identity.userid}]}\n"
    state = report(limited(body).ask("freda", MODEL_PATH), 100)
    after = limited(body.replace(old, new)).ask("freda", MODEL_PATH, state=state)
    assert after.status == (429 if kept else 200)


@pytest.mark.parametrize("text", ["ratelimit.hits_addend", "source.address", "request.id", "metadata.x"])
def test_trap_61_other_roots_are_reported(text: str) -> None:
    """What they hold is not known here."""
    body = f"    l: {{rates: [{{limit: 1, window: 1m}}], counters: [{{expression: {text}}}]}}\n"
    assert codes(platform(GATEWAY, MODEL, limits(body), strict=False)) == ["unmodelled"]


def test_trap_63_a_response_that_cannot_be_read_is_not_counted() -> None:
    """Streams without usage, compressed bodies, aborts; a usage of nothing counts as one."""
    found = limited("    l: {rates: [{limit: 1, window: 1m}], when: [{predicate: 'auth.identity.userid != \"\"'}]}\n")
    first = found.ask("freda", MODEL_PATH)
    assert found.ask("freda", MODEL_PATH, state=report(first, None)).status == 200
    assert found.ask("freda", MODEL_PATH, state=report(first, 0)).status == 429


@pytest.mark.parametrize("text", ['responseBodyJSON("/model") == "a"', 'requestBodyJSON("/model") == "a"'])
def test_trap_64_body_functions_are_reported(text: str) -> None:
    """Such a limit is never enforced as it reads."""
    assert codes(platform(GATEWAY, MODEL, limits(zero(text)), strict=False)) == ["unmodelled"]


@pytest.mark.parametrize(("release", "expected"), [("1.3", "gold"), ("1.4", "free"), ("1.5", "free")])
def test_limits_behind_auth_see_injected_headers(release: str, expected: str) -> None:
    """Since 1.4; 1.3 has read the client's headers before."""
    rules = REVIEW + EXPORT + "        headers: {x-plan: {plain: {expression: '\"free\"'}}}\n"
    body = "".join(
        zero(f'auth.identity.userid != "" && request.headers["x-plan"] == "{plan}"', name=plan) for plan in ("free", "gold")
    )
    found = platform(GATEWAY, MODEL, auth(rules), limits(body), release=release).ask("freda", MODEL_PATH, {"x-plan": "gold"})
    assert [limit.name for limit in found.limits] == [expected]


def test_top_level_predicates_come_before_those_of_each_limit() -> None:
    """They are joined to every limit, and decide with them where the policy stands."""
    body = "    l: {rates: [{limit: 0, window: 1m}]}\n"
    found = limited(body, when="[{predicate: 'auth.identity.userid == \"petra\"'}]")
    assert (found.ask("freda", MODEL_PATH).status, found.ask("petra", MODEL_PATH).status) == (200, 429)
    assert found.ask(None, MODEL_PATH).status == 401


@pytest.mark.parametrize(("release", "expected"), [("1.4.6", 429), ("1.5", 429)])
def test_a_false_predicate_and_an_error(release: str, expected: int) -> None:
    """In order, the error comes first on 1.4 and passes; on 1.5 false outweighs it. Both apply nothing."""
    error, no = "request.headers['x-nope'] == 'a'", "auth.identity.userid == 'petra'"
    body = f"""    a: {{rates: [{{limit: 0, window: 1m}}], when: [{{predicate: "{error}"}}, {{predicate: "{no}"}}]}}
    b: {{rates: [{{limit: 0, window: 1m}}], when: [{{predicate: "auth.identity.userid == 'freda'"}}]}}
"""
    assert status(body, release=release) == expected
    requests = limited(body, kind="RateLimitPolicy", release=release).ask("freda", MODEL_PATH)
    assert requests.status == (429 if release == "1.5" else 200)
