"""Holds what tells usage apart against the Program: labels that err nowhere, and what else stands in the same kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program
from compiler.program.telemetry import Telemetry
from compiler.prove.documents import Documents, Key
from compiler.prove.verdict import refuted

_KINDS: Final = ("TelemetryPolicy", "ServiceMonitor", "PrometheusRule")
_NAME: Final = "maas-usage"
_SAYS: Final = {
    "TelemetryPolicy": "the labels of usage are",
    "ServiceMonitor": "the places where usage is read are",
    "PrometheusRule": "the sums of usage are",
}
_EFFECTS: Final = {
    "TelemetryPolicy": "a label that errs lets every request by its limits, and one of another value charges somebody else",
    "ServiceMonitor": "nobody's usage is known, or another service's is taken for it",
    "PrometheusRule": "somebody is charged for what others used, or nothing",
}

# The properties that every AuthPolicy of ours exports, whose values a proof has shown, by the label that may tell them.
_EXPORTED: Final = {
    "user": "userid",
    "subscription": "selected_subscription",
    "tier": "tier",
    "organization": "organization",
    "cost_center": "cost_center",
}


def telemetry(program: Program, found: Documents) -> Iterator[Diagnostic]:
    """Find what is missing, what is otherwise than meant, and telemetry that nobody means.

    The filter evaluates a label with each limit that it asks about, and a label that errs lets the request by. So the one
    spelling is allowed that errs nowhere: whatever `auth` is, each engine gives a string (tests of the spelling).
    """
    wanted = dict(_meant(program, program.platform.telemetry)) if program.platform.telemetry is not None else {}
    for key, (place, content) in found.items():
        if key[0] not in _KINDS:
            continue
        if key not in wanted:
            yield refuted(f"nobody means the {key[0]} `{key[1]}/{key[2]}`", place, "usage is told apart otherwise than meant")
        elif content.get("spec") != wanted[key]:
            yield refuted(f"{_SAYS[key[0]]} not those that are meant", place, _EFFECTS[key[0]])
    for kind, namespace, name in wanted.keys() - found.keys():
        yield refuted(f"the {kind} `{namespace}/{name}` is missing", None, "usage is counted for nobody")


def _meant(program: Program, asked: Telemetry) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    gateway, here = program.platform.gateway, program.platform.kuadrant_namespace
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": gateway.name}
    labels = {label: spelling(_EXPORTED[label]) for label in asked.labels}
    yield ("TelemetryPolicy", gateway.namespace, _NAME), {"targetRef": target, "metrics": {"default": {"labels": labels}}}
    monitor = {"selector": {"matchLabels": {"app": "limitador"}}, "endpoints": [{"port": "http", "path": "/metrics"}]}
    yield ("ServiceMonitor", here, _NAME), monitor
    rules = [{"record": record, "expr": expr} for record, expr in _sums(program, asked)]
    yield ("PrometheusRule", here, _NAME), {"groups": [{"name": _NAME, "rules": rules}]}


def _sums(program: Program, asked: Telemetry) -> Iterator[tuple[str, str]]:
    """Give what is to be added up: tokens by whatever tells them apart, and what they cost by the price of each subscription."""
    apart = ["limitador_namespace", *(label for label in ("user", "subscription") if label in asked.labels)]
    for label in apart:
        yield f"{label}:maas_tokens:increase1h", f"sum by ({label}) (increase(authorized_hits[1h]))"
    if "subscription" not in apart:
        return
    of_teams = 'increase(authorized_hits{subscription=~"team:.+"}[1h])'
    named = f'label_replace({of_teams}, "team", "$1", "subscription", "team:(.+)")'
    yield "team:maas_tokens:increase1h", f"sum by (team) ({named})"
    priced = {(one.key, one.metadata.price) for model in program.models for one in model.entries if one.metadata.price}
    for name, price in sorted(priced):
        used = f'sum by ({", ".join(apart)}) (increase(authorized_hits{{subscription="{name}"}}[1h]))'
        # Exactly: a price is a decimal of any length, and of a million tokens.
        yield "maas_cost:increase1h", f"{used} * {Decimal(price or 0).scaleb(-6).normalize():f}"
    for label in apart if priced else ():
        yield f"{label}:maas_cost:increase1h", f"sum by ({label}) (maas_cost:increase1h)"


def spelling(name: str) -> str:
    """Give the text of a label that is a string whatever `auth` is: nothing, an object without an identity, or with one."""
    identity = "auth.identity"
    return f'auth != null ? (has({identity}) ? (has({identity}.{name}) ? {identity}.{name} : "") : "") : ""'
