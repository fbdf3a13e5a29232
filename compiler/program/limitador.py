"""What the service that counts has room for."""

from __future__ import annotations

from msgspec import Struct


class Limitador(Struct, frozen=True):
    """The callers that are expected, and the most counters there may be for them."""

    users: int
    max_counters: int
