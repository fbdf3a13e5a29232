"""Invariants hold for all callers that they describe, or one of them is shown."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from plain_views import views
from prove_bench import manifests, program

from compiler.cel.parse import parse
from compiler.diagnostics.model import Place
from compiler.program.invariant import Invariant
from compiler.program.ir import Rate, Subjects
from compiler.prove.prove import diagnostics, prove
from compiler.prove.result import Counterexample, Refuted

HERE = Place("config.yaml", ("invariants", 0))
NOBODY = Subjects((), ())
NEVER = Invariant(
    "never", Subjects(("free-user",), ()), NOBODY, ("llm/premium-model",), never_access=True, at_most=None, origin=HERE
)
CAPPED = Invariant(
    "capped", Subjects(("premium-user",), ()), NOBODY, ("llm/premium-model",), never_access=False, at_most=None, origin=HERE
)


def broken(*invariants: Invariant, case: str = "subscriptions") -> list[tuple[str, Counterexample]]:
    of = program(case)
    report = prove(of, views(of, manifests(case)), parse, invariants=invariants)
    return [
        (result.model, result.counterexample)
        for result in report.results
        if isinstance(result, Refuted) and result.property == "invariant"
    ]


def test_some_callers_never_have_access() -> None:
    """Members of a group that nothing grants the model, unless they are in another one too."""
    (model, found), *others = broken(NEVER)
    assert (model, others) == ("llm/premium-model", [])
    assert "free-user" in found.example.groups
    assert {"premium-user", "research"} & set(found.example.groups)
    assert found.meant.through
    assert not broken(replace(NEVER, but=Subjects(("premium-user", "research"), ())))


def test_an_invariant_speaks_of_its_models_only() -> None:
    assert broken(replace(NEVER, models=("llm/simulator-model",)))
    assert not broken(replace(NEVER, models=("llm/nothing",)))


def test_callers_may_be_users() -> None:
    """Alice is granted one model and not the other."""
    alice = replace(NEVER, callers=Subjects((), ("alice",)), but=Subjects(("premium-user", "research"), ()))
    assert not broken(alice)
    (model, found), *_ = broken(replace(alice, models=("llm/simulator-model",)))
    assert (model, found.example.username) == ("llm/simulator-model", "alice")


def test_without_a_description_it_is_about_everybody() -> None:
    assert broken(replace(NEVER, callers=NOBODY))


@pytest.mark.parametrize(
    ("most", "holds"),
    [
        (Rate(1000, 60), True),
        (Rate(999, 60), False),
        (Rate(60_000, 3600), True),
        (Rate(59_999, 3600), False),
        (Rate(2000, 90), True),
        (Rate(1999, 90), False),
        (Rate(1000, 1), True),
    ],
)
def test_no_more_than_a_rate(most: Rate, holds: bool) -> None:  # noqa: FBT001 - drawn
    """Counted in whole windows: 1000 a minute are 60,000 an hour, and 2000 in a minute and a half."""
    assert (not broken(replace(CAPPED, at_most=most))) is holds


def test_every_entry_counts_that_such_a_caller_can_choose() -> None:
    """A member of the free plan is capped, unless another group or its name entitles it to more."""
    capped = replace(CAPPED, callers=Subjects(("free-user",), ()), at_most=Rate(100, 60), models=("llm/simulator-model",))
    (_, found), *_ = broken(capped)
    assert "`research-gold` meters such a caller" in found.says
    (_, found), *_ = broken(replace(capped, but=Subjects(("research",), ())))
    assert {"premium-user", "alice"} & {*found.example.groups, found.example.username}


def test_who_has_no_token_rate_is_not_capped() -> None:
    (model, _), *_ = broken(replace(CAPPED, at_most=Rate(10**9, 1), models=("*",)))
    assert model == "other/granite"


def test_a_broken_invariant_is_reported_where_it_is_written() -> None:
    of = program("subscriptions")
    report = prove(of, views(of, manifests("subscriptions")), parse, invariants=(NEVER,))
    (found,) = diagnostics(report)
    assert (found.code, found.place) == ("refuted", HERE)
    assert found.headline == "the invariant `never` does not hold: such a caller is let through, on `llm/premium-model`"
    assert found.notes[-1].place is not None
