"""What the emitted manifests say about one model, as far as a proof needs it: plain texts with their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.program.methods import Credential


class Source(Struct, frozen=True):
    """A CEL text and where it stands."""

    text: str
    place: Place


class Method(Struct, frozen=True):
    """A way in: the kinds of credentials that it `accepts`; `overrides` replace properties of the identity.

    Whoever is accepted is remembered for `cache` seconds, by the credential.
    """

    name: str
    priority: int
    accepts: tuple[Credential, ...]
    overrides: tuple[tuple[str, Source], ...]
    place: Place
    cache: int = 0


class Comparison(Struct, frozen=True):
    """What a selector finds in the identity equals a text (`eq`), or is a list that holds it or that text itself (`incl`)."""

    selector: str
    operator: Literal["eq", "incl"]
    value: str
    place: Place


class Several(Struct, frozen=True):
    """Patterns of which all must match, or any."""

    members: tuple[Pattern, ...]
    every: bool


Pattern = Source | Comparison | Several


class Conditions(Struct, frozen=True):
    """An authorization that holds when all conditions do."""

    name: str
    patterns: tuple[Pattern, ...]
    place: Place

    def sources(self) -> tuple[Source, ...]:
        """Give all CEL texts."""
        return tuple(_sources(self.patterns))


def _sources(patterns: Iterable[Pattern]) -> Iterator[Source]:
    for pattern in patterns:
        match pattern:
            case Source():
                yield pattern
            case Several():
                yield from _sources(pattern.members)
            case Comparison():
                pass


class AccessReview(Struct, frozen=True):
    """An authorization that the cluster's RBAC decides; `attributes` are of the resource: CEL, or written out."""

    name: str
    user: Source | str
    groups: Source | None
    attributes: tuple[tuple[str, Source | str], ...]
    place: Place

    def sources(self) -> tuple[Source, ...]:
        """Give all CEL texts."""
        values = (self.user, self.groups, *(value for _, value in self.attributes))
        return tuple(value for value in values if isinstance(value, Source))


class Permission(Struct, frozen=True):
    """What one rule of a Role allows the subjects of one RoleBinding; no names means all names."""

    namespace: str
    api_groups: tuple[str, ...]
    resources: tuple[str, ...]
    names: tuple[str, ...]
    verbs: tuple[str, ...]
    groups: tuple[str, ...]
    users: tuple[str, ...]


class Export(Struct, frozen=True):
    """A property that the limits see as `auth.<item>.<name>`."""

    item: str
    name: str
    value: Source


Unit = Literal["tokens", "requests"]


class Limit(Struct, frozen=True):
    """One limit: (limit, seconds) of its rates, its conditions, and the counters that share it out."""

    unit: Unit
    policy: str
    name: str
    rates: tuple[tuple[int, int], ...]
    predicates: tuple[Source, ...]
    counters: tuple[Source, ...]
    place: Place

    def sources(self) -> tuple[Source, ...]:
        """Give all CEL texts."""
        return (*self.predicates, *self.counters)


class Fetched(Struct, frozen=True):
    """A Secret that is there as `auth.metadata.<name>`, with these keys."""

    name: str
    keys: tuple[str, ...]


class Unknown(Struct, frozen=True):
    """Something in the manifests that no proof here understands, and where."""

    what: str
    place: Place | None


class View(Struct, frozen=True):
    """All that holds for the requests of one model, `namespace/name`.

    `methods` are in the order tried; `fetched` is there for every caller, or not listed; `injected` are expressions whose
    values go into headers for the backend.
    """

    model: str
    methods: tuple[Method, ...]
    authorization: tuple[Conditions | AccessReview, ...]
    permissions: tuple[Permission, ...]
    exports: tuple[Export, ...]
    injected: tuple[tuple[str, Source], ...]
    limits: tuple[Limit, ...]
    unknown: tuple[Unknown, ...]
    place: Place
    fetched: tuple[Fetched, ...] = ()
