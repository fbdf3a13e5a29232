"""Reads the parts that manifests share: metadata, labels, targets, and values that are computed."""

from __future__ import annotations

import re
from typing import Final, Literal

from compiler.diagnostics.model import Place
from compiler.gateway.manifests import Meta
from compiler.gateway.policies import Cel, Property, Selector, Source, Static, Target, When
from compiler.gateway.selectors import selects
from compiler.gateway.strict import Node, bad, need
from compiler.gateway.texts import FILTER, Environment, foreign

# Kept by the API server or by tools, without a meaning of their own here.
_INERT_META: Final = ("uid", "resourceVersion", "generation", "managedFields", "ownerReferences", "selfLink", "finalizers")
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\Z", re.ASCII)
_GATEWAY_GROUP: Final = "gateway.networking.k8s.io"


def meta(node: Node, root: Place, *, namespaced: bool) -> Meta:
    """Read the metadata of the object at `root`.

    Raises:
        BadManifestError: name or namespace is missing, or something has a wrong type.
    """
    fields = node.fields("name", "namespace", "labels", "annotations", "creationTimestamp", *_INERT_META)
    name = need(fields, "name", node).text()
    namespace = need(fields, "namespace", node).text() if namespaced else ""
    return Meta(
        namespace=namespace,
        name=name,
        labels=pairs(fields["labels"]) if "labels" in fields else (),
        annotations=pairs(fields["annotations"]) if "annotations" in fields else (),
        created=_time(fields.get("creationTimestamp")),
        place=root,
    )


def _time(node: Node | None) -> str | None:
    if node is None:
        return None
    written = node.text()
    if not _TIME.match(written):
        raise bad(f"`{written}` is no creation time such as the API server writes", node.place)
    return written


def pairs(node: Node) -> tuple[tuple[str, str], ...]:
    """Read a mapping of strings."""
    return tuple((key, value.string()) for key, value in node.members())


def target(node: Node) -> Target:
    """Read a policy's target reference.

    Raises:
        BadManifestError: it can be no target.
    """
    fields = node.fields("group", "kind", "name", "sectionName")
    need(fields, "group", node).one_of(_GATEWAY_GROUP)
    kind = need(fields, "kind", node).one_of("Gateway", "HTTPRoute", "GRPCRoute")
    if kind == "GRPCRoute":
        node.leave_out("a policy on a `GRPCRoute`")
    target_kind: Literal["Gateway", "HTTPRoute"] = "Gateway" if kind == "Gateway" else "HTTPRoute"
    section = fields["sectionName"].text() if "sectionName" in fields else None
    return Target(target_kind, need(fields, "name", node).text(), section)


def cel(node: Node, environment: Environment) -> Cel:
    """Read a CEL text and report what it uses that is not modelled."""
    written = node.text()
    for what in foreign(written, environment):
        node.leave_out(f"{what} in {environment.name}")
    return Cel(written, node.place)


def source(node: Node, environment: Environment) -> Source:
    """Read a value that is written out, selected or computed.

    Raises:
        BadManifestError: it is said in no way, or in more than one.
    """
    if not isinstance(node.data, dict):
        raise bad("one of `value`, `selector` and `expression` is expected", node.place)
    fields = node.fields("value", "selector", "expression")
    if len(fields) != 1:
        raise bad("exactly one of `value`, `selector` and `expression` is expected", node.place)
    if "expression" in fields:
        return cel(fields["expression"], environment)
    if "selector" in fields:
        return selector(fields["selector"])
    return Static(fields["value"].data, node.place)


def selector(node: Node) -> Selector:
    """Read a selector and report one that is not modelled."""
    path = node.text()
    if not selects(path):
        node.leave_out(f"the selector `{path}`")
    return Selector(path, node.place)


def properties(node: Node, environment: Environment) -> tuple[Property, ...]:
    """Read a mapping of names to values."""
    return tuple(Property(name, source(value, environment), value.place) for name, value in node.members())


def when(node: Node) -> When:
    """Read the top-level predicates of a policy, which the filter evaluates."""
    return When(tuple(predicate(item) for item in node.items()), node.place)


def predicate(node: Node) -> Cel:
    """Read one entry of a list of predicates that the filter evaluates."""
    return cel(need(node.fields("predicate"), "predicate", node), FILTER)
