"""What tells usage apart and adds it up: labels of Kuadrant's metrics, where they are read, and recording rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct

from compiler.cel.tree import Expr
from compiler.kube.base import ObjectMeta, TargetRef


class Labels(Struct, frozen=True):
    """Labels by name; each is a string, whatever the request."""

    labels: Mapping[str, Expr]


class Metrics(Struct, frozen=True):
    """What holds for all metrics of a target."""

    default: Labels


class TelemetryPolicySpec(Struct, frozen=True):
    """Target and labels."""

    target_ref: TargetRef
    metrics: Metrics


class TelemetryPolicy(Struct, frozen=True):
    """A TelemetryPolicy, extensions.kuadrant.io/v1alpha1."""

    api_version: ClassVar[str] = "extensions.kuadrant.io/v1alpha1"
    kind: ClassVar[str] = "TelemetryPolicy"
    metadata: ObjectMeta
    spec: TelemetryPolicySpec


class Recording(Struct, frozen=True):
    """A PromQL expression whose value is kept as a series of its own."""

    record: str
    expr: str


class RuleGroup(Struct, frozen=True):
    """Rules that are evaluated one after the other."""

    name: str
    rules: tuple[Recording, ...]


class RuleGroups(Struct, frozen=True):
    """Groups of rules."""

    groups: tuple[RuleGroup, ...]


class PrometheusRule(Struct, frozen=True):
    """A PrometheusRule, monitoring.coreos.com/v1."""

    api_version: ClassVar[str] = "monitoring.coreos.com/v1"
    kind: ClassVar[str] = "PrometheusRule"
    metadata: ObjectMeta
    spec: RuleGroups


class MetricsEndpoint(Struct, frozen=True):
    """A port of a Service by name, and the path of its metrics there."""

    port: str
    path: str


class Selector(Struct, frozen=True):
    """Objects that carry all of the labels."""

    match_labels: Mapping[str, str]


class ServiceMonitorSpec(Struct, frozen=True):
    """Which Services of the same namespace are asked, and where."""

    selector: Selector
    endpoints: tuple[MetricsEndpoint, ...]


class ServiceMonitor(Struct, frozen=True):
    """A ServiceMonitor, monitoring.coreos.com/v1."""

    api_version: ClassVar[str] = "monitoring.coreos.com/v1"
    kind: ClassVar[str] = "ServiceMonitor"
    metadata: ObjectMeta
    spec: ServiceMonitorSpec
