"""Takes objects of a cluster as its API server keeps them: a field that is null is a field that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast


def without_nulls(data: Mapping[str, object]) -> dict[str, object]:
    """Give an object without its fields that are null, as the API server drops them; an item of a list stays one."""
    return cast("dict[str, object]", _cleaned(data))


def _cleaned(data: object) -> object:
    if isinstance(data, Mapping):
        return {key: _cleaned(value) for key, value in data.items() if value is not None}
    return [_cleaned(item) for item in data] if isinstance(data, list | tuple) else data
