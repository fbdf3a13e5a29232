"""What the tests of the engines share: all engines that are here."""

from engines_support import engines

__all__ = ["engines"]
