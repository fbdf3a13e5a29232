"""The model of `platform.limitador`: for how many callers Limitador has to count, and how many counters it keeps."""

from __future__ import annotations

from typing import Annotated

from compiler.intent.field import Field
from compiler.intent.spec import Spec


class LimitadorSpec(Spec):
    """What the service that counts has room for; budgets that need more counters do not compile."""

    users: Annotated[int, Field(ge=1, le=10**9, description="callers that are expected; counters are estimated with it")]
    max_counters: Annotated[
        int, Field(alias="maxCounters", ge=1, le=10**12, description="the most counters that Limitador has room for")
    ] = 1_000_000
