"""Tables too long for one expression are divided over several overrides of the identity, and joined where they are needed.

Overrides cannot see each other (Authorino, ResolveExtendedProperties), so what joins them stands in later phases.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from compiler.cel.build import path
from compiler.cel.tree import Expr

# Characters of one expression. Authorino refuses to compile more than 100,000 code points (cel-go's default, which it
# does not change); the rest is for what stands around a table.
LONGEST: Final = 80_000

Key = TypeVar("Key")


def slices(costs: Mapping[Key, int], around: int) -> tuple[frozenset[Key], ...]:
    """Divide keys, in their order, so that the characters they cost and `around` stay within one expression.

    There is always one slice; a single key that costs too much has one of its own.
    """
    if around + sum(costs.values()) <= LONGEST:
        return (frozenset(costs),)
    found: list[list[Key]] = [[]]
    used = around
    for key, more in costs.items():
        if used + more > LONGEST and found[-1]:
            found.append([])
            used = around
        found[-1].append(key)
        used += more
    return tuple(frozenset(one) for one in found)


def names(stem: str, count: int) -> tuple[str, ...]:
    """Name the overrides of the slices."""
    return tuple(f"{stem}_{index}" for index in range(count))


def fields(stem: str, count: int) -> tuple[Expr, ...]:
    """Give the overrides of the slices as later phases see them."""
    return tuple(path("auth", "identity", name) for name in names(stem, count))
