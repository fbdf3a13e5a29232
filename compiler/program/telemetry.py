"""By what usage is told apart in metrics."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

USER: Final = "user"
SUBSCRIPTION: Final = "subscription"
TIER: Final = "tier"
ORGANIZATION: Final = "organization"
COST_CENTER: Final = "cost_center"

# The property of the exported identity that each label has the value of.
PROPERTIES: Final = {
    USER: "userid",
    SUBSCRIPTION: "selected_subscription",
    TIER: "tier",
    ORGANIZATION: "organization",
    COST_CENTER: "cost_center",
}


class Telemetry(Struct, frozen=True):
    """The labels of usage, in a fixed order, the callers that are expected, and the most series there may be."""

    labels: tuple[str, ...]
    users: int
    max_series: int
