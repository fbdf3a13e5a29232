"""What becomes of one mutant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Killed:
    """Some case fails."""


@dataclass(frozen=True)
class Equivalent:
    """It was proved to mean the same."""


@dataclass(frozen=True)
class Stillborn:
    """It does not compile, or no cluster would accept it, so nobody could make this mistake."""


@dataclass(frozen=True)
class Survived:
    """No case fails; `test` are the lines of a suite that would, none where no such test is known."""

    test: tuple[str, ...]


@dataclass(frozen=True)
class Unobservable:
    """It is not proved to mean the same, yet only by requests or identities that no gateway sees; no boundary caller tells."""


Verdict = Killed | Equivalent | Stillborn | Survived | Unobservable
