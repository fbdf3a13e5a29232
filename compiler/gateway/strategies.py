"""Reads where a policy's body stands and how it meets a more specific policy: bare, `defaults` or `overrides`."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from compiler.gateway.policies import Strategy
from compiler.gateway.strict import Node, bad, need

_NAMED: Final = {
    ("defaults", "atomic"): Strategy.DEFAULTS_ATOMIC,
    ("defaults", "merge"): Strategy.DEFAULTS_MERGE,
    ("overrides", "atomic"): Strategy.OVERRIDES_ATOMIC,
    ("overrides", "merge"): Strategy.OVERRIDES_MERGE,
}


class Body(Struct, frozen=True):
    """The rules of a policy: the node that holds them, its fields, and the target reference."""

    strategy: Strategy
    node: Node
    fields: dict[str, Node]
    reference: Node


def body_of(spec: Node, *parts: str) -> Body:
    """Find the body of a policy; `parts` are the fields that it is made of.

    A bare body is an implicit atomic default. `when` beside `defaults` or `overrides` would be ignored at run time.

    Raises:
        BadManifestError: two bodies are said, or none, or the target is missing.
    """
    fields = spec.fields("targetRef", "defaults", "overrides", *parts)
    reference = need(fields, "targetRef", spec)
    said: list[str] = [name for name in ("defaults", "overrides") if name in fields]
    if any(name in fields for name in parts if name != "when"):
        said.append("bare rules")
    if len(said) != 1:
        raise bad(f"one of `defaults`, `overrides` and bare rules is expected, found {' and '.join(said) or 'none'}", spec.place)
    if said[0] == "bare rules":
        return Body(Strategy.DEFAULTS_ATOMIC, spec, {name: fields[name] for name in parts if name in fields}, reference)
    if "when" in fields:
        fields["when"].leave_out(f"`when` beside `{said[0]}`")
    body = fields[said[0]]
    inner = body.fields("strategy", *parts)
    strategy = inner.pop("strategy").one_of("atomic", "merge") if "strategy" in inner else "atomic"
    return Body(_NAMED[said[0], strategy], body, inner, reference)
