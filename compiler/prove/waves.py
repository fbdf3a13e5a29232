"""Holds the order in which Argo CD applies objects against what is safe at every moment of a sync.

Whoever gets through must be counted, and whoever is not meant to get through must be refused, also while half of a sync is
done. So each object is in a later wave than all that it relies on; within a wave there is no order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Place
from compiler.prove.documents import Documents, Key
from compiler.prove.verdict import refuted

WAVE: Final = "argocd.argoproj.io/sync-wave"
OPTIONS: Final = "argocd.argoproj.io/sync-options"
# Nothing refuses requests where a RateLimitPolicy is gone, so it goes after the policies that let callers reach it.
_LAST: Final = "PruneLast=true"
# Argo CD takes Helm's hooks for its own.
_READ: Final = ("argocd.argoproj.io/", "helm.sh/")
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}\Z")

# Each kind comes after all of the rows above: `Kind on Gateway` and `Kind on HTTPRoute` are policies by their target.
_STAGES: Final = (
    ("GatewayClass", "Gateway", "Kuadrant", "Namespace"),
    ("TokenRateLimitPolicy on Gateway", "RateLimitPolicy on Gateway", "ServiceAccount"),
    ("AuthPolicy on Gateway", "Secret", "Service", "ServiceEntry", "DestinationRule", "ReferenceGrant"),
    ("HTTPRoute",),
    ("TokenRateLimitPolicy on HTTPRoute", "RateLimitPolicy on HTTPRoute"),
    ("AuthPolicy on HTTPRoute", "Role"),
    ("RoleBinding",),
    ("ConfigMap",),
    ("ExternalSecret", "SealedSecret"),
)
_STAGE: Final = {kind: stage for stage, kinds in enumerate(_STAGES) for kind in kinds}


class _Placed(Struct, frozen=True):
    key: Key
    place: Place
    wave: int

    def __str__(self) -> str:
        kind, namespace, name = self.key
        return f"the {kind} `{f'{namespace}/' if namespace else ''}{name}`"


def waves(found: Documents) -> Iterator[Diagnostic]:
    """Find objects that are applied before what they rely on, and what Argo CD is told that nobody means."""
    stages: list[list[_Placed]] = [[] for _ in _STAGES]
    for key, (place, content) in found.items():
        annotations = content["metadata"].get("annotations") or {}
        yield from _told(key, place, annotations)
        at = place.at("metadata", "annotations", WAVE) if WAVE in annotations else place
        stage = _STAGE.get(_kind(key, content))
        if stage is not None:
            stages[stage].append(_Placed(key, at, _wave(annotations)))
    yield from _ordered(stages)


def _kind(key: Key, content: Mapping[str, Any]) -> str:
    spec = content.get("spec")
    target = spec.get("targetRef") if isinstance(spec, Mapping) else None
    return f"{key[0]} on {target.get('kind')}" if isinstance(target, Mapping) else key[0]


def _wave(annotations: Mapping[str, Any]) -> int:
    written = str(annotations.get(WAVE, 0))
    return int(written) if _NUMBER.match(written) else 0


def _told(key: Key, place: Place, annotations: Mapping[str, Any]) -> Iterator[Diagnostic]:
    kind, namespace, name = key
    options = {OPTIONS: _LAST} if kind == "RateLimitPolicy" else {}
    for one, value in annotations.items():
        if not one.startswith(_READ) or (one == WAVE and _NUMBER.match(str(value))) or options.get(one) == value:
            continue
        headline = f"nobody means the {kind} `{namespace}/{name}` to say `{one}: {value}`"
        yield refuted(headline, place.at("metadata", "annotations", one), "Argo CD applies it at another time, or not as it is")
    for one in options.keys() - annotations.keys():
        headline = f"the {kind} `{namespace}/{name}` does not say `{one}: {options[one]}`"
        yield refuted(headline, place, "where it is removed, callers get through without its counts for a moment")


def _ordered(stages: list[list[_Placed]]) -> Iterator[Diagnostic]:
    """Tell once of each stage that does not wait for all before it: of the one object that is out of order, if it is one."""
    before: list[_Placed] = []
    for stage in stages:
        last = max(before, key=lambda one: one.wave, default=None)
        early = [one for one in stage if last is not None and one.wave <= last.wave]
        if last is not None and early:
            first = min(early, key=lambda one: one.wave)
            late = sum(one.wave >= first.wave for one in before)
            place = last.place if late < len(early) else first.place
            headline = f"{first} is not applied after {last}: waves {first.wave} and {last.wave}"
            yield refuted(headline, place, "in the middle of a sync callers get through whom nothing limits or refuses yet")
        before += stage
