"""By its digest a model can be told from any other, so that none is ever taken for one that was made before."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from itertools import combinations
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.msgpack import encode

from compiler.program.ir import Model, Rate

LEAVES = {str, int, bool, type(None)}


def _unions(annotation: Any, seen: set[Any]) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - an annotation
    """Give what may stand at each place below an annotation."""
    if annotation in seen:
        return
    seen.add(annotation)
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        yield inside
    elif isinstance(annotation, type) and issubclass(annotation, Struct):
        yield (annotation,)
        inside = tuple(get_type_hints(annotation, vars(sys.modules[annotation.__module__])).values())
    elif origin is Literal:
        assert all(isinstance(word, str) for word in inside)
        return
    elif origin is not tuple:
        assert annotation in LEAVES or annotation is Ellipsis or issubclass(annotation, Enum), annotation
    for part in inside:
        yield from _unions(part, seen)


def test_kinds_that_may_stand_at_one_place_have_other_fields() -> None:
    """A digest is made of fields with their names, and says nothing of classes."""
    found = list(_unions(Model, set()))
    assert len(found) > 10
    for arms in found:
        structs = [arm for arm in arms if isinstance(arm, type) and issubclass(arm, Struct)]
        assert all(set(one.__struct_fields__) != set(other.__struct_fields__) for one, other in combinations(structs, 2)), arms
        assert sum(isinstance(arm, type) and issubclass(arm, Enum) for arm in arms) <= 1, arms
        assert all(not arm.__struct_config__.array_like and not arm.__struct_config__.omit_defaults for arm in structs)


def test_what_is_digested_has_names_and_types() -> None:
    assert encode(Rate(1, 60)) != encode(Rate(60, 1))
    assert encode((1, "1", True, None)) != encode((1, "1", 1, None))
