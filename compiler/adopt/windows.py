"""Rates once: what several objects say is written a single time, and of several amounts for one window the smallest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from compiler.adopt import policies
from compiler.adopt.draft import Draft, Entry, Said
from compiler.adopt.objects import Plain
from compiler.intent.scalars import window_seconds


class _Clash(Struct, frozen=True):
    """An amount for a window that another is smaller than: who says it, and who says the smallest."""

    unit: str
    larger: Plain
    smaller: Plain
    by: Said
    other: Said

    def why(self, whom: str) -> str:
        """Say of whoever has the larger amount what becomes of it."""
        amount = f"{self.larger['limit']} {self.unit} in {self.larger['window']}{_by(self.by)}"
        said = f"the {self.other.found.said} {self.smaller['limit']}{_by(self.other)}"
        return f"gives {whom} {amount}, and {said}: the smaller amount is taken over"

    @property
    def at_once(self) -> bool:
        """Tell whether both hold today, because one object says them: then nobody has less by the smaller one alone."""
        return self.by.found is self.other.found

    @property
    def remark(self) -> str:
        """Say the same to a reader of the item."""
        amounts = f"{self.smaller['limit']} {self.unit} in {self.smaller['window']}, not {self.larger['limit']}"
        held = " that hold at once" if self.at_once else ""
        return f"of two amounts for one window{held} the smaller one is written: {amounts}"


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
    if not clash.at_once:
        draft.leave(clash.by.found, clash.why(whom), clash.other.found)
    if clash.remark not in entry.remarks:
        entry.remarks.append(clash.remark)


def _settled(budget: Plain, draft: Draft) -> Iterator[_Clash]:
    """Leave the smallest rate of each window, and give each larger amount that goes."""
    for unit in policies.LIMITING.values():
        if not isinstance(budget.get(unit), list):
            continue
        windows: dict[int, list[Plain]] = {}
        for rate in budget[unit]:
            windows.setdefault(window_seconds(rate["window"]), []).append(rate)
        for rates in windows.values():
            yield from _clashes(unit, rates, draft)
        budget[unit] = [min(rates, key=_amount) for rates in windows.values()]


def _clashes(unit: str, rates: Sequence[Plain], draft: Draft) -> Iterator[_Clash]:
    least = min(map(_amount, rates))
    smallest = [rate for rate in rates if rate["limit"] == least]
    for larger in rates:
        by = draft.said(larger)
        if larger["limit"] != least:
            # Who says the smallest amount as well takes nothing from anybody by it.
            smaller = next((rate for rate in smallest if draft.said(rate).found is by.found), smallest[0])
            yield _Clash(unit, larger, smaller, by, draft.said(smaller))


def _amount(rate: Mapping[str, int]) -> int:
    return rate["limit"]
