"""Reads RBAC and Secrets."""

from __future__ import annotations

from typing import Final, Literal

from compiler.gateway.manifests import Meta, Permission, Role, RoleBinding, Secret, Subject
from compiler.gateway.read_values import pairs
from compiler.gateway.strict import Node, need

_RBAC: Final = "rbac.authorization.k8s.io"


def role(meta: Meta, document: dict[str, Node], holder: Node) -> Role:
    """Read a Role.

    Raises:
        BadManifestError: it is none.
    """
    permissions = tuple(_permission(item) for item in need(document, "rules", holder).items())
    return Role(meta.namespace, meta.name, permissions, meta.place)


def _permission(node: Node) -> Permission:
    fields = node.fields("apiGroups", "resources", "resourceNames", "verbs")
    return Permission(
        groups=tuple(item.string() for item in need(fields, "apiGroups", node).items()),
        resources=need(fields, "resources", node).texts(),
        names=fields["resourceNames"].texts() if "resourceNames" in fields else (),
        verbs=need(fields, "verbs", node).texts(),
    )


def role_binding(meta: Meta, document: dict[str, Node], holder: Node) -> RoleBinding:
    """Read a RoleBinding.

    Raises:
        BadManifestError: it is none.
    """
    reference = need(document, "roleRef", holder)
    fields = reference.fields("apiGroup", "kind", "name")
    need(fields, "apiGroup", reference).one_of(_RBAC)
    if need(fields, "kind", reference).one_of("Role", "ClusterRole") == "ClusterRole":
        reference.leave_out("a binding to a `ClusterRole`")
    subjects = tuple(_subject(item) for item in document["subjects"].items()) if "subjects" in document else ()
    return RoleBinding(meta.namespace, meta.name, need(fields, "name", reference).text(), subjects, meta.place)


def _subject(node: Node) -> Subject:
    fields = node.fields("apiGroup", "kind", "name", "namespace")
    written = need(fields, "kind", node).one_of("User", "Group", "ServiceAccount")
    kind: Literal["User", "Group", "ServiceAccount"] = "User" if written == "User" else "Group"
    if written == "ServiceAccount":
        kind = "ServiceAccount"
    if "apiGroup" in fields:
        fields["apiGroup"].one_of(_RBAC)
    namespace = need(fields, "namespace", node).text() if kind == "ServiceAccount" else ""
    return Subject(kind, namespace, need(fields, "name", node).text())


def secret(meta: Meta, document: dict[str, Node]) -> Secret:
    """Read a Secret whose data is base64; `stringData` is not modelled."""
    if "stringData" in document:
        document["stringData"].leave_out("`stringData`")
    data = pairs(document["data"]) if "data" in document else ()
    kind = document["type"].text() if "type" in document else ""
    return Secret(meta.namespace, meta.name, meta.labels, meta.annotations, data, kind)
