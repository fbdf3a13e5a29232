"""What a dump holds of other gateways: it decides about no request that passes ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from compiler.adopt import policies
from compiler.adopt.draft import Left
from compiler.adopt.gather import Dump
from compiler.adopt.models import KSERVE
from compiler.adopt.objects import Object, mappings

_TARGETING: Final = (*policies.POLICIES, "PlanPolicy", "OIDCPolicy", "TelemetryPolicy")


def parents(route: Object) -> frozenset[str]:
    """Give the gateways that a route attaches to, as `namespace/name`; none where any of them cannot be read."""
    listed = route.spec.get("parentRefs")
    refs = mappings(listed)
    named = [(parent.get("namespace", route.namespace), parent.get("name")) for parent in refs]
    told = isinstance(listed, list) and len(refs) == len(listed)
    clear = told and all(isinstance(part, str) and part for one in named for part in one)
    return frozenset(f"{namespace}/{name}" for namespace, name in named) if clear else frozenset()


def divided(dump: Dump, gateway: str) -> tuple[Dump, list[Left]]:
    """Give a dump without what is behind other gateways only, and of that the models and policies.

    A route that is not in the dump, or says nothing of a gateway, may be behind any.
    """
    away: dict[tuple[str, str, str], str] = {}
    known = {one.id for one in dump.of("Gateway")}
    for route in dump.of("HTTPRoute"):
        others = sorted(parents(route))
        known.update(others)
        if others and gateway not in others:
            away["HTTPRoute", route.namespace, route.name] = ", ".join(f"`{one}`" for one in others)
    for other in known - {gateway}:
        away["Gateway", *_split(other)] = f"`{other}`"
    kept: list[Object] = []
    left: list[Left] = []
    for one in dump.objects:
        behind = _behind(one, away)
        if behind is None:
            kept.append(one)
        elif one.kind != "HTTPRoute":
            left.append(Left(one, f"is behind another gateway, {behind}"))
    return replace(dump, objects=kept), left


def _split(ident: str) -> tuple[str, str]:
    namespace, _, name = ident.partition("/")
    return namespace, name


def _behind(one: Object, away: Mapping[tuple[str, str, str], str]) -> str | None:
    """Give the gateways that an object is behind; None where ours may be one of them."""
    match one.kind:
        case "HTTPRoute":
            return away.get(("HTTPRoute", one.namespace, one.name))
        case "LLMInferenceService":
            return away.get(("HTTPRoute", one.namespace, one.name + KSERVE))
        case kind if kind in _TARGETING:
            there, name = policies.target(one)
            return away.get((there, one.namespace, name))
        case _:
            return None
