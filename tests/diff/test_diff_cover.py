"""A description covers exactly the callers of a set, whatever the set, and names nothing that it does not need."""

from __future__ import annotations

import pytest
from diff_bench import is_in, subsets
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.diff.budgets import Allowed, Relation, relation
from compiler.diff.cover import Kind, TooManyKindsError, kinds
from compiler.diff.regions import NOBODY, Regions
from compiler.diff.result import Callers
from compiler.diff.witness import somebody
from compiler.diff.words import callers
from compiler.program.ir import Rate
from compiler.prove import world
from compiler.prove.formula import FALSE, Formula
from compiler.prove.leaf import UndecidedError
from compiler.prove.terms import Terms

GROUPS = ("a", "b", "c", "d")
USERS = ("x", "y")
EVERYBODY = [(user, groups) for user in (*USERS, "z", "") for groups in subsets(GROUPS)]


def formula(terms: Terms, cubes: list[tuple[dict[str, bool], str | None]]) -> Formula:
    """Give a sum of products over groups and at most one user."""
    found = FALSE
    for groups, user in cubes:
        facts = [terms.fact(world.group(name)) * (1 if held else -1) for name, held in sorted(groups.items())]
        facts += [terms.fact(world.username(user))] if user else []
        found = terms.either(found, terms.all(facts))
    return found


def regions() -> Regions:
    return Regions(Terms(), GROUPS, USERS)


CUBES = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(GROUPS), st.booleans()), st.one_of(st.none(), st.sampled_from(USERS))), max_size=5
)


@settings(max_examples=200, deadline=None)
@given(CUBES, CUBES)
def test_a_description_is_exact_between_its_bounds(
    inner: list[tuple[dict[str, bool], str | None]], more: list[tuple[dict[str, bool], str | None]]
) -> None:
    of = regions()
    lower = of.of(formula(of.terms, inner))
    upper = of.any((lower, of.of(formula(of.terms, more))))
    found = kinds(of, lower, upper)
    for user, groups in EVERYBODY:
        covered = any(is_in(kind, user, groups) for kind in found)
        assert covered or not of.has(lower, user, groups)
        assert of.has(upper, user, groups) or not covered
    if lower != NOBODY:
        user, some = somebody(of, lower)
        assert of.has(lower, user, frozenset(some))


@pytest.mark.parametrize(
    ("cubes", "words"),
    [
        ([], "everything"),
        ([({}, None)], "all callers"),
        ([({"a": True}, None), ({"b": True}, None)], "callers in any of `a`, `b`"),
        ([({"a": True, "b": False}, None)], "callers in `a` and not in `b`"),
        ([({}, "x"), ({}, "y")], "callers named any of `x`, `y`"),
        ([({"a": True}, "x"), ({"a": True}, "y")], "callers in `a` and named any of `x`, `y`"),
        ([({"a": True, "c": True}, None), ({"b": True, "c": True}, None)], "callers in any of `a`, `b` and in `c`"),
        ([({"a": True}, None), ({"a": False, "b": True}, None)], "callers in any of `a`, `b`"),
        ([({"a": True, "b": True}, None), ({"a": True, "b": False}, None)], "callers in `a`"),
        ([({"a": True}, None), ({"b": True, "c": True}, None)], "callers in `a`; or in `b` and in `c`"),
        (
            [
                ({"a": True, "c": True}, None),
                ({"a": True, "d": True}, None),
                ({"b": True, "c": True}, None),
                ({"b": True, "d": True}, None),
            ],
            "callers in any of `a`, `b` and in any of `c`, `d`",
        ),
    ],
)
def test_a_description_is_the_smallest(cubes: list[tuple[dict[str, bool], str | None]], words: str) -> None:
    of = regions()
    assert callers(Callers(kinds(of, of.of(formula(of.terms, cubes))))) == words


def test_the_groups_of_a_tier_are_called_by_its_name() -> None:
    found = Callers((Kind(groups=(("a", "b", "c"),), but=("d",)),), tiers=(("gold", ("a", "b")), ("tin", ("d",))))
    assert callers(found) == "callers in any of the groups of tier `gold`, `c` and not in `d`"


def test_what_takes_too_many_words_is_given_up() -> None:
    names = [f"g{index:02}" for index in range(22)]
    of = Regions(Terms(), names, ())
    odd = NOBODY
    for name in names:
        held = of.diagram.fact(of.facts.index(world.group(name)))
        odd = of.diagram.choose(held, of.diagram.negate(odd), odd)
    with pytest.raises(TooManyKindsError):
        kinds(of, of.both(odd, of.callers))
    assert callers(Callers(None)) == "callers of too many kinds to list"


def test_what_does_not_depend_on_the_caller_is_undecided() -> None:
    of = regions()
    with pytest.raises(UndecidedError):
        of.of(of.terms.fact(world.group("unheard-of")))
    with pytest.raises(UndecidedError):
        of.of(of.terms.switch(world.TARGET, {"/a": of.terms.fact(world.group("a"))}, FALSE))
    with pytest.raises(UndecidedError):
        somebody(of, NOBODY)


RATES = st.lists(st.builds(Rate, st.sampled_from((0, 1, 5, 60)), st.sampled_from((60, 90, 3600))), max_size=2).map(tuple)
BUDGETS = st.builds(Allowed, RATES, RATES, st.booleans())


@settings(max_examples=200, deadline=None)
@given(BUDGETS, BUDGETS)
def test_a_raise_one_way_is_a_cut_the_other_way(one: Allowed, other: Allowed) -> None:
    turned = {Relation.RAISED: Relation.LOWERED, Relation.LOWERED: Relation.RAISED}
    there, back = relation(one, other), relation(other, one)
    assert back == turned.get(there, there)
    assert relation(one, one) is Relation.SAME


def test_windows_are_compared_by_how_often_they_fit() -> None:
    def tokens(*rates: Rate) -> Allowed:
        return Allowed(rates, (), shared=False)

    minute, hour = tokens(Rate(100, 60)), tokens(Rate(6000, 3600))
    assert relation(minute, hour) is Relation.RAISED
    assert relation(tokens(Rate(100, 60)), tokens(Rate(100, 60), Rate(6000, 3600))) is Relation.SAME
    assert relation(tokens(Rate(500, 3600), Rate(4000, 86400)), tokens(Rate(900, 3600), Rate(2000, 86400))) is Relation.MIXED
    assert relation(tokens(Rate(0, 60)), Allowed((), (Rate(1, 60),), shared=False)) is Relation.RAISED
    assert str(Allowed((), (Rate(1, 60),), shared=True)) == "unlimited tokens and 1 request per 1m, shared by all whom it meters"
