"""The ways in, as they are meant: whose credentials each accepts, and what it may tell of a caller."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from compiler.diagnostics.model import Place

# Kubernetes keeps names that begin so to itself. Only the cluster may vouch for them: whoever edits a realm or a key
# service could otherwise make members of a tier's own group.
RESERVED_PREFIX: Final = "system:"

# What the key of a team's entry begins with.
TEAM_PREFIX: Final = "team:"

# The word before a token in the `authorization` header.
BEARER: Final = "Bearer"

# A field of a claim, segment by segment: `realm_access.roles` is ("realm_access", "roles").
ClaimPath = tuple[str, ...]


class TokenReview(Struct, frozen=True):
    """Bearer tokens that the cluster itself accepts for one of the audiences; the groups are the cluster's.

    `cache` is for how many seconds Authorino may remember an accepted token; 0 is not at all.
    """

    name: str
    audiences: tuple[str, ...]
    origin: Place
    cache: int = 0


class TierToken(Struct, frozen=True):
    """ServiceAccount tokens of the tier namespaces, made by the MaaS API for one audience; `cache` in seconds."""

    name: str
    audience: str
    origin: Place
    cache: int = 0


class Oidc(Struct, frozen=True):
    """Bearer tokens signed by an identity provider (its issuer URL) for an audience; `username` and `groups` are claims."""

    name: str
    issuer: str
    audience: str
    username: ClaimPath
    groups: ClaimPath
    origin: Place


class ApiKey(Struct, frozen=True):
    """Keys in Secrets that carry the labels; each tells its user, its groups, the entry it is bound to and its models."""

    name: str
    prefix: str
    labels: tuple[tuple[str, str], ...]
    origin: Place


class Introspection(Struct, frozen=True):
    """Keys that a service is asked about (RFC 7662); fields of its answer tell user, groups, team and models.

    `secret` names the Secret with our credentials for the service, in Authorino's namespace; `cache` in seconds.
    """

    name: str
    endpoint: str
    secret: str
    prefix: str
    user: ClaimPath
    groups: ClaimPath
    team: ClaimPath
    models: ClaimPath
    origin: Place
    cache: int = 0


Method = TokenReview | TierToken | Oidc | ApiKey | Introspection

KINDS: Final[dict[type[Method], str]] = {
    TokenReview: "tokenReview",
    TierToken: "tierToken",
    Oidc: "oidc",
    ApiKey: "apiKey",
    Introspection: "introspection",
}


def kind_of(method: Method) -> str:
    """Give the method's kind as the language calls it."""
    return KINDS[type(method)]


def binds(method: Method) -> bool:
    """Tell whether its credentials are bound to one entry and to a list of models."""
    return isinstance(method, (ApiKey, Introspection))


def at_maas_api(methods: Iterable[Method]) -> tuple[Method, ...]:
    """Give the ways in to the MaaS API, which mints tokens: a key that opens some models must not buy one that opens others."""
    return tuple(method for method in methods if not binds(method))


def understood_by_cluster(method: Method) -> bool:
    """Tell whether its credentials are tokens of the cluster, so that a backend can ask the cluster about them."""
    return isinstance(method, (TokenReview, TierToken))


def cached(method: Method) -> int:
    """Give for how many seconds a credential that was accepted once still is after it was revoked."""
    return 0 if isinstance(method, (Oidc, ApiKey)) else method.cache


def vouches_for_user(method: Method, userid: str) -> bool:
    """Tell whether the method can say that a caller is this user."""
    return not (isinstance(method, (Oidc, Introspection)) and userid.startswith(RESERVED_PREFIX))


def vouches_for_group(method: Method, group: str, projected: Collection[str]) -> bool:
    """Tell whether the method can say that a caller is in a group; `projected` are the tiers' own groups.

    A tier token speaks of no other groups than those.
    """
    if isinstance(method, TierToken):
        return group in projected
    return not (isinstance(method, (Oidc, Introspection)) and group.startswith(RESERVED_PREFIX))


def bound_as(method: Method, key: str) -> str | None:
    """Give what a credential says that is bound to an entry: the entry's key, or the name of its team; None if none can be."""
    if isinstance(method, ApiKey):
        return key
    is_team = isinstance(method, Introspection) and key.startswith(TEAM_PREFIX)
    return key.removeprefix(TEAM_PREFIX) if is_team else None


def claims_of(method: Method) -> tuple[tuple[str, str, str], ...]:
    """Give the comparisons (selector, operator, text) that hold of the tokens that are meant for us; none where all are."""
    if not isinstance(method, Oidc):
        return ()
    return (("auth.identity.iss", "eq", method.issuer), ("auth.identity.aud", "incl", method.audience))


class Credential(NamedTuple):
    """One kind of credential: tokens for an audience or of an issuer, keys in Secrets or those that a service knows.

    `name` is the audience, the issuer or the service's URL; keys in Secrets have `labels` instead, sorted. `prefix` is the word
    before the credential in the header, `secret` the Secret with which the service is asked.
    """

    kind: Literal["audience", "issuer", "labels", "service"]
    name: str = ""
    prefix: str = BEARER
    labels: tuple[tuple[str, str], ...] = ()
    secret: str = ""

    def __str__(self) -> str:
        after = "" if self.prefix == BEARER else f" after `{self.prefix}`"
        match self.kind:
            case "audience":
                return f"tokens for `{self.name}`{after}"
            case "issuer":
                return f"tokens signed by `{self.name}`{after}"
            case "labels":
                return f"keys labelled `{','.join('='.join(label) for label in self.labels)}`{after}"
            case "service":
                return f"keys known to `{self.name}` with `{self.secret}`{after}"


def credentials_of(method: Method) -> tuple[Credential, ...]:
    """Give the kinds of credentials that a method accepts."""
    match method:
        case TokenReview():
            return tuple(Credential("audience", audience) for audience in method.audiences)
        case TierToken():
            return (Credential("audience", method.audience),)
        case Oidc():
            return (Credential("issuer", method.issuer),)
        case ApiKey():
            return (labelled(method.prefix, method.labels),)
        case Introspection():
            return (known_to(method.prefix, method.endpoint, method.secret),)


def labelled(prefix: str, labels: Iterable[tuple[str, str]]) -> Credential:
    """Name the keys in Secrets with labels, sent after a word."""
    return Credential("labels", prefix=prefix, labels=tuple(sorted(labels)))


def known_to(prefix: str, endpoint: str, secret: str) -> Credential:
    """Name the keys that a service knows when it is asked with a Secret, sent after a word."""
    return Credential("service", endpoint, prefix, secret=secret)
