"""Asks the simulated gateway about an example, so that nothing is called wrong that only a proof's own reading sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from compiler.engines.base import Engine
from compiler.gateway import answer as simulated
from compiler.gateway.cluster import Cluster
from compiler.gateway.limits import Matched
from compiler.gateway.release import Release
from compiler.gateway.requests import HttpRequest
from compiler.program.ir import Program
from compiler.prove.credentials import shown
from compiler.prove.proof import Gateway
from compiler.prove.replay import BEYOND_REACH, in_order
from compiler.prove.result import Allowance, Answer, Example

# The engines, which nobody makes before there is something to ask them.
Engines = Callable[[], Sequence[Engine]]

_KNOWN = (200, 401, 403, 429)


def second_reading(program: Program, cluster: Cluster, release: Release, engines: Engines) -> Gateway:
    """Give a function that answers an example as the gateway would, or None where the gateway gives no plain answer.

    Every engine is asked; where two differ, the answer is an error that names them.
    """

    def answered(example: Example) -> Answer | None:
        method = next((found for found in program.platform.methods if found.name == example.method), None)
        if method is None:
            return None
        found = shown(program.platform, method, example)
        headers = (found.header, *example.headers)
        request = HttpRequest("POST", program.platform.gateway.hostname, example.target, headers)
        return _agreed(
            {one.name: _translated(simulated.answer(cluster, release, one, found.identities, request)) for one in engines()}
        )

    return answered


def _agreed(found: Mapping[str, Answer | None]) -> Answer | None:
    answers = list(found.values())
    if all(answer == answers[0] for answer in answers):
        return answers[0] if answers else None
    told = "; ".join(f"{name}: {answer or 'no plain answer'}" for name, answer in found.items())
    return Answer(None, error=f"the engines differ ({told})")


def _translated(found: simulated.Answer) -> Answer | None:
    if found.status not in _KNOWN:
        return None
    identity = (found.metadata or {}).get("identity")
    if found.status in (401, 403) or not isinstance(identity, dict):
        return Answer(found.status)
    allowances = [
        Allowance(one.unit, one.limit, one.seconds, shared=_shared(one, identity))
        for one in found.limits
        if one.limit < BEYOND_REACH
    ]
    selected = identity.get("selected_subscription")
    return Answer(
        status=found.status,
        selected=selected if isinstance(selected, str) else None,
        allowances=in_order(allowances),
        counted=any(one.unit == "tokens" for one in found.limits),
        told=(("userid", str(identity.get("userid", ""))),),
    )


def _shared(limit: Matched, identity: dict[str, object]) -> bool:
    return identity.get("userid") not in [value for _, value in limit.counters]
