"""What `out/` holds: its objects, and what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from msgspec import Struct

from compiler.drift.dump import Key, Live
from compiler.drift.plain import at

GATEWAY_API: Final = "gateway.networking.k8s.io"
_KUADRANT: Final = "kuadrant.io"


class Written(Struct, frozen=True, dict=True):
    """The objects of `out/`, with their places."""

    objects: tuple[Live, ...]

    @cached_property
    def by_key(self) -> Mapping[Key, Live]:
        """Give them by their identity."""
        return {one.key: one for one in self.objects}

    @cached_property
    def targets(self) -> frozenset[Key]:
        """Give the routes and gateways that our policies are for, and our routes."""
        found = {target for one in self.objects if (target := target_of(one)) is not None}
        return frozenset(found | {one.key for one in self.objects if one.key[1] == "HTTPRoute"})


def target_of(policy: Live) -> Key | None:
    """Give the identity of what a policy of Kuadrant or of its extensions is for; None for what is none, or cannot be read."""
    group, _, namespace, _ = policy.key
    reference = at(policy.data, "spec", "targetRef")
    if not f".{group}".endswith(f".{_KUADRANT}") or not isinstance(reference, Mapping):
        return None
    to, kind, name = reference.get("group", GATEWAY_API), reference.get("kind"), reference.get("name")
    return (to, kind, namespace, name) if isinstance(to, str) and isinstance(kind, str) and isinstance(name, str) else None
