"""Whether a live policy is in force, as its controllers say in its status."""

from __future__ import annotations

from typing import Final

from compiler.drift.dump import Live
from compiler.drift.plain import at, mappings
from compiler.drift.written import target_of

_TOLD: Final = ("Accepted", "Enforced")
_OVERRIDDEN: Final = "Overridden"


def idle(policy: Live) -> str | None:
    """Say why a policy is not in force; None where it is, as far as anybody says.

    A Gateway's policy is `Overridden` as long as every route has its own: it waits for the next one, as it should.
    """
    target = target_of(policy)
    if target is None:
        return None
    for condition in mappings(at(policy.data, "status", "conditions")):
        if condition.get("type") in _TOLD and condition.get("status") == "False":
            reason = condition.get("reason", "for no reason")
            waits = target[1] == "Gateway" and reason == _OVERRIDDEN
            return None if waits else f"{condition['type']} is False, {reason}"
    return None
