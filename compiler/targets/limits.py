"""The limits of one target, from its entries' budgets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import Final

from msgspec import Struct

from compiler.cel.tree import Expr
from compiler.expressions import identity
from compiler.expressions.metering import Meter
from compiler.kube.authpolicy import Predicate
from compiler.kube.ratelimit import Counter, Limit, Rate, window
from compiler.program import ir
from compiler.program.ir import Bridge, Entry, Per

DENY: Final = "deny-unmetered"

# What `unlimited` becomes: counted like any other limit, and far beyond what a cluster can generate in a minute.
UNLIMITED: Final = Rate(1_000_000_000_000, "1m")
DENIED: Final = Rate(0, "1m")

_BY_ENTRY: Final = (Counter(identity.SELECTED),)
_BY_USER: Final = (Counter(identity.USERID), *_BY_ENTRY)


class Limits(Struct, frozen=True, dict=True):
    """The limits of one target; `scope` are the conditions under which any of them holds (not a model listing)."""

    meter: Meter
    scope: tuple[Expr, ...]

    def of_tokens(self) -> dict[str, Limit]:
        """Give the token limits, and one of 0 for callers whom no entry meters.

        Entries without token rates are counted under a limit that is never reached.
        """
        limits = self._grouped([(entry, entry.budget.tokens) for entry in self.meter.precedence], "tokens")
        # A policy on a route replaces the gateway's deny as a whole, so each route brings its own.
        limits[DENY] = Limit((DENIED,), self._when(self.meter.by_none()))
        return limits

    def of_requests(self) -> dict[str, Limit]:
        """Give the request limits; none where no entry limits requests."""
        limited = [(entry, entry.budget.requests) for entry in self.meter.precedence if entry.budget.requests]
        return self._grouped(limited, "requests")

    def _grouped(self, metered: Sequence[tuple[Entry, tuple[ir.Rate, ...]]], unit: str) -> dict[str, Limit]:
        """Group entries of equal budgets into one limit; the counters keep their counts apart.

        Across the bridge of groups the gateway does not see which entry was selected, so there each has its own limit.
        """
        sharing: dict[str, list[Entry]] = {}
        rates_of: dict[str, tuple[ir.Rate, ...]] = {}
        for entry, rates in metered:
            apart = self.meter.bridge is Bridge.GROUPS
            name = f"{entry.kind}-{entry.name}-{unit}" if apart else _budget_name(unit, rates, entry.budget.per)
            sharing.setdefault(name, []).append(entry)
            rates_of[name] = rates
        return {name: self._limit(entries, rates_of[name]) for name, entries in sorted(sharing.items())}

    def _limit(self, entries: Sequence[Entry], rates: tuple[ir.Rate, ...]) -> Limit:
        return Limit(_rates(rates), self._when(self.meter.by(entries)), _counters(entries[0].budget.per))

    def _when(self, metered: Expr) -> tuple[Predicate, ...]:
        return (Predicate(metered), *self._scope)

    @cached_property
    def _scope(self) -> tuple[Predicate, ...]:
        return tuple(map(Predicate, self.scope))


@cache
def _rates(rates: tuple[ir.Rate, ...]) -> tuple[Rate, ...]:
    return tuple(Rate(rate.limit, window(rate.seconds)) for rate in rates) or (UNLIMITED,)


@cache
def _budget_name(unit: str, rates: tuple[ir.Rate, ...], per: Per) -> str:
    """Name a limit by its budget alone, so that it keeps its counters whatever happens to other entries."""
    amounts = "-and-".join(f"{rate.limit}-per-{window(rate.seconds)}" for rate in rates) or "unlimited"
    return f"{unit}-{amounts}" + ("" if per is Per.USER else "-shared")


def _counters(per: Per) -> tuple[Counter, ...]:
    return _BY_USER if per is Per.USER else _BY_ENTRY
