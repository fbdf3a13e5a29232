"""Looks into objects of a cluster, whatever they hold where something else was to be expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast


def at(data: object, *path: str) -> object:
    """Give what lies at a path of names, or None."""
    for name in path:
        data = mapping(data).get(name)
    return data


def mapping(value: object) -> Mapping[str, object]:
    """Give a mapping, an empty one for anything else."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def items(value: object) -> Sequence[object]:
    """Give a list, an empty one for anything else."""
    return value if isinstance(value, list | tuple) else ()


def mappings(value: object) -> Iterator[Mapping[str, object]]:
    """Give the mappings of a list."""
    return (mapping(one) for one in items(value) if isinstance(one, Mapping))


def words(value: object) -> tuple[str, ...]:
    """Give the texts of a list."""
    return tuple(one for one in items(value) if isinstance(one, str))
