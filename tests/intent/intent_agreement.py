"""The reader of records and the pydantic models of the same declarations, held against each other."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from compiler.intent.field import Refused
from compiler.intent.pydantic_models import model_of
from compiler.intent.read import read
from compiler.intent.spec import Spec, declared, plain


def agreed(spec: type[Spec], data: object) -> Spec | None:
    """Give the record that both read, or None where both refuse; whatever else they do fails."""
    try:
        record = read(spec, data)
    except Refused:
        with pytest.raises(ValidationError):
            model_of(spec).model_validate(data)
        return None
    model = model_of(spec).model_validate(data)
    alike(record, model)
    assert spelt(plain(record)) == spelt(model.model_dump(by_alias=True, exclude_defaults=True))
    return record


def alike(found: object, other: object) -> None:
    """Hold a value against pydantic's: attribute by attribute, and by type, as `True` is 1 otherwise."""
    if isinstance(found, Spec):
        assert isinstance(other, BaseModel)
        for field in declared(type(found)).values():
            alike(getattr(found, field.name), getattr(other, field.name))
    elif isinstance(found, list):
        assert isinstance(other, list)
        for one, two in zip(found, other, strict=True):
            alike(one, two)
    elif isinstance(found, dict):
        assert isinstance(other, dict)
        for one, two in zip(found.items(), other.items(), strict=True):
            alike([*one], [*two])
    else:
        assert (type(found), spelt(found)) == (type(other), spelt(other))


def spelt(value: object) -> str:
    """Spell plain data with its types and the order of its keys; what is not a number is equal to itself, so."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{spelt(key)}: {spelt(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(spelt, value))}]"
    return hex(value) if type(value) is int else repr(value)


def keeps(record: Any) -> None:  # noqa: ANN401 - a record
    """Hold a record to what is promised of all of them."""
    written = plain(record)
    assert [*written] == [key for key in declared(type(record)) if key in written]
    again = read(type(record), written)
    pickled = pickle.loads(pickle.dumps(record))  # noqa: S301 - it was pickled a moment ago
    others = (again, copy.deepcopy(record), copy.copy(record), pickled, record.changed())
    for other in others:
        assert type(other) is type(record)
        assert spelt(plain(other)) == spelt(written)
        # What is not a number is not equal to itself.
        assert other == record or "nan" in spelt(written)
        hashes = [_hash(record), _hash(other)]
        assert hashes[0] == hashes[1] or "nan" in spelt(written)
    for name in [field.name for field in declared(type(record)).values()]:
        with pytest.raises(AttributeError):
            setattr(record, name, None)
        with pytest.raises(AttributeError):
            delattr(record, name)


def _hash(record: object) -> int | None:
    try:
        return hash(record)
    except TypeError:
        return None
