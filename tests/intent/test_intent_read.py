"""Records are read exactly where pydantic, asked by the same declarations, finds nothing wrong; and what is wrong is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intent_agreement import agreed, keeps
from intent_data import NASTY, SPECS, changed, holding, least, records, written

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.diagnostics.rule import codes
from compiler.intent.errors import explain
from compiler.intent.field import Check, Field, Refused
from compiler.intent.model import MetadataSpec, RateSpec, TierSpec, UserSpec
from compiler.intent.pydantic_models import model_of
from compiler.intent.read import read
from compiler.intent.shape import validated
from compiler.intent.spec import Spec, declared
from compiler.suites.model import RowSpec

_HERE: Final = Place("maas.yaml")
_CODES: Final = frozenset(codes())
_each = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.__module__.split('.')[-1]}.{spec.__name__}")


def _held_to_all(spec: type[Spec], data: object) -> bool:
    """Hold one value to the laws, and tell whether it was taken."""
    record = agreed(spec, data)
    if record is not None:
        keeps(record)
        return True
    found = list(explain(spec, data, _HERE))
    assert found
    assert {one.code for one in found} <= _CODES
    assert {one.severity for one in found} == {Severity.ERROR}
    return False


@_each
def test_both_readers_take_the_same_and_what_neither_takes_is_explained(spec: type[Spec]) -> None:
    found = written(spec)
    drawn = st.one_of(records(spec), st.sampled_from(found)) if found else records(spec)

    @settings(max_examples=30, deadline=None)
    @given(st.one_of(drawn, drawn.flatmap(changed)))
    def law(data: object) -> None:
        _held_to_all(spec, data)

    law()


@_each
def test_every_field_is_tried_with_everything(spec: type[Spec]) -> None:
    """One field at a time, and what stands in a list or a mapping there."""
    whole = least(spec)
    assert _held_to_all(spec, whole)
    for key, field in declared(spec).items():
        inside = re.search(r"(list|dict)\[", str(field.annotation))
        for value in NASTY:
            _held_to_all(spec, {**whole, key: value})
            if inside:
                agreed(spec, {**whole, key: [value]})
                agreed(spec, {**whole, key: {"x": value}})


def test_the_strange_is_refused_and_nothing_else_happens() -> None:
    """What the loader never gives, too: it is read as little as anything else that is not meant."""
    for spec in SPECS:
        for data in (*NASTY, object(), (), b"", {"x", "y"}, lambda: None, model_of(spec)):
            agreed(spec, data)


def test_attributes_are_no_keys() -> None:
    tier = {"level": 1, "groups": ["staff"]}
    for key in ("display_name", "shared", "sound", "changed", "__dict__", "__class__"):
        with pytest.raises(Refused):
            read(TierSpec, {**tier, key: "Staff"})


def test_truth_is_no_number_and_a_number_no_truth() -> None:
    """To Python they are equal, and so they are to whoever remembers what was read."""
    assert read(RateSpec, {"limit": 1, "window": "1h"}).limit == 1
    row = {"caller": "alice", "model": "granite", "status": 200}
    for spec, data in (
        (RateSpec, {"limit": True, "window": "1h"}),
        (RateSpec, {"limit": 1.0, "window": "1h"}),
        (UserSpec, {"email": True}),
        (TierSpec, {"level": True, "groups": ["a"]}),
        (TierSpec, {"level": 1, "groups": ["a"], "unlimited": 1}),
        (TierSpec, {"level": 1.0, "groups": ["a"]}),
        (RowSpec, {**row, "status": 200.0}),
    ):
        with pytest.raises(Refused):
            read(spec, data)
    assert read(RowSpec, row).status == 200


@pytest.mark.parametrize("value", ["2.50\n", "\u0662.50", "2,50", ""])
def test_a_form_ends_where_the_text_ends(value: str) -> None:
    with pytest.raises(Refused):
        read(MetadataSpec, {"pricePerMillionTokens": value})


def test_forms_mean_the_same_to_every_reader() -> None:
    """Classes such as digits and spaces hold other characters elsewhere, and `$` means the very end where it ends a pattern."""
    said = {str(part.pattern) for spec in SPECS for field in declared(spec).values() for part in _fields(field.annotation)}
    patterns = said - {"None"}
    assert len(patterns) > 5
    for pattern in patterns:
        assert "$" not in pattern[:-1]
        assert not pattern.endswith("\\$")
        assert not re.search(r"\\[dDwWbBAZSp]|\(\?", pattern)
        # Whatever is a space to one of them is left out by name.
        assert "\\s" not in pattern or r"\s\x1c-\x1f\x85\ufeff]" in pattern


def _fields(annotation: Any) -> Iterator[Field]:  # noqa: ANN401 - an annotation
    for inside in get_args(annotation):
        if isinstance(inside, Field):
            yield inside
        yield from _fields(inside)


@pytest.mark.parametrize("space", ["", " ", "\t", "\x1c", "\x85", "\u2028", "\u3000", "\ufeff"])
def test_a_name_for_people_has_something_to_see(space: str) -> None:
    """Python takes no file separator for visible, Unicode no next line, and ECMA 262 no byte order mark."""
    with pytest.raises(Refused):
        read(TierSpec, {"level": 1, "groups": ["staff"], "displayName": space})
    assert agreed(TierSpec, {"level": 1, "groups": ["staff"], "displayName": space}) is None
    assert agreed(TierSpec, {"level": 1, "groups": ["staff"], "displayName": f"{space}S"}) is not None


def test_half_a_character_is_no_text() -> None:
    for data in ({"email": "a\ud800"}, {"sub": "\ud800"}):
        assert agreed(UserSpec, data) is None
    assert agreed(MetadataSpec, {"labels": {"\ud800": "x"}}) is None
    assert agreed(MetadataSpec, {"labels": {"x": "\ud800"}}) is None


def test_what_only_the_reader_refuses_stays_refused() -> None:
    """No such check is declared; if one were, nothing would be compiled, and it would be told."""
    asked: list[str] = []

    def once_only(value: str) -> None:
        asked.append(value)
        if len(asked) == 1:
            raise Refused("bad-value", "not this time")

    moody = holding(Annotated[str, Check(once_only)])
    found: list[Diagnostic] = []
    assert validated(moody, {"value": "x"}, _HERE, found) is None
    assert asked == ["x", "x"]
    assert [(one.code, one.headline, one.place) for one in found] == [
        ("bad-value", "a mapping is not what may be written here", _HERE)
    ]
