"""Holds the objects of a cluster against those of `out/`: what is missing, what is not as written, and what is there besides."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, cast

from compiler.drift.dump import Key, Live
from compiler.drift.grants import RBAC
from compiler.drift.normal import normal
from compiler.drift.result import Fate, Field, ObjectDrift
from compiler.drift.written import Written, target_of
from compiler.program.keys import secret_labels

_MANAGED_BY: Final = ("app.kubernetes.io/managed-by", "maasc")

# Fields of these kinds are never shown: the first holds secrets, the others say where and how they are kept.
_SECRET: Final[Mapping[str, tuple[str, ...]]] = {
    "Secret": ("data", "stringData"),
    "SealedSecret": ("spec.encryptedData",),
}

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
_LEFT: Final = "it was made by a build, and `out/` has it no more: what it gives or takes still holds"
_REPLACES: Final = "of two policies on one target the newer one holds alone: it may replace ours"
_OPENS: Final = "whoever has the key that it holds is let in as the caller whom it names"
_NO_DOORS: Final[Mapping[Key, str]] = MappingProxyType({})
_BINDS: Final = "whoever it names has what our Role permits"


def compared(written: Written, live: Sequence[Live], doors: Mapping[Key, str] = _NO_DOORS) -> tuple[tuple[ObjectDrift, ...], int]:
    """Give what differs, in the order of the objects, and how many objects do not.

    `doors` are objects of others by which requests get past what is written, each with the reason.
    """
    found = {one.key: one for one in live}
    told: list[ObjectDrift] = []
    for key, ours in written.by_key.items():
        there = found.get(key)
        if there is None:
            told.append(ObjectDrift(Fate.MISSING, key, ours.place, _MISSING.get(key[1], "what it is for does not hold")))
        elif fields := tuple(different(ours, there)):
            effect = "what the cluster does is not what was reviewed"
            told.append(ObjectDrift(Fate.CHANGED, key, ours.place, effect, fields))
    same = len(written.by_key) - len(told)
    told += [ObjectDrift(Fate.EXTRA, one.key, one.place, why) for one, why in extra(written, live, doors)]
    return tuple(sorted(told, key=lambda one: (list(Fate).index(one.fate), one.key))), same


def extra(written: Written, live: Sequence[Live], doors: Mapping[Key, str] = _NO_DOORS) -> Iterator[tuple[Live, str]]:
    """Give the objects that are not ours and matter, each with the reason."""
    gateways = {target[3] for target in written.targets if target[1] == "Gateway"}
    roles = {one.key[2:] for one in written.objects if one.key[1] == "Role"}
    for one in live:
        if one.key in written.by_key:
            continue
        if target_of(one) in written.targets:
            yield one, _REPLACES
        elif one.key[:2] == (RBAC, "RoleBinding") and _binds(one, roles):
            yield one, _BINDS
        elif one.key in doors:
            yield one, doors[one.key]
        elif _made_from(one, written.by_key):
            continue
        elif one.key[:2] == ("", "Secret") and _is_key(one, gateways):
            yield one, _OPENS
        elif _labels(one).get(_MANAGED_BY[0]) == _MANAGED_BY[1]:
            yield one, _LEFT


def _binds(binding: Live, roles: Collection[tuple[str, ...]]) -> bool:
    reference = binding.data.get("roleRef")
    named = isinstance(reference, Mapping) and reference.get("kind") == "Role"
    return named and (binding.key[2], cast("Mapping[str, object]", reference).get("name")) in roles


def _is_key(secret: Live, gateways: Collection[str]) -> bool:
    """Tell whether Authorino takes the value of a Secret for an API key of one of our gateways."""
    return any(secret_labels(gateway).items() <= _labels(secret).items() for gateway in gateways)


def _labels(one: Live) -> Mapping[str, object]:
    metadata = cast("Mapping[str, object]", one.data["metadata"])
    labels = metadata.get("labels")
    return labels if isinstance(labels, Mapping) else {}


def _made_from(one: Live, known: Mapping[Key, Live]) -> bool:
    """Tell whether a controller made an object out of one of ours, as Secrets are made of ExternalSecrets."""
    owners = cast("Mapping[str, object]", one.data["metadata"]).get("ownerReferences")
    for owner in owners if isinstance(owners, list) else []:
        if isinstance(owner, Mapping):
            group = str(owner.get("apiVersion", "")).rpartition("/")[0]
            if (group, owner.get("kind"), one.key[2], owner.get("name")) in known:
                return True
    return False


def different(ours: Live, there: Live) -> Iterator[Field]:
    """Give the fields in which a live object is not as written."""
    hidden = _SECRET.get(ours.key[1], ())
    for path, before, after in _different("", normal(ours.data), normal(there.data, ours.data)):
        secret = any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in hidden)
        yield Field(path, None if secret else _shown(before), None if secret else _shown(after), secret)


_ABSENT: Final = object()


def _different(path: str, before: object, after: object) -> Iterator[tuple[str, object, object]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _different(f"{path}.{key}" if path else key, before.get(key, _ABSENT), after.get(key, _ABSENT))
    elif isinstance(before, list) and isinstance(after, list) and _of_objects(before, after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _different(f"{path}[{index}]", one, other)
    elif not _equal(before, after):
        yield path, before, after


def _of_objects(before: list[object], after: list[object]) -> bool:
    return len(before) == len(after) and all(isinstance(one, dict) for one in (*before, *after))


def _equal(before: object, after: object) -> bool:
    """Tell whether two values are equal, and of one type: to Python 1 and True are."""
    return before is after or _shown(before) == _shown(after)


def _shown(value: object) -> str | None:
    return None if value is _ABSENT else json.dumps(value, sort_keys=True, ensure_ascii=False)
