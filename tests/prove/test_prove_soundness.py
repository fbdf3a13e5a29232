"""What is proved holds for every caller that is tried, and what is refuted does not, whatever was changed."""

from __future__ import annotations

from functools import cache

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_views import Manifests, views
from prove_callers import callers, chance_of
from random_mutants import mutate
from random_programs import some_program

from compiler.cel.parse import parse
from compiler.program.ir import Bridge, Program
from compiler.prove import replay
from compiler.prove.prove import prove
from compiler.prove.result import Proved, Refuted
from compiler.render.layout import render
from compiler.targets.emit import emit


def emitted(of: Program) -> Manifests:
    texts = render(emit(of)).texts
    return {file: list(yaml.load_all(text, yaml.CSafeLoader)) for file, text in texts.items() if "kustomization" not in file}


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(Bridge))
def test_what_is_proved_holds_for_every_caller_tried(seed: int, bridge: Bridge) -> None:
    """One random change of the manifests of a random platform, against random callers one by one."""
    chance = chance_of(seed)
    of = some_program(chance, bridge)
    found = emitted(of)
    mutate(found, chance)
    shown = views(of, found)
    read = cache(parse)
    report = prove(of, shown, read)
    if not all(isinstance(result, Proved) for result in report.results):
        return
    for index, example in callers(chance, of, 40):
        # A change may put methods in another order where no credential meets two of them.
        for method in shown[index].methods:
            meant = next(one for one in of.platform.methods if one.name == method.name)
            for later in (False, True):
                wanted, _ = replay.meant(of, meant, example)
                got = replay.emitted(shown[index], method, meant, example, read, later=later)
                assert replay.alike(wanted, got), (example, wanted, got)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_with_and_without_the_normal_form_the_verdict_is_the_same(seed: int) -> None:
    """The laws by which formulas are simplified change no verdict."""
    chance = chance_of(seed)
    of = some_program(chance)
    found = emitted(of)
    mutate(found, chance)
    shown = views(of, found)
    verdicts = [
        {(result.model, result.property, type(result)) for result in prove(of, shown, parse, thorough=thorough).results}
        for thorough in (False, True)
    ]
    assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize("bridge", Bridge)
def test_most_changes_are_noticed(bridge: Bridge) -> None:
    """A prover that proves everything would pass the rest."""
    noticed = 0
    for seed in range(40):
        chance = chance_of(seed)
        of = some_program(chance, bridge)
        found = emitted(of)
        mutate(found, chance)
        noticed += any(isinstance(result, Refuted) for result in prove(of, views(of, found), parse).results)
    assert noticed > 12
