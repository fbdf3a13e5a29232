"""The linter accepts what the policies hold and finds every hazard that engines were seen to differ on."""

from __future__ import annotations

import pytest
from cel_examples import ACCEPTED, HAZARDS, LIMIT, OVERRIDE, REFUSED, RULE, VALUE
from cel_expressions import SLOT
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.cel import environment
from compiler.cel.build import any_of, equals, let, path, strings
from compiler.cel.environment import AUTHORINO, FILTER, Result, Slot
from compiler.cel.finding import excerpt
from compiler.cel.kinds import Anything, Items, Record, Table, Text, Truth, describe
from compiler.cel.parse import ParseError, parse
from compiler.cel.portable import Hazard, check, facts
from compiler.cel.tree import All, Any, Bool, Expr, Ident, Int, MapLit, Select, Str, Ternary


@pytest.mark.parametrize(("slot", "written"), ACCEPTED)
def test_what_the_policies_hold_is_accepted(slot: Slot, written: str) -> None:
    assert check(parse(written), slot) == ()


@pytest.mark.parametrize(("slot", "written", "hazard"), HAZARDS)
def test_every_hazard_is_found(slot: Slot, written: str, hazard: Hazard | str | None) -> None:
    if hazard == REFUSED:
        with pytest.raises(ParseError):
            parse(written)
        return
    found = {finding.hazard for finding in check(parse(written), slot)}
    assert hazard in found if hazard else not found


def test_every_kind_of_finding_has_an_example() -> None:
    """Sizes are tested below."""
    elsewhere = {Hazard.TOO_DEEP, Hazard.TOO_LONG, Hazard.TOO_WIDE}
    assert {hazard for _, _, hazard in HAZARDS if isinstance(hazard, Hazard)} | elsewhere == set(Hazard)


def hazards(tree: Expr, slot: Slot) -> set[Hazard]:
    return {finding.hazard for finding in check(tree, slot)}


def test_what_only_a_tree_can_hold_is_found() -> None:
    assert hazards(MapLit((("a", Str("x")), ("a", Str("y")))), RULE) == {Hazard.UNSPELLABLE}
    assert hazards(All(()), RULE) == {Hazard.UNSPELLABLE}
    assert hazards(Int(-1), VALUE) == {Hazard.UNSPELLABLE}
    assert hazards(Ident("in"), VALUE) == {Hazard.UNSPELLABLE}


def test_the_filter_reads_no_field_by_brackets() -> None:
    """The releases before 0.13 know dotted paths alone."""
    dashed = equals(Select(path("auth", "identity"), "a-b"), "x")
    assert hazards(dashed, environment.rule({"a-b": Text()})) == set()
    assert hazards(dashed, environment.limit({"a-b": Text()})) == {Hazard.BRACKETS}
    counted = Select(path("auth", "identity"), "a-b")
    assert hazards(counted, environment.rule({"a-b": Text()}).giving(Result.COUNTER)) == {Hazard.COUNTER}


def test_the_strictest_reader_counts() -> None:
    chain = parse('auth.identity.tier == "a" ? "a" : ' * 60 + '""')
    assert hazards(chain, Slot((AUTHORINO,), Result.VALUE, SLOT.roots)) == set()
    assert hazards(chain, Slot((FILTER,), Result.VALUE, SLOT.roots)) == {Hazard.TOO_DEEP}
    assert hazards(chain, Slot((AUTHORINO, FILTER), Result.VALUE, SLOT.roots)) == {Hazard.TOO_DEEP}


def _chain(arms: int) -> Expr:
    found: Expr = Bool(value=True)
    for _ in range(arms):
        found = Ternary(Bool(value=False), Bool(value=True), found)
    return found


@pytest.mark.parametrize(("slot", "arms"), [(LIMIT, FILTER.levels), (RULE, AUTHORINO.levels)])
def test_depth_is_bounded(slot: Slot, arms: int) -> None:
    assert hazards(_chain(arms - 1), slot) == set()
    assert hazards(_chain(arms), slot) == {Hazard.TOO_DEEP}
    assert hazards(_chain(100_000), slot) == {Hazard.TOO_DEEP}


@pytest.mark.parametrize("join", [All, Any])
def test_the_operands_of_one_operator_are_bounded(join: type[All | Any]) -> None:
    term = equals(path("auth", "identity", "userid"), "u")
    for slot, most in ((LIMIT, FILTER.operands), (RULE, AUTHORINO.operands)):
        assert hazards(join((term,) * most), slot) == set()
        assert hazards(join((term,) * (most + 1)), slot) == {Hazard.TOO_WIDE}


def test_the_length_is_bounded() -> None:
    short = strings(["x" * 1000] * 79)
    long = strings(["x" * 1000] * 80)
    assert hazards(short, VALUE) == set()
    assert hazards(long, VALUE) == {Hazard.TOO_LONG}


def test_a_long_counter_is_no_plain_path() -> None:
    name = "a" * 200
    assert hazards(path("auth", "identity", name), environment.limit({name: Text()}).giving(Result.COUNTER)) == {Hazard.COUNTER}


