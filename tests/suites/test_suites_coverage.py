"""What a run has exercised, and what it has not."""

from __future__ import annotations

from suites_bench import CALLERS, TODAY, Bench

from compiler.suites.coverage import Coverage, coverage
from compiler.suites.run import run
from compiler.suites.starter import Starter


def _coverage(small: Bench, suite: str) -> Coverage:
    cases = small.cases(suite)
    on = small.platform(cases)
    return coverage(tuple(run(cases, on, TODAY)), small.program, on, small.probes)


def _missed(found: Coverage, kind: str) -> set[str]:
    return {item.says for item in found.missed if item.kind == kind}


def test_a_grant_is_exercised_by_who_it_is_for(small: Bench) -> None:
    """The group that lets the caller in, and the entry that meters it; not the groups of others."""
    found = _missed(_coverage(small, f"{CALLERS}expect: [{{caller: fred, model: sim, status: 200}}]"), "grants")
    assert "`plans` on `llm/sim` by the group `free-user`" not in found
    assert "the subscription `small` meters `llm/sim` by the group `free-user`" not in found
    assert "`plans` on `llm/sim` by the group `gold-user`" in found
    assert "the tier `free` on `llm/sim`" in found
    assert "`alice` on `llm/big` by the user `alice`" in found


def test_a_refused_call_exercises_no_grant(small: Bench) -> None:
    """A header that only the gateway may set ends a call before any grant is looked at."""
    wrong = "{caller: fred, model: sim, headers: {x-maas-tier: top}, status: 403}"
    found = _coverage(small, f"{CALLERS}expect: [{wrong}]")
    assert {kind: covered for kind, covered, _ in found.counts}["grants"] == 0


def test_a_tier_is_exercised_by_each_of_its_groups(small: Bench) -> None:
    """A ServiceAccount's group is one of them."""
    found = _missed(_coverage(small, f"{CALLERS}expect: [{{caller: topsy, model: [sim, big], status: 200}}]"), "grants")
    assert "the tier `top` by the group `tier-top-users`" not in found
    assert "the tier `top` by the group `system:serviceaccounts:maas-default-gateway-tier-top`" in found
    assert "the tier `top` on `llm/big`" not in found


def test_a_limit_is_exercised_when_it_stops_somebody(small: Bench) -> None:
    """Being metered is not enough, and each window is stopped by itself."""
    metered = f"{CALLERS}expect: [{{caller: gail, model: sim, status: 200}}]"
    everything = _missed(_coverage(small, metered), "limits")
    assert everything == {
        "nobody is stopped by 100 tokens in 1m",
        "nobody is stopped by 5 requests in 2m",
        "nobody is stopped by 1000 tokens in 1m",
        "nobody is stopped by 500 tokens in 1m",
        "nobody is stopped by 900 tokens in 1h",
        "nobody is stopped by 5000 tokens in 1h",
    }
    stopped = _coverage(
        small, f"{CALLERS}metering: [{{caller: gail, model: sim, series: 300x4, every: 1m, expect: {{ok: 3, limited: 1}}}}]"
    )
    assert everything - _missed(stopped, "limits") == {"nobody is stopped by 900 tokens in 1h"}


def test_branches_are_taken_both_ways(small: Bench) -> None:
    """A header that nobody sends leaves the choice by it untaken."""
    found = _coverage(small, f"{CALLERS}expect: [{{caller: fred, model: sim, status: 200}}]")
    condition = '`has(request.headers) ? "x-maas-subscription" in request.headers : false` is never true'
    assert sum(item.says == condition for item in found.missed) == 2, "one for each method"
    sent = "{caller: fred, model: sim, headers: {x-maas-subscription: small}, status: 200}"
    with_header = _coverage(small, f"{CALLERS}expect: [{{caller: fred, model: sim, status: 200}}, {sent}]")
    assert sum(item.says == condition for item in with_header.missed) == 1
    assert not any(item.says.startswith("`has(auth.identity.user)`") for item in found.missed)


def test_what_is_skipped_exercises_nothing(small: Bench) -> None:
    skipped = "{caller: fred, model: sim, status: 200, skip: {reason: later, until: 2027-01-01}}"
    found = _coverage(small, f"{CALLERS}expect: [{skipped}]")
    assert [covered for _, covered, _ in found.counts] == [0, 0, 0]
    assert found.share == 0


def test_a_starter_suite_exercises_everything(small: Bench) -> None:
    """What `--init` writes has every entitlement, every budget at its boundary, and every header."""
    found = _coverage(small, Starter(small.program, small.intent).text())
    assert found.missed == ()
    assert found.share == 100
