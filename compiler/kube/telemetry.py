"""What tells usage apart and adds it up: labels of Kuadrant's metrics, where they are read, and recording rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from compiler.cel.tree import Expr
from compiler.kube.base import ObjectMeta, TargetRef


@dataclass(frozen=True)
class Labels:
    """Labels by name; each is a string, whatever the request."""

    labels: Mapping[str, Expr]


@dataclass(frozen=True)
class Metrics:
    """What holds for all metrics of a target."""

    default: Labels


@dataclass(frozen=True)
class TelemetryPolicySpec:
    """Target and labels."""

    target_ref: TargetRef
    metrics: Metrics


@dataclass(frozen=True)
class TelemetryPolicy:
    """A TelemetryPolicy, extensions.kuadrant.io/v1alpha1."""

    api_version: ClassVar[str] = "extensions.kuadrant.io/v1alpha1"
    kind: ClassVar[str] = "TelemetryPolicy"
    metadata: ObjectMeta
    spec: TelemetryPolicySpec


@dataclass(frozen=True)
class Recording:
    """A PromQL expression whose value is kept as a series of its own."""

    record: str
    expr: str


@dataclass(frozen=True)
class RuleGroup:
    """Rules that are evaluated one after the other."""

    name: str
    rules: tuple[Recording, ...]


@dataclass(frozen=True)
class RuleGroups:
    """Groups of rules."""

    groups: tuple[RuleGroup, ...]


@dataclass(frozen=True)
class PrometheusRule:
    """A PrometheusRule, monitoring.coreos.com/v1."""

    api_version: ClassVar[str] = "monitoring.coreos.com/v1"
    kind: ClassVar[str] = "PrometheusRule"
    metadata: ObjectMeta
    spec: RuleGroups


@dataclass(frozen=True)
class MetricsEndpoint:
    """A port of a Service by name, and the path of its metrics there."""

    port: str
    path: str


@dataclass(frozen=True)
class Selector:
    """Objects that carry all of the labels."""

    match_labels: Mapping[str, str]


@dataclass(frozen=True)
class ServiceMonitorSpec:
    """Which Services of the same namespace are asked, and where."""

    selector: Selector
    endpoints: tuple[MetricsEndpoint, ...]


@dataclass(frozen=True)
class ServiceMonitor:
    """A ServiceMonitor, monitoring.coreos.com/v1."""

    api_version: ClassVar[str] = "monitoring.coreos.com/v1"
    kind: ClassVar[str] = "ServiceMonitor"
    metadata: ObjectMeta
    spec: ServiceMonitorSpec
