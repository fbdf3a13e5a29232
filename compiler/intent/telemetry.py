"""The model of `platform.telemetry`: by what the gateway's metrics tell usage apart."""

from __future__ import annotations

from typing import Annotated, Literal

from compiler.intent.field import Field
from compiler.intent.spec import Spec

LabelName = Literal["user", "subscription", "tier", "organization", "costCenter"]


class TelemetrySpec(Spec):
    """By what usage is told apart in Limitador's metrics, and how many series that may make."""

    labels: Annotated[
        list[LabelName],
        Field(
            min_length=1,
            description="what each metric of usage says beside the model: "
            "`user`, `subscription`, `tier`, `organization`, `costCenter`, or several of them",
        ),
    ]
    users: Annotated[int, Field(ge=1, le=10**9, description="callers that are expected; series are estimated with it")]
    max_series: Annotated[
        int, Field(alias="maxSeries", ge=1, le=10**12, description="the most series that the metrics of usage may have")
    ] = 100_000
