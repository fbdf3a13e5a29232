"""The suite that `--init` writes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from suites_bench import CONFIG, Bench, bench
from worlds import configs

from compiler.program.ir import Rate
from compiler.render import yaml as rendering
from compiler.suites.starter import Starter, boundary

# A platform is small as it is, and one that fails is slow to make smaller.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


def test_it_passes_as_it_is(small: Bench) -> None:
    """It says what the configuration means, so nothing fails, and every row has a case."""
    results = small.results(Starter(small.program, small.intent).text())
    assert {result.status for result in results} == {"passed"}


def test_it_has_the_boundary_callers(small: Bench) -> None:
    """Nobody, in no group, exactly in each group, in a group and the next higher one, each user, each tier's account."""
    callers = yaml.safe_load(Starter(small.program, small.intent).text())["callers"]
    assert callers["nobody"] == {"credential": "none"}
    assert callers["in-no-group"] == {}
    for group in ("free-user", "gold-user", "ml-people", "tier-free-users", "tier-top-users"):
        assert callers[f"only-{group}"] == {"groups": [group]}
    assert callers["tier-free-users-and-tier-top-users"] == {"groups": ["tier-free-users", "tier-top-users"]}
    assert callers["free-user-and-gold-user"] == {"groups": ["free-user", "gold-user"]}
    assert callers["only-the-user-alice"] == {"user": "alice"}
    assert callers["alice-and-free-user"] == {"user": "alice", "groups": ["free-user"]}
    account = {"groups": ["system:serviceaccounts:maas-default-gateway-tier-free"], "method": "tier-tokens"}
    assert callers["service-account-of-free"] == account


def test_it_has_one_row_for_each_entitlement(small: Bench) -> None:
    """Each entry that meters somebody has rows, with the line that meters and the limits."""
    rows = yaml.safe_load(Starter(small.program, small.intent).text())["expect"]
    plain = [row for row in rows if "headers" not in row and "path" not in row]
    assert {row["selected"] for row in plain} == {"small", "gold", "tier:free", "tier:top", "team:ml"}
    small_row = next(row for row in plain if row["selected"] == "small")
    assert small_row["because"] == "maas.yaml#small"
    assert small_row["limits"] == ["100 tokens in 1m"]
    assert small_row["caller"][0] == "only-free-user"


def test_it_tries_each_budget_at_its_boundary(small: Bench) -> None:
    metering = yaml.safe_load(Starter(small.program, small.intent).text())["metering"]
    found = {(one["name"], one["series"], one["every"], one["expect"]["limited"]) for one in metering}
    assert ("100 tokens in 1m", "99x1 1x2", "1s", 1) in found
    assert ("5 requests in 2m", "1x7", "1s", 2) in found
    assert ("900 tokens in 1h", "500x1 399x1 1x2", "1m", 1) in found


@pytest.mark.parametrize(
    ("unit", "shorter", "rate", "wanted"),
    [
        ("tokens", (), Rate(100, 60), ("99x1 1x2", 1)),
        ("tokens", (), Rate(1, 60), ("1x2", 1)),
        ("tokens", (), Rate(0, 60), ("1x2", 1)),
        ("tokens", (Rate(20000, 3600),), Rate(200000, 86400), ("20000x9 19999x1 1x2", 3600)),
        ("tokens", (Rate(10, 60),), Rate(10**6, 3600), (None, 60)),
        ("tokens", (Rate(0, 60),), Rate(5, 3600), ("0x4 1x2", 60)),
        ("requests", (), Rate(5, 120), ("1x7", 1)),
        ("requests", (), Rate(10**6, 10**7), (None, 1)),
        ("requests", (), Rate(5, 2), (None, 1)),
    ],
)
def test_a_boundary_is_reached_in_time_or_not_at_all(
    unit: str, shorter: tuple[Rate, ...], rate: Rate, wanted: tuple[str | None, int]
) -> None:
    assert boundary(unit, shorter, rate) == wanted


