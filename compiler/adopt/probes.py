"""Tries expressions of a policy on callers nobody wrote them for: whom a call asks about, and what is told of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from compiler.engines.base import Engine, Value
from compiler.program.ir import SUBSCRIPTION_HEADER


class _Probe(Struct, frozen=True):
    """A caller with a token of the cluster, who asks a model for a subscription, or for none.

    What is `chosen` is in the `namespace`.
    """

    user: str
    groups: tuple[str, ...]
    model: str
    wanted: str
    namespace: str
    chosen: str

    def roots(self, answer: Mapping[str, object] | None = None) -> Mapping[str, object]:
        """Give what expressions see, with the answer of the API if there is one."""
        user = {"username": self.user, "groups": list(self.groups), "uid": "1"}
        headers = {"authorization": "Bearer ey", **({SUBSCRIPTION_HEADER: self.wanted} if self.wanted else {})}
        path = f"/{self.model}/v1/chat/completions"
        request = {"path": path, "url_path": path, "method": "POST", "headers": headers}
        metadata = {} if answer is None else {"subscription-info": answer}
        return {"auth": {"identity": {"user": user, "userid": self.user}, "metadata": metadata}, "request": request}


_PROBES: Final = (
    _Probe("nora-8", ("lynx", "otter"), "ns-4/m-5", "plan-6", "home-7", "plan-6"),
    _Probe("system:serviceaccount:ns-1:otto", (), "ns-2/m-3", "", "home-4", "plan-9"),
)


def asks_for_tier(body: str, engine: Engine) -> bool:
    """Tell whether a call asks for the tier of the groups of whoever calls."""
    return all(_value(body, probe.roots(), engine) == {"groups": list(probe.groups)} for probe in _PROBES)


def asks_for_subscription(body: str, engine: Engine) -> frozenset[str]:
    """Give what a call says of whoever calls, and of the request, to have a subscription chosen; nothing if it says else."""
    said: set[frozenset[str]] = set()
    for probe in _PROBES:
        whole = {
            "groups": list(probe.groups),
            "username": probe.user,
            "requestedSubscription": probe.wanted,
            "requestedModel": probe.model,
        }
        found = _value(body, probe.roots(), engine)
        alike = isinstance(found, dict) and all(name in whole and whole[name] == value for name, value in found.items())
        said.add(frozenset(found) if isinstance(found, dict) and alike else frozenset())
    return said.pop() if len(said) == 1 else frozenset()


def tells_key(text: str, engine: Engine) -> bool:
    """Tell whether an expression gives the subscription that was chosen with its model, and nothing where there is none."""
    for probe in _PROBES:
        chosen = {"namespace": probe.namespace, "name": probe.chosen, "phase": "Active", "accessAllowed": True}
        key = f"{probe.namespace}/{probe.chosen}@{probe.model}"
        refused = {"error": "not_found", "message": "nothing fits"}
        if any(_value(text, probe.roots(answer), engine) != told for answer, told in ((chosen, key), (refused, ""))):
            return False
    return True


def _value(text: str, roots: Mapping[str, object], engine: Engine) -> object:
    found = engine.evaluate(text, roots)
    return found.value if isinstance(found, Value) else None
