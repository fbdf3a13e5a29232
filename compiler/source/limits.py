"""How much a text may ask of the compiler."""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Limits(Struct, frozen=True):
    """Bounds of one file: its size in bytes, how deep it nests, and how many nodes its aliases may repeat."""

    size: int = 4 * 1024 * 1024
    depth: int = 64
    repeated: int = 10_000


LIMITS: Final = Limits()
