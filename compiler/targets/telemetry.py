"""Attribution of usage: labels for Limitador's metrics, the monitor that reads them, and rules that add tokens and cost up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from compiler.cel.tree import Compare, Expr, Has, Ident, Null, Select, Str, Ternary
from compiler.kube.base import Manifest
from compiler.kube.telemetry import (
    Labels,
    Metrics,
    MetricsEndpoint,
    PrometheusRule,
    Recording,
    RuleGroup,
    RuleGroups,
    Selector,
    ServiceMonitor,
    ServiceMonitorSpec,
    TelemetryPolicy,
    TelemetryPolicySpec,
)
from compiler.program.ir import Program
from compiler.program.telemetry import PROPERTIES, SUBSCRIPTION, USER, Telemetry
from compiler.targets.common import metadata, on_gateway

NAME: Final = "maas-usage"

# The counter of what calls used: tokens, from the reports of token limits. Limitador names the route in a label of its own.
_USED: Final = "authorized_hits"
_MODEL: Final = "limitador_namespace"
_COST: Final = "maas_cost:increase1h"
_MILLION: Final = Decimal(1_000_000)


def manifests(program: Program) -> Iterator[Manifest]:
    """Give the labels, the monitor and the rules; nothing unless the platform asks for telemetry."""
    telemetry = program.platform.telemetry
    if telemetry is None:
        return
    gateway, here = program.platform.gateway, program.platform.kuadrant_namespace
    labels = Labels({label: _told(PROPERTIES[label]) for label in telemetry.labels})
    yield TelemetryPolicy(metadata(NAME, gateway.namespace), TelemetryPolicySpec(on_gateway(gateway), Metrics(labels)))
    endpoint = MetricsEndpoint("http", "/metrics")
    yield ServiceMonitor(metadata(NAME, here), ServiceMonitorSpec(Selector({"app": "limitador"}), (endpoint,)))
    yield PrometheusRule(metadata(NAME, here), RuleGroups((RuleGroup(NAME, tuple(_rules(program, telemetry))),)))


def _told(name: str) -> Expr:
    """Give a property of the identity, or `""` where there is none: a label that errs would let a request by its limits.

    Of a route with somebody else's AuthPolicy the filter knows nothing of a caller, and `auth` is null.
    """
    auth = Ident("auth")
    identity = Select(auth, "identity")
    value = Select(identity, name)
    known = Ternary(Has(identity), Ternary(Has(value), value, Str("")), Str(""))
    return Ternary(Compare("!=", auth, Null()), known, Str(""))


def _rules(program: Program, telemetry: Telemetry) -> Iterator[Recording]:
    """Add up by model, and by what is told apart: users, subscriptions, and the teams among these."""
    by = [_MODEL, *(label for label in (USER, SUBSCRIPTION) if label in telemetry.labels)]
    for label in by:
        yield Recording(f"{label}:maas_tokens:increase1h", f"sum by ({label}) (increase({_USED}[1h]))")
    if SUBSCRIPTION not in telemetry.labels:
        return
    yield Recording("team:maas_tokens:increase1h", _by_team(f'increase({_USED}{{subscription=~"team:.+"}}[1h])'))
    prices = _prices(program)
    for subscription, price in prices.items():
        used = f'increase({_USED}{{subscription="{subscription}"}}[1h])'
        yield Recording(_COST, f"sum by ({', '.join(by)}) ({used}) * {price}")
    for label in by if prices else ():
        yield Recording(f"{label}:{_COST}", f"sum by ({label}) ({_COST})")


def _by_team(used: str) -> str:
    return f'sum by (team) (label_replace({used}, "team", "$1", "subscription", "team:(.+)"))'


def _prices(program: Program) -> dict[str, str]:
    """Give the price of one token, exactly, by subscription."""
    found = {entry.key: entry.metadata.price for model in program.models for entry in model.entries}
    return {key: f"{(Decimal(price) / _MILLION).normalize():f}" for key, price in sorted(found.items()) if price}
