"""Models that no AuthPolicy guards: whatever else differs there, the one fact that matters is that anybody gets in."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from compiler.adopt.gather import Dump
from compiler.adopt.reach import Reach
from compiler.adopt.verdict import Difference


def unguarded(dump: Dump, reach: Reach) -> frozenset[str]:
    """Give the models with no AuthPolicy on their route, and none on the Gateway."""
    return frozenset(reach.models) - {model for policy in dump.of("AuthPolicy") for model in reach.of(policy)}


def opened(several: Iterable[Difference], models: frozenset[str]) -> tuple[Difference, ...]:
    """Put what differs on some models down to nobody's being asked for a credential there, where nothing counts them either.

    Plain requests come first: that it is so of these says most.
    """
    told = (
        replace(one, reason="open") if one.asked.model in models and one.today.passed and not one.today.windows else one
        for one in several
    )
    return tuple(sorted(told, key=lambda one: len(one.asked.headers) if one.reason == "open" else 0))
