"""TokenRateLimitPolicy (kuadrant.io/v1alpha1) and RateLimitPolicy (kuadrant.io/v1): limits that Limitador counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct

from compiler.cel.tree import Expr
from compiler.kube.authpolicy import Predicate
from compiler.kube.base import ObjectMeta, TargetRef


class Rate(Struct, frozen=True):
    """At most `limit` units in a `window` such as `1h30m`; 0 denies."""

    limit: int
    window: str


class Counter(Struct, frozen=True):
    """A value that has its own count; one plain path, because Kuadrant does not escape it (TransformCounterVariable)."""

    expression: Expr


class Limit(Struct, frozen=True):
    """Rates that hold while every predicate does, counted apart for each combination of counters."""

    rates: tuple[Rate, ...]
    when: tuple[Predicate, ...]
    counters: tuple[Counter, ...] = ()


class RateLimitSpec(Struct, frozen=True):
    """Target and limits by name; bare limits are atomic defaults."""

    target_ref: TargetRef
    limits: Mapping[str, Limit]


class TokenRateLimitPolicy(Struct, frozen=True):
    """Limits on `usage.total_tokens` of the answers."""

    api_version: ClassVar[str] = "kuadrant.io/v1alpha1"
    kind: ClassVar[str] = "TokenRateLimitPolicy"
    metadata: ObjectMeta
    spec: RateLimitSpec


class RateLimitPolicy(Struct, frozen=True):
    """Limits on the number of requests."""

    api_version: ClassVar[str] = "kuadrant.io/v1"
    kind: ClassVar[str] = "RateLimitPolicy"
    metadata: ObjectMeta
    spec: RateLimitSpec


def window(seconds: int) -> str:
    """Spell a window in Kuadrant's grammar, `([0-9]{1,5}(h|m|s|ms)){1,4}`: whole hours, minutes and seconds, no days."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return "".join(f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if count)
