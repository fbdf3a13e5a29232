"""Formulas mean what was built, whatever the normal form makes of them, and both procedures find what is there."""

from __future__ import annotations

from itertools import product
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prove_bench import evaluate

from compiler.prove import bdd, smt
from compiler.prove.decider import Decider
from compiler.prove.formula import FALSE, TRUE, Fact, Formula, Other, Variable
from compiler.prove.leaf import UndecidedError, leaves
from compiler.prove.terms import Terms

ANY: Final = Fact("any")
FACTS: Final = (
    ANY,
    Fact("a", implies=(ANY,)),
    Fact("b", implies=(ANY,)),
    Fact("u", exclusive=True),
    Fact("v", exclusive=True, implies=(ANY,)),
    Fact("w", exclusive=True),
)
HEADER: Final = Variable(1, "header")
TARGET: Final = Variable(2, "target")
POINTS: Final = (None, "x", "y", "z")

# A formula as data: a fact's index, a variable's value, or a joint of formulas.
Spec = tuple[str, object]

SPECS: Final = st.recursive(
    st.one_of(
        st.tuples(st.just("fact"), st.integers(0, len(FACTS) - 1)),
        st.tuples(st.just("header"), st.sampled_from(POINTS)),
        st.tuples(st.just("target"), st.sampled_from(POINTS[1:])),
        st.tuples(st.just("constant"), st.booleans()),
    ),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(("all", "any")), st.lists(inner, max_size=4)),
        st.tuples(st.just("not"), inner),
    ),
    max_leaves=24,
)


def build(terms: Terms, spec: Spec) -> Formula:
    match spec:
        case "fact", int() as index:
            return terms.fact(FACTS[index])
        case ("header" | "target") as name, point:
            assert point is None or isinstance(point, str)
            return terms.switch(HEADER if name == "header" else TARGET, {point: TRUE}, FALSE)
        case "constant", value:
            return TRUE if value else FALSE
        case "not", tuple() as inner:
            return -build(terms, inner)
        case ("all" | "any") as kind, list() as parts:
            found = [build(terms, part) for part in parts]
            return terms.all(found) if kind == "all" else terms.any(found)
    raise AssertionError(spec)


def meant(spec: Spec, facts: dict[int, bool], header: str | None, target: str) -> bool:
    match spec:
        case "fact", int() as index:
            return facts[index]
        case "header", point:
            return header == point
        case "target", point:
            return target == point
        case "constant", value:
            return bool(value)
        case "not", tuple() as inner:
            return not meant(inner, facts, header, target)
        case ("all" | "any") as kind, list() as parts:
            return (all if kind == "all" else any)(meant(part, facts, header, target) for part in parts)
    raise AssertionError(spec)


def lawful() -> list[dict[int, bool]]:
    """Give all assignments of the facts that keep the laws among them."""
    found = []
    for values in product((False, True), repeat=len(FACTS)):
        facts = dict(enumerate(values))
        implied = all(facts[0] or not facts[index] for index, fact in enumerate(FACTS) if fact.implies)
        if implied and sum(facts[index] for index, fact in enumerate(FACTS) if fact.exclusive) < 2:
            found.append(facts)
    return found


def value(terms: Terms, formula: Formula, facts: dict[int, bool], header: str | None, target: str) -> bool:
    formula = terms.at(terms.at(formula, HEADER, header), TARGET, target)
    return evaluate(terms, formula, {terms.fact(fact): facts[index] for index, fact in enumerate(FACTS)})


@settings(max_examples=150, deadline=None)
@given(SPECS, st.booleans())
def test_a_formula_means_what_was_built(spec: Spec, simplify: bool) -> None:  # noqa: FBT001 - drawn
    """Over every lawful world, with and without the laws of the normal form."""
    terms = Terms(simplify=simplify)
    formula = build(terms, spec)
    for facts, header, target in product(lawful(), (None, "x", "other"), ("y", "other")):
        assert value(terms, formula, facts, header, target) == meant(spec, facts, header, target)


@settings(max_examples=80, deadline=None)
@given(SPECS, st.booleans())
def test_an_instance_is_found_exactly_where_there_is_one(spec: Spec, simplify: bool) -> None:  # noqa: FBT001 - drawn
    """And both procedures agree with an enumeration of all lawful worlds."""
    terms = Terms(simplify=simplify)
    formula = build(terms, spec)
    worlds = product(lawful(), (*POINTS, "other"), ("x", "y", "z", "other"))
    possible = any(meant(spec, facts, header, target) for facts, header, target in worlds)
    found = Decider(terms).instance(formula)
    assert (found is not None) == possible
    if found is not None:
        chosen = {variable: "other" if isinstance(point, Other) else point for variable, point in found.values}
        facts = {index: terms.fact(fact) in found.facts for index, fact in enumerate(FACTS)}
        assert facts in lawful()
        assert meant(spec, facts, chosen.get(HEADER), chosen.get(TARGET) or "other")


def test_equal_meanings_of_a_chain_are_one_formula() -> None:
    """What is left over by earlier arms does not matter: the reason why most proofs need no procedure."""
    terms = Terms()
    a, b, c = (terms.fact(Fact(name)) for name in "abc")
    assert terms.all((terms.any((a, b)), -a)) == terms.all((b, -a))
    assert terms.any((a, terms.both(-a, b))) == terms.any((a, b))
    assert terms.all((terms.any((a, b)), terms.any((a, b, c)))) == terms.any((a, b))


def test_a_switch_whose_cases_agree_is_none() -> None:
    terms = Terms()
    a = terms.fact(FACTS[1])
    assert terms.switch(HEADER, {"x": a, None: a}, a) == a
    assert terms.switch(HEADER, {"x": TRUE, "y": FALSE}, FALSE) == terms.switch(HEADER, {"x": TRUE}, FALSE)


def test_variables_are_decided_in_the_order_of_their_levels() -> None:
    terms = Terms()
    header = terms.switch(HEADER, {"x": TRUE}, FALSE)
    target = terms.switch(TARGET, {"y": TRUE}, FALSE)
    both = terms.both(target, header)
    assert terms.variable(both) == HEADER
    assert terms.at(both, HEADER, "x") == target
    assert [(values, leaf) for values, leaf in leaves(terms, both) if leaf == TRUE] == [(((HEADER, "x"), (TARGET, "y")), TRUE)]


def test_a_table_may_depend_on_the_variable_it_is_asked_by() -> None:
    terms = Terms()
    inner = terms.switch(HEADER, {"x": TRUE}, FALSE)
    assert terms.decide(HEADER, {"x": inner, "y": inner}, FALSE) == inner
    assert terms.decide(TARGET, {"y": inner}, FALSE) == terms.both(inner, terms.switch(TARGET, {"y": TRUE}, FALSE))


def test_a_diagram_that_grows_too_large_is_given_up() -> None:
    """An answer that cannot be had is no answer."""
    diagram = bdd.Diagram(most=4)
    with pytest.raises(UndecidedError, match="more than 4 nodes"):
        diagram.both(diagram.fact(0), diagram.both(diagram.fact(1), diagram.fact(2)))


def test_procedures_that_do_not_agree_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = Terms()
    monkeypatch.setattr(smt, "example", lambda *_: None)
    with pytest.raises(UndecidedError, match="do not agree"):
        Decider(terms).instance(terms.fact(FACTS[1]))
