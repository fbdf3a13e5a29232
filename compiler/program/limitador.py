"""What the service that counts has room for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limitador:
    """The callers that are expected, and the most counters there may be for them."""

    users: int
    max_counters: int
