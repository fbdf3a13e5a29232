"""The parts of policies that say who and how much, wherever a policy may hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from compiler.adopt.objects import Object, Plain, mapping, mappings
from compiler.intent.scalars import window_seconds

LIMITING: Final = {"TokenRateLimitPolicy": "tokens", "RateLimitPolicy": "requests"}
POLICIES: Final = ("AuthPolicy", *LIMITING)

# The controller leaves a generated policy alone once this is on it: from then on it is written by hand.
_OPTED_OUT: Final = ("opendatahub.io/managed", "maas.opendatahub.io/managed")
_MANAGED: Final = "app.kubernetes.io/managed-by"
_CONTROLLER: Final = "maas-controller"
_COMPILER: Final = "maasc"

_WINDOW: Final = re.compile(r"([0-9]+)(ms|h|m|s)")


class UnusableError(ValueError):
    """Something that has no counterpart in the language; says what."""


def is_generated(policy: Object) -> bool:
    """Tell whether the controller makes this policy from MaaS resources, and so would make it again."""
    return policy.labels.get(_MANAGED) == _CONTROLLER and not any(policy.annotations.get(name) == "false" for name in _OPTED_OUT)


def is_ours(found: Object) -> bool:
    """Tell whether an object was built from a configuration, which says the same already."""
    return found.labels.get(_MANAGED) == _COMPILER


def target(policy: Object) -> tuple[str, str]:
    """Give kind and name of what a policy is on; it is in the policy's namespace."""
    found = mapping(policy.spec.get("targetRef"))
    return str(found.get("kind", "")), str(found.get("name", ""))


def body(policy: Object) -> Plain:
    """Give what a policy says, whether as it is or as defaults or overrides."""
    for name in ("defaults", "overrides"):
        inner = policy.spec.get(name)
        if isinstance(inner, dict):
            return inner
    return policy.spec


def limits(policy: Object) -> Iterator[tuple[str, Plain]]:
    """Give the limits of a policy by their names."""
    for name, limit in sorted(mapping(body(policy).get("limits")).items()):
        if isinstance(limit, dict):
            yield str(name), limit


def predicates(limit: Plain) -> tuple[str, ...]:
    """Give the conditions of a limit."""
    return tuple(str(one.get("predicate", "")) for one in mappings(limit.get("when")))


def counters(limit: Plain) -> tuple[str, ...]:
    """Give what shares out the counters of a limit."""
    return tuple(str(one.get("expression", "")) for one in mappings(limit.get("counters")))


def rates(limit: Mapping[str, Any]) -> list[Plain]:
    """Give the rates of a limit as the language has them.

    Raises:
        UnusableError: a window or an amount cannot be said.
    """
    found = []
    for rate in mappings(limit.get("rates")):
        amount = rate.get("limit")
        if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount <= 10**9:
            raise UnusableError("a limit is no amount from 0 to 1000000000")
        found.append({"limit": amount, "window": window(str(rate.get("window", "")))})
    if not found:
        raise UnusableError("it has no rates")
    return found


def window(written: str) -> str:
    """Give a window of Kuadrant's as the language has it.

    Raises:
        UnusableError: it is none, or counts in milliseconds.
    """
    parts = _WINDOW.findall(written)
    if "".join(number + unit for number, unit in parts) != written or not parts:
        raise UnusableError("a window is none that is known")
    if any(unit == "ms" for _, unit in parts):
        raise UnusableError("a window counts in milliseconds")
    try:
        window_seconds(written)
    except ValueError as error:
        raise UnusableError(str(error)) from error
    return written


def is_of_tiers(limit: Plain) -> bool:
    """Tell whether a limit asks for the caller's tier."""
    return any("auth.identity.tier" in text for text in predicates(limit))


def is_denying(limit: Plain) -> bool:
    """Tell whether a limit lets nothing through."""
    found = mappings(limit.get("rates"))
    return bool(found) and all(rate.get("limit") == 0 for rate in found)
