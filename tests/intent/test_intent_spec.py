"""Records: what they hold, what they are unless it is given, and what they never take."""

from __future__ import annotations

from typing import Annotated, Any, get_type_hints

import pytest
from intent_agreement import agreed
from intent_data import SPECS, holding

from compiler.intent.field import Check, Field, Refused
from compiler.intent.model import BudgetSpec, GroupSpec, MetadataSpec, ModelBudgetSpec, RateSpec, SubscriptionSpec, TierSpec
from compiler.intent.read import read
from compiler.intent.spec import REQUIRED, Spec, declared, once, plain

_RATE = RateSpec(limit=1, window="1h")


class _Base(Spec):
    late: Annotated[int, Field(alias="Late")]
    early: Annotated[str | None, Field(description="may be left out")] = None


class _Derived(_Base):
    own: list[str] = []  # noqa: RUF012 - a default, which no record changes
    early: Annotated[str | None, Field(description="is another one here")] = "now"


class _Below(RateSpec):
    pass


def test_a_record_holds_what_differs_from_the_defaults() -> None:
    group = GroupSpec(description=None, builtin=True)
    assert group.__dict__ == {"builtin": True}
    assert group.description is None
    assert group == GroupSpec(builtin=True)
    assert group != GroupSpec()
    assert repr(group) == "GroupSpec(builtin=True)"


def test_defaults_come_from_the_class() -> None:
    assert BudgetSpec().tokens is BudgetSpec.tokens
    assert read(BudgetSpec, {"tokens": []}).__dict__ == {}
    assert read(SubscriptionSpec, {"owner": {}, "models": {"m": {}}, "metadata": {}}).metadata is SubscriptionSpec.metadata


def test_changing_makes_another_record() -> None:
    tier = TierSpec(level=1, groups=["staff"], description="Staff")
    changed = tier.changed(level=2, description=None)
    assert (changed.level, changed.groups, changed.description) == (2, ["staff"], None)
    assert "description" not in changed.__dict__
    assert (tier.level, tier.description) == (1, "Staff")
    assert tier.changed() == tier
    assert tier.changed() is not tier


@pytest.mark.parametrize("name", ["displayName", "sound", "shared", "changed", "__dict__", "names"])
def test_no_record_takes_what_it_does_not_declare(name: str) -> None:
    """Neither keys nor what all records have are attributes to be given."""
    given: dict[str, Any] = {name: "x"}
    with pytest.raises(TypeError, match=rf"^a TierSpec has no {name}$"):
        TierSpec(level=1, groups=["staff"], **given)
    with pytest.raises(TypeError, match=rf"^a TierSpec has no {name}$"):
        TierSpec(level=1, groups=["staff"]).changed(**given)


def test_a_record_never_changes() -> None:
    for name in ("limit", "sound", "other"):
        with pytest.raises(AttributeError, match=r"^a RateSpec never changes$"):
            setattr(_RATE, name, 2)
        with pytest.raises(AttributeError, match=r"^a RateSpec never changes$"):
            delattr(_RATE, name)
    assert (_RATE.limit, _RATE.window) == (1, "1h")


def test_records_of_two_classes_differ() -> None:
    assert BudgetSpec(tokens=[_RATE]) != ModelBudgetSpec(tokens=[_RATE])
    assert _RATE != {"limit": 1, "window": "1h"}


def test_equal_records_have_one_hash_in_whatever_order_they_were_written() -> None:
    assert hash(RateSpec(window="1h", limit=1)) == hash(_RATE)
    assert hash(BudgetSpec(tokens=[_RATE], unlimited=True)) == hash(BudgetSpec(unlimited=True, tokens=[_RATE]))
    with pytest.raises(TypeError, match="unhashable"):
        hash(MetadataSpec(labels={"a": "b"}))


def test_fields_are_declared_in_order_those_of_the_base_first() -> None:
    fields = declared(_Derived)
    assert [*fields] == ["Late", "early", "own"]
    assert [field.name for field in fields.values()] == ["late", "early", "own"]
    assert [field.required for field in fields.values()] == [True, False, False]
    assert [field.default for field in fields.values()] == [REQUIRED, "now", []]
    assert fields["early"].field.description == "is another one here"
    assert declared(_Base)["early"].default is None


def test_plain_data_is_in_the_order_of_declarations() -> None:
    record = _Derived(own=["x"], early="later", late=1)
    assert [*plain(record)] == ["Late", "early", "own"]
    assert plain(_Derived(late=1, early="now", own=[])) == {"Late": 1}


def test_what_is_made_of_a_class_is_made_once() -> None:
    made: list[type[Spec]] = []

    @once
    def name(spec: type[Spec]) -> str:
        made.append(spec)
        return spec.__name__

    assert [name(_Base), name(_Derived), name(_Base)] == ["_Base", "_Derived", "_Base"]
    assert made == [_Base, _Derived]


def test_only_what_is_said_to_be_shared_is_one_object() -> None:
    rate = {"limit": 1, "window": "1h"}
    assert read(RateSpec, rate) is read(RateSpec, dict(reversed(rate.items())))
    assert read(RateSpec, rate) is not read(RateSpec, {**rate, "limit": 2})
    budget = {"tokens": [rate], "per": "subscription"}
    assert read(ModelBudgetSpec, budget) is read(ModelBudgetSpec, {**budget, "requests": []})
    assert read(ModelBudgetSpec, budget) is not read(ModelBudgetSpec, {**budget, "per": "user"})
    assert read(GroupSpec, {}) is not read(GroupSpec, {})
    assert not _Below.shared


def test_no_field_is_called_as_what_all_records_have() -> None:
    """Its default would be that of the base."""
    taken = vars(Spec).keys()
    assert not {field.name for spec in SPECS for field in declared(spec).values()} & taken


def test_no_two_fields_have_one_key() -> None:
    """One of them could never be written."""
    for spec in SPECS:
        assert [field.name for field in declared(spec).values()] == [*get_type_hints(spec)]


def test_checks_are_about_values_and_not_about_nothing() -> None:
    def never(value: object) -> None:
        raise Refused("bad-value", f"{value} is never right")

    spec = holding(Annotated[str | None, Check(never)])
    assert agreed(spec, {"value": None}) is not None
    assert agreed(spec, {"value": "x"}) is None
