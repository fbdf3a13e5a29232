"""What a suite expects of calls, and how it is told when it does not come true."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from suites_bench import BASELINE, CALLERS, TODAY, Bench

from compiler.engines.base import Engine, Failure, Outcome, Value
from compiler.engines.registry import installed
from compiler.suites.case import Call, Empty
from compiler.suites.plain_engine import PlainEngine
from compiler.suites.result import Result

PASSES = f"""{CALLERS}
matrix: {{callers: [nobody, stranger, fred, topsy], models: [sim, hidden], paths: [chat, listing]}}
expect:
  - {{caller: fred, model: sim, status: 200, selected: small, reason: allowed, because: [maas.yaml#plans, maas.yaml#small]}}
  - {{caller: fred, model: llm/sim, path: listing, status: 200, reason: listing, limits: []}}
  - {{caller: [topsy, robot], model: [sim, big], path: [chat, listing], status: 200, selected: "tier:top"}}
  - {{caller: nobody, model: sim, status: 401}}
  - {{caller: gail, model: sim, status: 200, limits: [900 tokens in 1h, 500 tokens in 1m]}}
  - {{caller: alice, model: big, status: 200, limits: [500 tokens in 1m shared]}}
  - {{caller: mel, model: big, status: 200, selected: "team:ml", because: maas.yaml#ml}}
  - {{caller: tina, model: sim, status: 200, limits: [100 tokens in 1m, 5 requests in 2m]}}
"""


def test_a_suite_that_says_what_is_meant_passes(small: Bench) -> None:
    results = small.results(PASSES, installed())
    assert {result.status for result in results} == {"passed"}
    # Fifteen cells that rows list, and those of the sixteen of the matrix that they leave.
    assert len(results) == 15 + 16 - 5


def test_every_engine_is_asked(small: Bench) -> None:
    """A case passes only if each engine was asked about it."""
    engines = [_Counting(), _Counting()]
    small.results(f"{CALLERS}expect: [{{caller: fred, model: sim, status: 200}}]", engines)
    assert all(engine.asked for engine in engines)


class _Counting(PlainEngine):
    """Counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        self.asked += 1
        return super().evaluate(expression, context)


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("caller: fred, model: sim, status: 403", ("status", "403", "200 (allowed)")),
        ("caller: fred, model: hidden, status: 200", ("status", "200", "403 (no-access)")),
        ("caller: fred, model: sim, status: 200, selected: gold", ("selected", "gold", "small")),
        ("caller: stranger, model: sim, status: 403, selected: gold", ("selected", "gold", "none")),
        ("caller: fred, model: sim, status: 200, reason: listing", ("reason", "listing", "allowed")),
        ("caller: fred, model: sim, status: 200, limits: [101 tokens in 1m]", ("limits", "101 tokens in 1m", "100 tokens in 1m")),
        ("caller: fred, model: sim, status: 200, limits: []", ("limits", "none", "100 tokens in 1m")),
        (
            "caller: alice, model: big, status: 200, limits: [500 tokens in 1m]",
            ("limits", "500 tokens in 1m", "500 tokens in 1m shared"),
        ),
        (
            "caller: fred, model: sim, status: 200, because: [maas.yaml#plans, maas.yaml#gold]",
            ("because", "maas.yaml#gold", "maas.yaml#plans, maas.yaml#small"),
        ),
        (
            "caller: fred, model: sim, status: 200, because: other.yaml",
            ("because", "other.yaml", "maas.yaml#plans, maas.yaml#small"),
        ),
        (
            "caller: fred, model: sim, headers: {x-maas-tier: top}, status: 403, because: maas.yaml#sim",
            ("because", "maas.yaml#sim", "none"),
        ),
        (
            "caller: fred, model: sim, headers: {x-maas-subscription: gold}, status: 200",
            ("status", "200", "403 (not-a-candidate)"),
        ),
    ],
)
def test_what_is_not_as_expected_is_told(small: Bench, row: str, wrong: tuple[str, str, str]) -> None:
    """Expected and got, for exactly the thing that differs."""
    found = small.failed(f"{CALLERS}expect: [{{{row}}}]")
    assert list(found.values()) == [[wrong]]


def test_what_the_matrix_has_and_nobody_lists_must_be_refused(small: Bench) -> None:
    """A grant that nobody wrote a test for shows, by name; without a credential 401 is a refusal as well."""
    found = small.failed(f"{CALLERS}matrix: {{callers: [nobody, stranger, fred], models: '*', paths: [chat, listing]}}")
    assert found == {
        "fred asks sim for chat": [("status", "401 or 403", "200 (allowed)")],
        "fred asks sim for listing": [("status", "401 or 403", "200 (listing)")],
    }


def test_a_row_with_headers_leaves_its_cell_to_the_matrix(small: Bench) -> None:
    """Headers make another request, so the plain one must still be refused or listed."""
    row = "{caller: fred, model: sim, headers: {x-maas-subscription: no}, status: 403}"
    suite = f"{CALLERS}matrix: {{callers: fred, models: sim}}\nexpect: [{row}]"
    assert list(small.failed(suite)) == ["fred asks sim for chat"]


def test_headers_of_a_caller_come_with_every_request(small: Bench) -> None:
    suite = """
callers: {both: {groups: [free-user, gold-user], headers: {x-maas-subscription: small}}}
expect:
  - {caller: both, model: sim, status: 200, selected: small}
  - {caller: both, model: sim, headers: {x-maas-subscription: gold}, status: 200, selected: gold}
"""
    assert small.failed(suite) == {}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/llm/sim/v1/models", "the path `/llm/sim/v1/models` names the model `llm/sim` once more"),
        ("/v1/a b", "`/llm/sim/v1/a b` cannot be the path of a request"),
        ('"/v1/\\x00"', "`/llm/sim/v1/\x00` cannot be the path of a request"),
    ],
)
def test_a_path_that_nobody_means_or_can_ask_for_is_refused(path: str, said: str, small: Bench) -> None:
    """With the model's own path in front of it, it would be below that twice."""
    suite = f"{CALLERS}expect:\n  - {{caller: topsy, model: sim, path: {path}, status: 200}}\n"
    assert small.codes(suite) == [("bad-value", said)]


def test_a_path_is_below_the_model(small: Bench) -> None:
    """The query is no way to a free listing, and a literal path works for every model."""
    paths = "['/v1/chat?x=/v1/models', /v1/models/]"
    row = f"{{caller: topsy, model: [sim, big], path: {paths}, status: 200, limits: [1000 tokens in 1m]}}"
    suite = f"{CALLERS}expect: [{row}]"
    assert small.failed(suite) == {}


def test_a_model_that_only_the_cluster_knows_is_refused(small: Bench) -> None:
    """The gateway's deny stands behind every route, and a suite can show it."""
    suite = f"""{CALLERS}
unconfigured: [llm/wild, other/wild]
matrix: {{callers: [fred, topsy], models: '*'}}
expect:
  - {{caller: [fred, topsy], model: [sim], status: 200}}
  - {{caller: topsy, model: big, status: 200}}
  - {{caller: fred, model: wild, status: 403, reason: unknown-model}}
"""
    cases = small.cases(suite)
    assert {case.model for case in cases if isinstance(case, Call)} == {"sim", "big", "hidden", "wild", "other/wild"}
    assert small.failed(suite) == {}


def test_an_engine_that_disagrees_fails_the_case_and_shows_the_table(small: Bench) -> None:
    """The table has what is meant, and each engine's answer, so one sees which one is alone."""
    found = small.results(f"{CALLERS}expect: [{{caller: fred, model: sim, status: 200}}]", (PlainEngine(), _Contrary()))
    assert found[0].status == "failed"
    assert [one.what for one in found[0].wrong] == ["engines"]
    assert [engine for engine, _ in found[0].table] == ["meant", "plain", "contrary"]
    assert found[0].table[1][1].startswith("200 (allowed), `small`")
    assert found[0].table[2][1].startswith("403 (unauthorized)")


class _Contrary(PlainEngine):
    """Says no to everything that is a question of access."""

    name = "contrary"

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        found = super().evaluate(expression, context)
        return Value(value=False) if "groups.exists" in expression else found


class _Broken(PlainEngine):
    """Knows nothing."""

    name = "broken"

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:  # noqa: ARG002 - the protocol's signature
        return Failure("no idea")


def test_an_engine_with_errors_fails_the_case(small: Bench) -> None:
    assert small.results(f"{CALLERS}expect: [{{caller: fred, model: sim, status: 200}}]", (_Broken(),))[0].status == "failed"


def _asserted(small: Bench, text: str, engines: tuple[Engine, ...] | None = None) -> Result:
    suite = f"{CALLERS}expect:\n  - caller: gail\n    model: sim\n    status: 200\n    asserts: ['{text}']"
    return small.results(suite, engines or (BASELINE,))[0]


@pytest.mark.parametrize(
    "text",
    [
        'status == 200 && selected == "gold" && reason == "allowed" && counted',
        'limits.all(l, l.unit == "tokens" && l.limit <= 900 && !l.shared)',
        "limits.exists(l, l.seconds == 3600) && size(limits) == 2",
        'headers["x-maas-subscription"] == selected && identity.userid == caller',
        '!("x-maas-cost" in headers) && model == "sim" && path == "chat"',
    ],
)
def test_assertions_speak_of_the_outcome(small: Bench, text: str) -> None:
    """The same text holds on every engine, whole numbers included."""
    assert _asserted(small, text, installed()).status == "passed"


def test_an_assertion_that_is_false_shows_the_values_it_names(small: Bench) -> None:
    found = _asserted(small, 'selected == "small"').wrong
    assert [(one.what, one.expected, one.got) for one in found] == [
        ("assert", 'selected == "small"', 'false, where selected = "gold"')
    ]


@pytest.mark.parametrize(("text", "told"), [("nonsense", "error: "), ("1 + 1", "no boolean: 2")])
def test_an_assertion_that_is_no_truth_fails(small: Bench, text: str, told: str) -> None:
    assert _asserted(small, text).wrong[0].got.startswith(told)


def test_engines_that_differ_about_an_assertion_are_named(small: Bench) -> None:
    """The plain engine does not know the function, which is not an answer either."""
    got = _asserted(small, "size(limits) == 2", (BASELINE, PlainEngine())).wrong[0].got
    assert got.startswith("celpy: true; plain: cannot be asked: ")


def test_an_assertion_over_many_cases_is_asked_where_it_applies(small: Bench) -> None:
    suite = f"""{CALLERS}
expect: [{{caller: [fred, gail], model: sim, path: [chat, /v1/x], status: 200}}]
asserts:
  - {{name: small is small, callers: [fred, gail], that: 'limits.all(l, l.limit <= 100)'}}
  - {{name: only chat, paths: chat, that: 'path == "chat"'}}
"""
    names = [result.case.name for result in small.results(suite, (BASELINE,)) if result.status == "failed"]
    assert names == ["gail asks sim for chat", "gail asks sim for /v1/x"]


def test_an_assertion_about_no_case_fails(small: Bench) -> None:
    """Nothing that tests nothing passes."""
    suite = f"{CALLERS}expect: [{{caller: fred, model: sim, status: 200}}]\nasserts: [{{name: x, callers: gail, that: 'true'}}]"
    cases = small.cases(suite)
    assert isinstance(cases[-1], Empty)
    assert list(small.failed(suite)) == ["assert x"]


@pytest.mark.parametrize(("until", "status"), [("2026-06-14", "failed"), (TODAY, "skipped"), ("2027-01-01", "skipped")])
def test_a_skip_ends(small: Bench, until: str, status: str) -> None:
    """On its last day a case is still skipped; after that it runs, and says that it was skipped."""
    suite = f"{CALLERS}expect: [{{caller: fred, model: sim, status: 403, skip: {{reason: being fixed, until: {until}}}}}]"
    (result,) = small.results(suite)
    assert result.status == status
    assert "being fixed" in result.note


def test_a_skipped_assertion_is_not_asked(small: Bench) -> None:
    suite = f"""{CALLERS}
expect: [{{caller: fred, model: sim, status: 200}}]
asserts:
  - {{name: x, that: 'false', skip: {{reason: later, until: 2027-01-01}}}}
  - {{name: y, that: 'false', callers: gail, skip: {{reason: later, until: 2027-01-01}}}}
"""
    assert [result.status for result in small.results(suite)] == ["passed", "skipped"]


def test_callers_without_a_user_are_nobody_whom_the_configuration_knows(small: Bench) -> None:
    """A caller that happens to be called like a user is not that user."""
    suite = "callers: {alice: {}}\nmatrix: {callers: alice, models: '*'}"
    assert small.failed(suite) == {}
    (case, *_) = small.cases(suite)
    assert isinstance(case, Call)
    assert case.question.caller.userid == "alice-else"
