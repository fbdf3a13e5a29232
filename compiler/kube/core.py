"""The core and RBAC kinds: ConfigMap, Role, RoleBinding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from compiler.kube.base import ObjectMeta


@dataclass(frozen=True)
class ConfigMap:
    """A ConfigMap of text."""

    api_version: ClassVar[str] = "v1"
    kind: ClassVar[str] = "ConfigMap"
    metadata: ObjectMeta
    data: Mapping[str, str]


@dataclass(frozen=True)
class PolicyRule:
    """What a Role permits."""

    api_groups: tuple[str, ...]
    resources: tuple[str, ...]
    resource_names: tuple[str, ...]
    verbs: tuple[str, ...]


@dataclass(frozen=True)
class Role:
    """Permissions in one namespace."""

    api_version: ClassVar[str] = "rbac.authorization.k8s.io/v1"
    kind: ClassVar[str] = "Role"
    metadata: ObjectMeta
    rules: tuple[PolicyRule, ...]


@dataclass(frozen=True)
class RoleRef:
    """The Role that is bound."""

    api_group: str
    kind: str
    name: str


@dataclass(frozen=True)
class GroupSubject:
    """A group that a Role is bound to."""

    kind: str
    api_group: str
    name: str


@dataclass(frozen=True)
class AccountSubject:
    """A ServiceAccount of a namespace that a Role is bound to."""

    kind: str
    name: str
    namespace: str


@dataclass(frozen=True)
class RoleBinding:
    """Gives a Role to subjects."""

    api_version: ClassVar[str] = "rbac.authorization.k8s.io/v1"
    kind: ClassVar[str] = "RoleBinding"
    metadata: ObjectMeta
    role_ref: RoleRef
    subjects: tuple[GroupSubject | AccountSubject, ...]
