"""Two validators of other people's making agree on every object, as it is emitted and however it is spoiled."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from validate_support import Object, places, replaced, samples, without

from compiler.diagnostics.model import Place
from compiler.validate import schemas
from compiler.validate.faults import faults
from compiler.validate.words import Subject

_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=70),
    st.text("abcXYZ019-./:\n", max_size=70),
    st.lists(st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)
_SPOTS = [(one, path) for one in samples() for path, _ in places(one) if path]


def _agree(content: Object, version: str, kind: str) -> bool:
    fits = schemas.fits(content, version, kind)
    assert fits == (not [*faults(Subject(content, Place("a.yaml")), version, kind)])
    return fits


def test_both_take_what_is_emitted() -> None:
    """Every shape of every kind."""
    assert all(_agree(one, one["apiVersion"], one["kind"]) for one in samples())


def test_both_refuse_an_object_without_any_of_its_fields() -> None:
    """Each field of each shape is left out in turn."""
    found = [_agree(without(one, path), one["apiVersion"], one["kind"]) for one, path in _SPOTS]
    assert found.count(False) > len(found) / 4


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(_SPOTS), _VALUES)
def test_both_say_the_same_of_another_value(spot: tuple[Object, tuple[str | int, ...]], value: object) -> None:
    """Whatever stands anywhere."""
    one, path = spot
    _agree(replaced(one, path, value), one["apiVersion"], one["kind"])
