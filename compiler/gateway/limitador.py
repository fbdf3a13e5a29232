"""Limitador: counters of fixed windows, which limits they belong to, and what a call does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

Unit = Literal["tokens", "requests"]


class LimitId(Struct, frozen=True, order=True):
    """What makes two limits one: everything but the maximum. `variables` are the counters' texts, sorted."""

    namespace: str
    unit: Unit
    policy: str
    name: str
    seconds: int
    variables: tuple[str, ...]


class CounterId(Struct, frozen=True, order=True):
    """One counter of a limit: a value for each of the limit's variables."""

    limit: LimitId
    values: tuple[str, ...]


class Window(Struct, frozen=True):
    """What was counted in a window, and when it ends (in seconds on the caller's clock)."""

    used: int
    ends: float


class Counted(Struct, frozen=True):
    """A counter that a call concerns, and the maximum of its limit."""

    counter: CounterId
    maximum: int


class Counters(Struct, frozen=True):
    """All counters at one moment; `now` is in seconds, and only ever what the caller says."""

    now: float = 0
    windows: Mapping[CounterId, Window] = field(default_factory=dict)

    def at(self, now: float) -> Counters:
        """Give the same counters at another moment."""
        return replace(self, now=now)

    def used(self, counter: CounterId) -> int:
        """Tell what the running window has counted; a window that has just ended has counted nothing."""
        window = self.windows.get(counter)
        return window.used if window is not None and window.ends > self.now else 0

    def exceeded(self, calls: Sequence[Counted], delta: int = 1) -> tuple[Counted, ...]:
        """Give the limits that `delta` more would break."""
        return tuple(call for call in calls if self.used(call.counter) + delta > call.maximum)

    def counted(self, calls: Sequence[Counted], delta: int = 1) -> Counters:
        """Count `delta`, whatever the limits are; a window starts with the first count after the one before has ended."""
        windows = dict(self.windows)
        for call in calls:
            running = windows.get(call.counter)
            if running is not None and running.ends > self.now:
                windows[call.counter] = Window(running.used + delta, running.ends)
            else:
                windows[call.counter] = Window(delta, self.now + call.counter.limit.seconds)
        return replace(self, windows=windows)
