"""Numbers things by their first appearance, so that a table can refer to each instead of repeating it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Pool(Generic[T]):
    """Things in the order in which they were first seen."""

    def __init__(self) -> None:
        self._numbers: dict[T, int] = {}

    def number(self, thing: T) -> int:
        """Give the number of a thing, from 0."""
        return self._numbers.setdefault(thing, len(self._numbers))

    def things(self) -> tuple[T, ...]:
        """Give everything that has a number, in the order of the numbers."""
        return tuple(self._numbers)
