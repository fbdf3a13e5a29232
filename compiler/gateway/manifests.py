"""What the other manifests say, as data: gateways, routes, RBAC, secrets."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from compiler.diagnostics.model import Place


class Meta(Struct, frozen=True):
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


class Listener(Struct, frozen=True):
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


class Gateway(Struct, frozen=True):
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


class Parent(Struct, frozen=True):
    """A Gateway that a route wants to attach to, or one of its listeners."""

    namespace: str
    name: str
    section: str | None
    port: int | None


class Match(Struct, frozen=True):
    """Requests that a rule is for: all of path, method, headers and query parameters; header names are lower-case."""

    kind: Literal["Exact", "PathPrefix"]
    path: str
    method: str | None
    headers: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...]
    place: Place


class HeaderChange(Struct, frozen=True):
    """What a route rule itself does to request headers, in this order: set, add, remove. Names are lower-case."""

    put: tuple[tuple[str, str], ...] = ()
    add: tuple[tuple[str, str], ...] = ()
    remove: tuple[str, ...] = ()


class RouteRule(Struct, frozen=True):
    """One rule of a route; `name` is the written one or the positional `rule-N`.

    `abroad` are the backends in other namespaces: namespace and name of each.
    """

    name: str
    matches: tuple[Match, ...]
    changes: tuple[HeaderChange, ...]
    place: Place
    abroad: tuple[tuple[str, str], ...] = ()


class Route(Struct, frozen=True):
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


class Permission(Struct, frozen=True):
    """One rule of a Role; no names means all names."""

    groups: tuple[str, ...]
    resources: tuple[str, ...]
    names: tuple[str, ...]
    verbs: tuple[str, ...]


class Role(Struct, frozen=True):
    """A Role and what it permits in its namespace."""

    namespace: str
    name: str
    permissions: tuple[Permission, ...]
    place: Place


class Subject(Struct, frozen=True):
    """Who gets a role: a user, a group, or a service account of a namespace."""

    kind: Literal["User", "Group", "ServiceAccount"]
    namespace: str
    name: str


class RoleBinding(Struct, frozen=True):
    """A RoleBinding to a Role of its own namespace."""

    namespace: str
    name: str
    role: str
    subjects: tuple[Subject, ...]
    place: Place


class Secret(Struct, frozen=True):
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


class ReferenceGrant(Struct, frozen=True):
    """Lets routes of some namespaces refer to Services of its own: to some by name, or to all (None)."""

    namespace: str
    name: str
    namespaces: tuple[str, ...]
    services: tuple[str | None, ...]
    place: Place