def test_a_fault_is_found_once_and_said_in_a_sentence() -> None:
    """A faulty part counts as anything, so that what stands around it is not blamed too."""
    faulty = parse('auth.nope.deeper["x"][0].y in auth.nope ? [auth.nope] + auth.nope : auth.nope.map(g, g.x)')
    assert [finding.sentence for finding in check(faulty, VALUE)] == ["`auth.nope` is no field that is known here"]
    for slot, written, hazard in HAZARDS:
        if isinstance(hazard, Hazard):
            for finding in check(parse(written), slot):
                assert finding.sentence[0] in "`abcdefghijklmnopqrstuvwxyz"
                assert not finding.sentence.endswith(".")
                assert "\n" not in finding.sentence


def test_what_every_way_computes_may_be_read_later() -> None:
    """With what holds in each: the shorter list, the keys in both, nothing where the kinds differ."""
    one = {"a": parse('["x", "y"]'), "b": parse('"x"'), "c": parse("true"), "d": parse("[[]]"), "e": parse('""')}
    other = {"a": parse('["x"]'), "b": parse('["x"]'), "c": parse("false"), "d": parse('[["x"], []]')}
    assert facts([(one, OVERRIDE), (other, OVERRIDE)]) == {"a": Items(Text(), 1), "c": Truth(), "d": Items(Items(Text()), 1)}
    assert facts([(one, OVERRIDE)]).keys() == one.keys()
    assert facts([(way, OVERRIDE) for way in (one, other, one)]) == facts([(other, OVERRIDE), (one, OVERRIDE)])
    assert facts([]) == {}
    later = environment.rule(facts([(one, OVERRIDE), (other, OVERRIDE)]))
    assert check(parse('auth.identity.a[0] == "x" && auth.identity.d[0].exists(x, x == "")'), later) == ()
    for written in (
        'auth.identity.a[1] == "x"',
        'auth.identity.b == "x"',
        'auth.identity.e == "x"',
        "auth.identity.d[0][0] == ''",
    ):
        assert check(parse(written), later) != ()


def test_names_stay_known_where_lists_are_computed_apart_and_joined_later() -> None:
    """A list filtered for equality keeps what it may hold across places and sums; one that is not spoils the sum."""
    groups = "auth.identity.groups"
    place = environment.rule({"groups": Items(Text())}).giving(Result.VALUE)
    computed = {
        "one": parse(f'{groups}.filter(g, g in ["a", "b"])'),
        "two": parse(f'{groups}.filter(g, g == "c")'),
        "none": parse("[]"),
        "comma": parse(f'{groups}.filter(g, g == "d,e")'),
        "all": parse(f"{groups}.filter(g, g != '')"),
    }
    found = facts([(computed, place), (computed, place)])
    assert found["one"] == Items(Text(frozenset("ab")))
    later = environment.rule(found).giving(Result.TEXT)
    assert check(parse('(auth.identity.one + auth.identity.none + auth.identity.two).join(",")'), later) == ()
    assert check(parse('auth.identity.none.join(",")'), later) == ()
    assert check(parse('(auth.identity.one + auth.identity.comma).join(";")'), later) == ()
    for spoilt in ("comma", "all"):
        assert hazards(parse(f'(auth.identity.one + auth.identity.{spoilt}).join(",")'), later) == {Hazard.JOIN}
    other = facts([(computed, place), ({**computed, "one": computed["all"]}, place)])
    assert hazards(parse('auth.identity.one.join(",")'), environment.rule(other).giving(Result.TEXT)) == {Hazard.JOIN}


def test_kinds_have_names() -> None:
    named = [describe(kind) for kind in (Anything(), Truth(), Text(), Items(Text()), Items(Anything()), Table(Text()), Record())]
    assert named == ["anything", "a condition", "a string", "a list of strings", "a list", "a map", "an object"]


def test_excerpts_are_short() -> None:
    assert excerpt(Str("a")) == '`"a"`'
    assert len(excerpt(Str("a" * 1000))) < 70


@given(st.sampled_from([written for _, written in ACCEPTED]), st.sampled_from([slot for slot, _ in ACCEPTED]))
@settings(max_examples=100, deadline=None)
def test_the_answer_is_always_the_same(written: str, slot: Slot) -> None:
    assert check(parse(written), slot) == check(parse(written), slot)


def test_an_empty_list_has_items_of_any_kind() -> None:
    """Where lists meet, one that is empty takes the kind of the other, and maps keep the keys they share."""
    assert check(parse('[[], ["a"]].map(l, (l + [""])[0])'), VALUE) == ()
    assert check(parse('(true ? {"a": "x", "b": "y"} : {"a": "z"})["a"]'), VALUE) == ()
    assert hazards(parse('(true ? {"a": "x", "b": "y"} : {"a": "z"})["b"]'), VALUE) == {Hazard.UNGUARDED}
    assert hazards(parse('(true ? {"a": "x"} : {"a": []})["a"]'), VALUE) == {Hazard.MIXED_KINDS}
    assert hazards(any_of([let(strings(["a"]), "l", Ident("l"))]), RULE) == {Hazard.RESULT}


def test_slots_tell_a_table_apart_from_headers() -> None:
    """Capitals matter for headers alone."""
    slot = environment.rule({"table": Table(Truth())})
    assert check(parse('"X" in auth.identity.table ? auth.identity.table["X"] : false'), slot) == ()
    assert hazards(
        parse('(has(request.headers) ? "X" in request.headers : false) ? request.headers["X"] == "a" : true'), slot
    ) == {Hazard.HEADER_CASE}
