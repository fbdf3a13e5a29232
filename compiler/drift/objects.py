"""Holds the objects of a cluster against those of `out/`: what is missing, what is not as written, and what is there besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from compiler.drift.dump import Key, Live
from compiler.drift.extra import extra
from compiler.drift.fields import different
from compiler.drift.force import idle
from compiler.drift.result import Fate, ObjectDrift
from compiler.drift.written import Written, target_of

_MISSING: Final[Mapping[str, str]] = {
    "AuthPolicy": "the Gateway's policy holds for the route instead, and without that everybody gets in",
    "TokenRateLimitPolicy": "the Gateway's limits hold for the route instead, and without those nobody's tokens are counted",
    "RateLimitPolicy": "requests are not limited",
    "HTTPRoute": "requests for the model lead nowhere: 404",
    "Role": "callers whose tier it lets through are refused: 403",
    "RoleBinding": "callers whose tier it lets through are refused: 403",
    "ConfigMap": "the MaaS API does not know the tiers, or knows others",
    "ExternalSecret": "the API key is not accepted: 401",
    "SealedSecret": "the API key is not accepted: 401",
    "Service": "requests for the model lead nowhere",
    "ServiceEntry": "the mesh does not know the provider, and may not let requests out",
    "DestinationRule": "requests may leave without TLS",
}
# What becomes of routes without the Gateway's own.
_GATEWAYS: Final[Mapping[str, str]] = {
    "AuthPolicy": "a route without a policy of its own is open to everybody",
    "TokenRateLimitPolicy": "nobody's tokens are counted on a route without limits of its own",
}
_NOTHING: Final = "what it is for does not hold"
_CHANGED: Final = "what the cluster does is not what was reviewed"
_NO_DOORS: Final[Mapping[Key, str]] = MappingProxyType({})


def compared(written: Written, live: Sequence[Live], doors: Mapping[Key, str] = _NO_DOORS) -> tuple[tuple[ObjectDrift, ...], int]:
    """Give what differs, in the order of the objects, and how many objects do not.

    `doors` are objects of others by which requests get past what is written, each with the reason.
    """
    found = {one.key: one for one in live}
    told: list[ObjectDrift] = []
    for key, ours in written.by_key.items():
        there = found.get(key)
        if there is None:
            told.append(ObjectDrift(Fate.MISSING, key, ours.place, _without(ours)))
            continue
        fields = tuple(different(ours, there))
        if why := idle(there):
            told.append(ObjectDrift(Fate.IDLE, key, ours.place, f"{why}: {_without(ours)}", fields))
        elif fields:
            told.append(ObjectDrift(Fate.CHANGED, key, ours.place, _CHANGED, fields))
    same = len(written.by_key) - len(told)
    told += extra(written, live, doors)
    return tuple(sorted(told, key=lambda one: (list(Fate).index(one.fate), one.key))), same


def _without(ours: Live) -> str:
    """Say what comes of it that an object does not hold."""
    target = target_of(ours)
    of_gateway = _GATEWAYS if target is not None and target[1] == "Gateway" else {}
    return of_gateway.get(ours.key[1], _MISSING.get(ours.key[1], _NOTHING))
