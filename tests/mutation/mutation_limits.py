"""Changes of limits: what they allow, when they hold, and what they count by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from mutation_manifests import GONE, Change, Mutant, Platform, Where

_LIMITING: Final = ("TokenRateLimitPolicy", "RateLimitPolicy")


def _change(where: Where, value: object) -> Mutant:
    return Mutant((Change(where, value),))


def _limits(of: Platform) -> Iterator[tuple[Where, str, dict[str, Any]]]:
    for at, policy in of.documents(*_LIMITING):
        for name, limit in policy["spec"]["limits"].items():
            yield (*at, "spec", "limits", name), name, limit


def drop_conditions(of: Platform) -> Iterator[Mutant]:
    """Let a limit hold always."""
    for where, _, limit in _limits(of):
        if "when" in limit:
            yield _change((*where, "when"), GONE)


def drop_condition(of: Platform) -> Iterator[Mutant]:
    """Take one condition of several away."""
    for where, _, limit in _limits(of):
        for index in range(len(limit.get("when", ()))):
            if len(limit["when"]) > 1:
                yield _change((*where, "when", index), GONE)


def drop_limit(of: Platform) -> Iterator[Mutant]:
    """Take a limit away that is not the last resort."""
    for where, name, _ in _limits(of):
        if not name.startswith("deny"):
            yield _change(where, GONE)


def drop_last_resort(of: Platform) -> Iterator[Mutant]:
    """Take the limit away that denies whoever is not metered."""
    for where, name, _ in _limits(of):
        if name.startswith("deny"):
            yield _change(where, GONE)


def amount(by: int) -> Callable[[Platform], Iterator[Mutant]]:
    """Make the operator that lets a limit allow a little more or less."""

    def operator(of: Platform) -> Iterator[Mutant]:
        for where, _, limit in _limits(of):
            for index, rate in enumerate(limit["rates"]):
                if rate["limit"] + by >= 0:
                    yield _change((*where, "rates", index, "limit"), rate["limit"] + by)

    return operator


def other_unit(of: Platform) -> Iterator[Mutant]:
    """Change the unit of a window."""
    units = {"s": "m", "m": "h", "h": "m"}
    for where, _, limit in _limits(of):
        for index, rate in enumerate(limit["rates"]):
            window = rate["window"]
            yield _change((*where, "rates", index, "window"), window[:-1] + units[window[-1]])


def drop_rate(of: Platform) -> Iterator[Mutant]:
    """Take one of several rates away, or the only one."""
    for where, _, limit in _limits(of):
        for index in range(len(limit["rates"])):
            yield _change((*where, "rates", index), GONE)


def drop_counter(of: Platform) -> Iterator[Mutant]:
    """Take a counter away."""
    for where, _, limit in _limits(of):
        for index in range(len(limit.get("counters", ()))):
            yield _change((*where, "counters", index), GONE)


def add_counter(of: Platform) -> Iterator[Mutant]:
    """Count apart by something else as well."""
    for where, _, limit in _limits(of):
        for text in ("auth.identity.userid", "auth.identity.tier", "request.method"):
            counters = limit.get("counters", [])
            if all(counter["expression"] != text for counter in counters):
                yield _change((*where, "counters"), [*counters, {"expression": text}])


def reorder_counters(of: Platform) -> Iterator[Mutant]:
    """Write the counters of a limit the other way round."""
    for where, _, limit in _limits(of):
        if len(limit.get("counters", ())) > 1:
            yield _change((*where, "counters"), limit["counters"][::-1])


def rename_limit(of: Platform) -> Iterator[Mutant]:
    """Call a limit something else."""
    for at, policy in of.documents(*_LIMITING):
        for name in policy["spec"]["limits"]:
            limits = {f"{key}-x" if key == name else key: value for key, value in policy["spec"]["limits"].items()}
            yield _change((*at, "spec", "limits"), limits)


def odd_window(of: Platform) -> Iterator[Mutant]:
    """Write a window that Kuadrant rounds to nothing."""
    for where, _, limit in _limits(of):
        for index, _rate in enumerate(limit["rates"]):
            yield _change((*where, "rates", index, "window"), "500ms")


OPERATORS: Final = {
    "no conditions": drop_conditions,
    "a condition less": drop_condition,
    "a limit less": drop_limit,
    "no last resort": drop_last_resort,
    "one more": amount(1),
    "one less": amount(-1),
    "another unit": other_unit,
    "a window of nothing": odd_window,
    "a rate less": drop_rate,
    "a counter less": drop_counter,
    "a counter more": add_counter,
    "counters turned around": reorder_counters,
    "a limit renamed": rename_limit,
}
