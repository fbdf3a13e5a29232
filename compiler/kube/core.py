"""The core and RBAC kinds: ConfigMap, Role, RoleBinding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct

from compiler.kube.base import ObjectMeta


class ConfigMap(Struct, frozen=True):
    """A ConfigMap of text."""

    api_version: ClassVar[str] = "v1"
    kind: ClassVar[str] = "ConfigMap"
    metadata: ObjectMeta
    data: Mapping[str, str]


class PolicyRule(Struct, frozen=True):
    """What a Role permits."""

    api_groups: tuple[str, ...]
    resources: tuple[str, ...]
    resource_names: tuple[str, ...]
    verbs: tuple[str, ...]


class Role(Struct, frozen=True):
    """Permissions in one namespace."""

    api_version: ClassVar[str] = "rbac.authorization.k8s.io/v1"
    kind: ClassVar[str] = "Role"
    metadata: ObjectMeta
    rules: tuple[PolicyRule, ...]


class RoleRef(Struct, frozen=True):
    """The Role that is bound."""

    api_group: str
    kind: str
    name: str


class GroupSubject(Struct, frozen=True):
    """A group that a Role is bound to."""

    kind: str
    api_group: str
    name: str


class AccountSubject(Struct, frozen=True):
    """A ServiceAccount of a namespace that a Role is bound to."""

    kind: str
    name: str
    namespace: str


class RoleBinding(Struct, frozen=True):
    """Gives a Role to subjects."""

    api_version: ClassVar[str] = "rbac.authorization.k8s.io/v1"
    kind: ClassVar[str] = "RoleBinding"
    metadata: ObjectMeta
    role_ref: RoleRef
    subjects: tuple[GroupSubject | AccountSubject, ...]
