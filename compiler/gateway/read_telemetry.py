"""Reads TelemetryPolicies: labels decide nothing, as long as none of them errs."""

from __future__ import annotations

import re
from typing import Final

from compiler.gateway.read_values import target
from compiler.gateway.strict import Node, need

# Of a property of the exported identity: a string whatever `auth` is, null or an object without an identity.
_SAFE: Final = re.compile(
    r"auth != null \? \(has\(auth\.identity\) \? \(has\(auth\.identity\.(?P<name>[a-z_]+)\) \? "
    r'auth\.identity\.(?P=name) : ""\) : ""\) : ""\Z',
    re.ASCII,
)


def telemetry_policy(spec: Node) -> None:
    """Read the spec of a TelemetryPolicy, and report labels of which it is not known that they never err.

    The filter evaluates labels with each limit that it asks about; where one errs, the limit is not looked at.

    Raises:
        BadManifestError: it is none.
    """
    fields = spec.fields("targetRef", "metrics")
    target(need(fields, "targetRef", spec))
    metrics = need(fields, "metrics", spec)
    default = need(metrics.fields("default"), "default", metrics)
    labels = need(default.fields("labels"), "labels", default)
    for name, node in labels.members():
        if _SAFE.match(node.text()) is None:
            node.leave_out(f"the label `{name}`, which may err and switch limits off,")
