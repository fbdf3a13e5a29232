"""Chooses the models and callers of a first suite, so that it stays as small as somebody can read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Final, TypeVar

from compiler.program.ir import Model

# Cases of a matrix beyond which models and callers are chosen, and the models that are then kept at most.
MOST_CASES: Final = 1000
_MOST_MODELS: Final = 20

T = TypeVar("T")


def unlike(models: Sequence[Model]) -> tuple[Model, ...]:
    """Give one model of each kind, the kinds with most models first: those of one kind differ in nothing but their names."""
    kinds: dict[Hashable, list[Model]] = {}
    for model in models:
        kinds.setdefault(_kind(model), []).append(model)
    ranked = sorted(kinds.values(), key=lambda alike: (-len(alike), alike[0].id))
    return tuple(sorted((alike[0] for alike in ranked[:_MOST_MODELS]), key=lambda model: model.id))


def _kind(model: Model) -> Hashable:
    granted = frozenset(grant.subjects for grant in model.grants)
    return model.tiers, granted, tuple((one.kind, one.subjects, one.priority, one.budget) for one in model.entries)


def telling(callers: Mapping[str, T], answers: Callable[[T], Hashable], most: int) -> dict[str, T]:
    """Give the first caller of each way to be answered, and no more than `most`."""
    found: dict[Hashable, str] = {}
    for name, caller in callers.items():
        found.setdefault(answers(caller), name)
    return {name: callers[name] for name in list(found.values())[: max(most, 1)]}
