"""What becomes of one mutant."""

from __future__ import annotations

from msgspec import Struct


class Killed(Struct, frozen=True):
    """Some case fails."""


class Equivalent(Struct, frozen=True):
    """It was proved to mean the same."""


class Stillborn(Struct, frozen=True):
    """It does not compile, or no cluster would accept it, so nobody could make this mistake."""


class Survived(Struct, frozen=True):
    """No case fails; `test` are the lines of a suite that would, none where no such test is known."""

    test: tuple[str, ...]


class Unobservable(Struct, frozen=True):
    """It is not proved to mean the same, yet only by requests or identities that no gateway sees; no boundary caller tells."""


Verdict = Killed | Equivalent | Stillborn | Survived | Unobservable
