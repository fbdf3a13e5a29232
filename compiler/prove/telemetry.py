"""Holds what tells usage apart against the Program: labels that err nowhere, and what else stands in the same kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program
from compiler.prove.documents import Documents
from compiler.prove.verdict import refuted

_KINDS: Final = ("TelemetryPolicy", "ServiceMonitor", "PrometheusRule")
_NAME: Final = "maas-usage"

# The properties that every AuthPolicy of ours exports, whose values a proof has shown, by the label that may tell them.
_EXPORTED: Final = {
    "user": "userid",
    "subscription": "selected_subscription",
    "tier": "tier",
    "organization": "organization",
    "cost_center": "cost_center",
}


def telemetry(program: Program, found: Documents) -> Iterator[Diagnostic]:
    """Find labels that are not those that are meant, and telemetry that nobody means.

    The filter evaluates a label with each limit that it asks about, and a label that errs lets the request by. So the one
    spelling is allowed that errs nowhere: whatever `auth` is, each engine gives a string (tests of the spelling).
    """
    asked = program.platform.telemetry
    gateway = program.platform.gateway
    meant = ("TelemetryPolicy", gateway.namespace, _NAME)
    for key, (place, content) in found.items():
        if key[0] not in _KINDS:
            continue
        if asked is None or key[2] != _NAME:
            yield refuted(f"nobody means the {key[0]} `{key[1]}/{key[2]}`", place, "usage is told apart otherwise than meant")
        elif key[0] == "TelemetryPolicy":
            target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": gateway.name}
            spec: dict[str, Any] = {
                "targetRef": target,
                "metrics": {"default": {"labels": {label: spelling(_EXPORTED[label]) for label in asked.labels}}},
            }
            if key != meant or content.get("spec") != spec:
                yield refuted(
                    "the labels of usage are not those that are meant",
                    place,
                    "a label that errs lets every request by its limits, and one of another value charges somebody else",
                )
    if asked is not None and meant not in found:
        yield refuted(f"the TelemetryPolicy `{meant[1]}/{_NAME}` is missing", None, "usage is counted for nobody")


def spelling(name: str) -> str:
    """Give the text of a label that is a string whatever `auth` is: nothing, an object without an identity, or with one."""
    identity = "auth.identity"
    return f'auth != null ? (has({identity}) ? (has({identity}.{name}) ? {identity}.{name} : "") : "") : ""'