def test_a_platform_without_anything_to_allow_has_a_matrix_alone(tmp_path: Path) -> None:
    """Nobody may call, so everything must be refused."""
    found = bench(tmp_path, CONFIG.split("tiers:\n")[0] + "models:\n  hidden: {backend: {kind: LLMInferenceService}}\n")
    suite = yaml.safe_load(Starter(found.program, found.intent).text())
    assert set(suite["callers"]) == {"nobody", "in-no-group"}
    assert all(row["status"] in (401, 403) for row in suite["expect"])
    assert "metering" not in suite


MANY = """\
platform:
  kuadrant: "1.5"
  gateway: {namespace: ingress, name: gw, hostname: maas.example.com}
  modelNamespace: llm
  authentication: [{name: openshift, kind: tokenReview, audiences: [a]}]
"""


def test_of_very_many_models_and_callers_some_stand_for_the_others(tmp_path: Path) -> None:
    """One model of each kind, one caller for each way to be answered; what has no case is counted."""
    config = yaml.safe_load(MANY) | {
        "groups": {f"g{index}": {} for index in range(12)},
        "models": {f"m{index}": {"backend": {"kind": "LLMInferenceService"}} for index in range(40)},
        "access": {
            "even": {"models": [f"m{index}" for index in range(0, 40, 2)], "groups": [f"g{index}" for index in range(10)]},
            "one": {"models": ["m7"], "groups": ["g11"]},
        },
        "subscriptions": {
            "all": {
                "owner": {"groups": [f"g{index}" for index in range(12)]},
                "models": {f"m{index}": {"unlimited": True} for index in range(0, 40, 2)},
            }
        },
    }
    found = bench(tmp_path, rendering.document(config))
    starter = Starter(found.program, found.intent, most=60)
    suite = yaml.safe_load(starter.text())
    assert suite["matrix"]["models"] == ["m0", "m1", "m7"]
    assert {"nobody", "in-no-group", "only-g0"} <= suite["callers"].keys()
    assert "only-g1" not in suite["callers"], "it is answered as `only-g0` is"
    assert starter.left_out == (
        "left out, so that it can be read: 37 models of 40 and 11 callers of 16; add those that matter to you"
    )
    assert f"# {starter.left_out}\n" in starter.text()
    assert {result.status for result in found.results(starter.text())} == {"passed"}
    everything = Starter(found.program, found.intent, most=10**6)
    assert everything.left_out is None
    assert yaml.safe_load(everything.text())["matrix"]["models"] == "*"


def test_a_first_suite_is_never_larger_than_somebody_reads(tmp_path: Path) -> None:
    config = yaml.safe_load(MANY) | {
        "groups": {f"g{index}": {} for index in range(40)},
        "models": {f"m{index}": {"backend": {"kind": "LLMInferenceService"}} for index in range(40)},
        "access": {f"a{index}": {"models": [f"m{index}"], "groups": [f"g{index}"]} for index in range(40)},
        "subscriptions": {
            f"s{index}": {"owner": {"groups": [f"g{index}"]}, "models": {f"m{index}": {"unlimited": True}}} for index in range(40)
        },
    }
    found = bench(tmp_path, rendering.document(config))
    suite = yaml.safe_load(Starter(found.program, found.intent).text())
    assert len(suite["matrix"]["models"]) == 20
    assert len(suite["callers"]) * 20 * 2 <= 1000


@settings(
    max_examples=15,
    deadline=None,
    phases=NO_SHRINKING,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(config=configs())
def test_any_platform_has_a_suite_that_passes(config: dict[str, object], small: Bench) -> None:
    """Whatever is configured: the suite loads, resolves, and passes through the manifests."""
    found = bench(small.folder, rendering.document(config))
    results = found.results(Starter(found.program, found.intent).text())
    assert results
    assert [(result.case.name, result.wrong) for result in results if result.status != "passed"] == []
