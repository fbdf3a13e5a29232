"""What policies say, as data: AuthPolicies, and the limits of RateLimitPolicies and TokenRateLimitPolicies."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from msgspec import Struct

from compiler.diagnostics.model import Place


class Cel(Struct, frozen=True):
    """A CEL text and where it stands."""

    text: str
    place: Place


class Selector(Struct, frozen=True):
    """A gjson path into Authorino's document and where it stands."""

    path: str
    place: Place


class Static(Struct, frozen=True):
    """A value written out; plain data."""

    value: object
    place: Place


Source = Cel | Selector | Static


class Property(Struct, frozen=True):
    """A named value."""

    name: str
    source: Source
    place: Place


class Pattern(Struct, frozen=True):
    """One entry of a list of patterns, as written: any of the ways to say a condition may be there, or none."""

    place: Place
    selector: str = ""
    operator: str = ""
    value: str = ""
    predicate: Cel | None = None
    reference: str = ""
    every: tuple[Pattern, ...] = ()
    some: tuple[Pattern, ...] = ()


class Credentials(Struct, frozen=True):
    """Where a method looks for its credential; `name` is the prefix, header, parameter or cookie."""

    where: Literal["authorizationHeader", "customHeader", "queryString", "cookie"] = "authorizationHeader"
    name: str = "Bearer"


class TokenReview(Struct, frozen=True):
    """Tokens that the cluster accepts for one of the audiences; with none the request's host is the audience."""

    audiences: tuple[str, ...]


class Jwt(Struct, frozen=True):
    """Tokens signed with the keys of an issuer or of a key set; neither issuer nor audience is compared."""

    signers: tuple[str, ...]


class ApiKey(Struct, frozen=True):
    """Keys held in Secrets that carry the labels."""

    labels: tuple[tuple[str, str], ...]
    all_namespaces: bool


class Introspection(Struct, frozen=True):
    """Keys that a service knows; `secret` names what is shown to the service."""

    endpoint: str
    secret: str


class Cache(Struct, frozen=True):
    """Whoever is accepted is remembered for some seconds, by a key."""

    key: Source
    seconds: int


class Anonymous(Struct, frozen=True):
    """Everybody."""


class Method(Struct, frozen=True):
    """One way to authenticate; `overrides` replace properties of the identity, `defaults` add absent ones."""

    name: str
    priority: int
    check: TokenReview | Jwt | ApiKey | Introspection | Anonymous
    credentials: Credentials
    overrides: tuple[Property, ...]
    defaults: tuple[Property, ...]
    when: tuple[Pattern, ...]
    place: Place
    cache: Cache | None = None


class Fetch(Struct, frozen=True):
    """A Secret that Authorino gets once it knows the caller, with a token from a Secret of its own namespace."""

    name: str
    namespace: str
    secret: str
    token: str
    token_key: str
    place: Place


class Patterns(Struct, frozen=True):
    """An authorization that holds when all patterns do."""

    patterns: tuple[Pattern, ...]


class AccessReview(Struct, frozen=True):
    """An authorization that the cluster's RBAC decides; `attributes` are of the resource that is asked for."""

    user: Source
    groups: Source | None
    attributes: tuple[Property, ...]


class Authorization(Struct, frozen=True):
    """One authorization rule."""

    name: str
    priority: int
    rule: Patterns | AccessReview
    when: tuple[Pattern, ...]
    place: Place


class ResponseItem(Struct, frozen=True):
    """Something a request gets when it is let through: a header or metadata, exported as `key`."""

    name: str
    key: str
    target: Literal["header", "metadata"]
    priority: int
    body: tuple[Property, ...] | Source
    when: tuple[Pattern, ...]
    place: Place


class DenyWith(Struct, frozen=True):
    """How a denial is answered; a code of None is the default."""

    code: int | None
    place: Place


class When(Struct, frozen=True):
    """The top-level predicates of a policy."""

    predicates: tuple[Cel, ...]
    place: Place


class NamedPatterns(Struct, frozen=True):
    """Patterns that others refer to by name."""

    patterns: tuple[Pattern, ...]
    place: Place


class Rate(Struct, frozen=True):
    """At most `limit` units in a window of `seconds`; a window under a second has 0."""

    limit: int
    seconds: int
    place: Place


class Limit(Struct, frozen=True):
    """One limit: its rates, its predicates, and the counters that share it out."""

    name: str
    rates: tuple[Rate, ...]
    when: tuple[Cel, ...]
    counters: tuple[Cel, ...]
    place: Place


Rule = Method | Fetch | Authorization | ResponseItem | DenyWith | NamedPatterns | When | Limit

# The key of a policy's top-level predicates among its rules; no other rule has a key that ends so.
WHEN_KEY = "conditions#"


class Strategy(Enum):
    """How a policy meets a more specific one."""

    DEFAULTS_ATOMIC = "defaults/atomic"
    DEFAULTS_MERGE = "defaults/merge"
    OVERRIDES_ATOMIC = "overrides/atomic"
    OVERRIDES_MERGE = "overrides/merge"


PolicyKind = Literal["AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy"]


class Target(Struct, frozen=True):
    """What a policy attaches to, in the policy's own namespace; `section` is a listener's or a route rule's name."""

    kind: Literal["Gateway", "HTTPRoute"]
    name: str
    section: str | None


class Policy(Struct, frozen=True):
    """One policy of any of the three kinds; its rules have unique keys, by which they are merged.

    `created` is the creation time as the API server writes it, or None.
    """

    kind: PolicyKind
    namespace: str
    name: str
    target: Target
    strategy: Strategy
    rules: tuple[tuple[str, Rule], ...]
    created: str | None
    place: Place

    @property
    def id(self) -> str:
        """Give `namespace/name`."""
        return f"{self.namespace}/{self.name}"
