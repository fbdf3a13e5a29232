"""The releases that a configuration may name are those that the simulated gateway knows."""

from __future__ import annotations

from compiler.checks.release import KNOWN
from compiler.gateway.release import RELEASES


def test_what_is_accepted_is_what_is_known() -> None:
    known = {(1, minor, patch) for release in RELEASES for minor, patch in release.versions}
    assert known == {(*line, patch) for line, last in KNOWN.items() for patch in range(last + 1)}
