"""The whole configuration as written: every named item with its place, nothing resolved yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.intent.model import (
    AccessSpec,
    GroupSpec,
    InvariantSpec,
    ModelSpec,
    PolicySpec,
    SubscriptionSpec,
    TeamSpec,
    TierSpec,
    UserSpec,
)
from compiler.intent.platform import PlatformSpec

T = TypeVar("T")


class Item(Struct, Generic[T], frozen=True):
    """One thing of the language with its name and its place."""

    name: str
    spec: T
    place: Place


class Intent(Struct, frozen=True):
    """Everything that was written and is well formed, by section and name, in the order of names.

    Models are keyed by `namespace/name`. `declared` holds every name of each section, also of items that were refused, so
    that a reference to a malformed item is not reported a second time as unknown.
    """

    platform: Item[PlatformSpec]
    groups: Mapping[str, Item[GroupSpec]]
    users: Mapping[str, Item[UserSpec]]
    tiers: Mapping[str, Item[TierSpec]]
    models: Mapping[str, Item[ModelSpec]]
    access: Mapping[str, Item[AccessSpec]]
    subscriptions: Mapping[str, Item[SubscriptionSpec]]
    policies: Mapping[str, Item[PolicySpec]]
    teams: Mapping[str, Item[TeamSpec]]
    invariants: Mapping[str, Item[InvariantSpec]]
    declared: Mapping[str, frozenset[str]]
