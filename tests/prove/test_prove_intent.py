"""The meaning over all callers is the reference meaning of each one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prove_bench import CONFIGS, holds, program
from prove_callers import callers, chance_of
from random_programs import some_program

from compiler.program.decide import Decision
from compiler.program.ir import Program
from compiler.program.methods import vouches_for_group
from compiler.prove.intent import Intent
from compiler.prove.replay import decision_of
from compiler.prove.terms import Terms
from compiler.prove.world import World


def check(of: Program, chance: Random, count: int) -> None:
    for method in of.platform.methods:
        terms = Terms()
        intent = Intent(of, World(terms, ("/",)))
        meanings = [intent.meaning(model, method) for model in of.models]
        for index, example in callers(chance, of, count):
            decision: Decision = decision_of(of, method, example)
            meaning = meanings[index]
            assert holds(terms, meaning.allowed, example) == (decision.status in (200, 429))
            selected = [key for key, where in meaning.selected.items() if holds(terms, where, example)]
            assert len(selected) <= 1
            assert holds(terms, meaning.metered, example) == bool(selected)
            if decision.selected is not None:
                assert selected == [decision.selected]
            if decision.reason in ("foreign-credential", "identity-header", "no-access", "not-for-this-model"):
                assert not holds(terms, meaning.open, example)
            if decision.reason in ("no-candidate", "not-a-candidate"):
                assert holds(terms, meaning.open, example)
                assert not selected
            tier = next((tier for tier in of.tiers if holds(terms, meaning.tiers[tier.name], example)), None)
            projected = {tier.projected for tier in of.tiers}
            told = [group for group in example.groups if vouches_for_group(method, group, projected)]
            assert tier == of.tier_of(frozenset(told))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_it_decides_like_the_reference_in_random_platforms(seed: int) -> None:
    """Over tiers, subscriptions, teams, grants to users and groups, and both kinds of token."""
    chance = chance_of(seed)
    check(some_program(chance), chance, 40)


@pytest.mark.parametrize("name", CONFIGS)
def test_it_decides_like_the_reference_in_every_case(name: str) -> None:
    check(program(name), chance_of(7), 150)
