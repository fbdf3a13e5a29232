"""Rates once: what several objects say is written a single time, and of two amounts for one window the smaller one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.adopt import policies
from compiler.adopt.draft import Draft, Entry, Said
from compiler.adopt.objects import Plain
from compiler.intent.scalars import window_seconds


@dataclass(frozen=True)
class _Clash:
    """Two amounts for one window: how many units at most, who says so, and the smaller amount with who says that."""

    unit: str
    larger: Plain
    smaller: Plain
    by: Said
    other: Said

    def why(self, whom: str) -> str:
        """Say of whoever has the larger amount what becomes of it."""
        amount = f"{self.larger['limit']} {self.unit} in {self.larger['window']}{_by(self.by)}"
        beside = "" if self.other.found is self.by.found else f"the {self.other.found.said} "
        where = " as well" if self.other == self.by else _by(self.other)
        return f"gives {whom} {amount}, and {beside}{self.smaller['limit']}{where}: the smaller amount is taken over"

    @property
    def remark(self) -> str:
        """Say the same to a reader of the item."""
        amounts = f"{self.smaller['limit']} {self.unit} in {self.smaller['window']}, not {self.larger['limit']}"
        return f"of two amounts for one window the smaller one is written: {amounts}"


def _by(said: Said) -> str:
    return f" by its {said.where}" if said.where else ""


def once(draft: Draft) -> None:
    """Write each rate of each budget once, and each window."""
    for name, tier in draft.sections["tiers"].items():
        for clash in _settled(tier.data, draft):
            _tell(draft, tier, clash, f"the tier `{name}`")
    for name, subscription in draft.sections["subscriptions"].items():
        found: dict[tuple[str, str], list[tuple[str, _Clash]]] = {}
        for model, budget in subscription.data.get("models", {}).items():
            for clash in _settled(budget, draft) if isinstance(budget, dict) else ():
                found.setdefault((clash.why(""), clash.by.found.source), []).append((model, clash))
        for (first, clash), *more in found.values():
            others = f" and {len(more)} more" if more else ""
            _tell(draft, subscription, clash, f"the subscription `{name}` on `{first}`{others}")


def _tell(draft: Draft, entry: Entry, clash: _Clash, whom: str) -> None:
    draft.leave(clash.by.found, clash.why(whom), clash.other.found)
    if clash.remark not in entry.remarks:
        entry.remarks.append(clash.remark)


def _settled(budget: Plain, draft: Draft) -> Iterator[_Clash]:
    """Leave one rate for each window, and give each amount that goes."""
    for unit in policies.LIMITING.values():
        if not isinstance(budget.get(unit), list):
            continue
        smallest: dict[int, Plain] = {}
        for rate in budget[unit]:
            window = window_seconds(rate["window"])
            first = smallest.setdefault(window, rate)
            if first["limit"] != rate["limit"]:
                smaller, larger = sorted((first, rate), key=_amount)
                smallest[window] = smaller
                yield _Clash(unit, larger, smaller, draft.said(larger), draft.said(smaller))
        budget[unit] = list(smallest.values())


def _amount(rate: Mapping[str, int]) -> int:
    return rate["limit"]
