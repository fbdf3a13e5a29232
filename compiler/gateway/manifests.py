"""What the other manifests say, as data: gateways, routes, RBAC, secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compiler.diagnostics.model import Place


@dataclass(frozen=True)
class Meta:
    """An object's metadata; `namespace` is empty for objects that have none."""

    namespace: str
    name: str
    labels: tuple[tuple[str, str], ...]
    annotations: tuple[tuple[str, str], ...]
    created: str | None
    place: Place

    @property
    def id(self) -> str:
        """Give `namespace/name`."""
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Listener:
    """One listener; a `hostname` of None means any host.

    Routes of `all_namespaces` may attach, or those of the Gateway's own, or, where some are named, of these `namespaces`.
    """

    name: str
    hostname: str | None
    port: int | None
    all_namespaces: bool
    namespaces: frozenset[str] | None = None

    def admits(self, namespace: str, own: str) -> bool:
        """Tell whether routes of a namespace may attach to a Gateway in its `own` one."""
        if self.namespaces is not None:
            return namespace in self.namespaces
        return self.all_namespaces or namespace == own


@dataclass(frozen=True)
class Gateway:
    """A Gateway; `external` ones are only referred to by the manifests."""

    namespace: str
    name: str
    listeners: tuple[Listener, ...]
    external: bool
    place: Place

    @property
    def id(self) -> str:
        """Give `namespace/name`."""
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Parent:
    """A Gateway that a route wants to attach to, or one of its listeners."""

    namespace: str
    name: str
    section: str | None
    port: int | None


@dataclass(frozen=True)
class Match:
    """Requests that a rule is for: all of path, method, headers and query parameters; header names are lower-case."""

    kind: Literal["Exact", "PathPrefix"]
    path: str
    method: str | None
    headers: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...]
    place: Place


@dataclass(frozen=True)
class HeaderChange:
    """What a route rule itself does to request headers, in this order: set, add, remove. Names are lower-case."""

    put: tuple[tuple[str, str], ...] = ()
    add: tuple[tuple[str, str], ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True)
class RouteRule:
    """One rule of a route; `name` is the written one or the positional `rule-N`.

    `abroad` are the backends in other namespaces: namespace and name of each.
    """

    name: str
    matches: tuple[Match, ...]
    changes: tuple[HeaderChange, ...]
    place: Place
    abroad: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Route:
    """An HTTPRoute; `external` ones are made by somebody else and only assumed."""

    namespace: str
    name: str
    parents: tuple[Parent, ...]
    hostnames: tuple[str, ...]
    rules: tuple[RouteRule, ...]
    created: str | None
    external: bool
    place: Place

    @property
    def id(self) -> str:
        """Give `namespace/name`."""
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Permission:
    """One rule of a Role; no names means all names."""

    groups: tuple[str, ...]
    resources: tuple[str, ...]
    names: tuple[str, ...]
    verbs: tuple[str, ...]


@dataclass(frozen=True)
class Role:
    """A Role and what it permits in its namespace."""

    namespace: str
    name: str
    permissions: tuple[Permission, ...]
    place: Place


@dataclass(frozen=True)
class Subject:
    """Who gets a role: a user, a group, or a service account of a namespace."""

    kind: Literal["User", "Group", "ServiceAccount"]
    namespace: str
    name: str


@dataclass(frozen=True)
class RoleBinding:
    """A RoleBinding to a Role of its own namespace."""

    namespace: str
    name: str
    role: str
    subjects: tuple[Subject, ...]
    place: Place


@dataclass(frozen=True)
class Secret:
    """A Secret; `data` is base64, as the API server shows it."""

    namespace: str
    name: str
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    type: str = ""

    @property
    def id(self) -> str:
        """Give `namespace/name`."""
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class ReferenceGrant:
    """Lets routes of some namespaces refer to Services of its own: to some by name, or to all (None)."""

    namespace: str
    name: str
    namespaces: tuple[str, ...]
    services: tuple[str | None, ...]
    place: Place
