"""AuthPolicy, kuadrant.io/v1: the rules that Authorino evaluates for each request of a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from compiler.cel.tree import Expr
from compiler.kube.base import ObjectMeta, TargetRef


@dataclass(frozen=True)
class Expression:
    """A value computed by CEL (`expression`)."""

    expression: Expr


@dataclass(frozen=True)
class Static:
    """A fixed value (`value`)."""

    value: str


@dataclass(frozen=True)
class Selector:
    """A gjson path into the authorization JSON (`selector`); a path that leads nowhere gives nothing, never an error."""

    selector: str


ValueOf = Expression | Static | Selector


@dataclass(frozen=True)
class KubernetesTokenReview:
    """Ask the API server whether it accepts the bearer token for one of the audiences."""

    audiences: tuple[str, ...]


@dataclass(frozen=True)
class Jwt:
    """Verify a token with the keys of an issuer; neither its issuer nor its audience is compared.

    What the issuer says of itself is asked again after `ttl` seconds; without it, or for 0, never.
    """

    issuer_url: str
    ttl: int


@dataclass(frozen=True)
class LabelSelector:
    """The labels that an object must carry."""

    match_labels: Mapping[str, str]


@dataclass(frozen=True)
class ApiKey:
    """Look for the key in Secrets of Authorino's own namespace."""

    selector: LabelSelector


@dataclass(frozen=True)
class Reference:
    """An object in the same namespace."""

    name: str


@dataclass(frozen=True)
class OAuth2Introspection:
    """Ask a service whether a token is active; the identity is its answer."""

    endpoint: str
    credentials_ref: Reference


@dataclass(frozen=True)
class AuthorizationHeader:
    """The word before the credential, and one space."""

    prefix: str


@dataclass(frozen=True)
class Credentials:
    """Where the credential is in a request; without it a bearer token."""

    authorization_header: AuthorizationHeader


@dataclass(frozen=True)
class Cache:
    """Remember what was accepted for `ttl` seconds, by a key."""

    key: Selector | Static
    ttl: int


@dataclass(frozen=True)
class Authentication:
    """A way in; lower `priority` is tried first. `overrides` extend the identity, each from the identity as it came.

    Exactly one of the evaluators is given.
    """

    priority: int
    kubernetes_token_review: KubernetesTokenReview | None = None
    jwt: Jwt | None = None
    api_key: ApiKey | None = None
    oauth2_introspection: OAuth2Introspection | None = None
    credentials: Credentials | None = None
    cache: Cache | None = None
    overrides: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True)
class SecretRef:
    """An entry of a Secret in Authorino's namespace."""

    name: str
    key: str


@dataclass(frozen=True)
class Http:
    """A request of Authorino's own; what comes back as JSON is `auth.metadata.<name>`."""

    url: str
    method: str
    shared_secret_ref: SecretRef
    credentials: Credentials


@dataclass(frozen=True)
class Metadata:
    """Something that is fetched once the caller is known; where that fails, it is not there."""

    priority: int
    http: Http
    cache: Cache


@dataclass(frozen=True)
class Predicate:
    """A CEL condition."""

    predicate: Expr


@dataclass(frozen=True)
class Comparison:
    """Compare what a selector finds with a text; a list holds it (`incl`) where one item equals it."""

    selector: str
    operator: Literal["eq", "incl"]
    value: str


@dataclass(frozen=True)
class Every:
    """All patterns must match."""

    all: tuple[Pattern, ...]


@dataclass(frozen=True)
class Some:
    """One of the patterns must match."""

    any: tuple[Pattern, ...]


Pattern = Predicate | Comparison | Every | Some


@dataclass(frozen=True)
class PatternMatching:
    """Conditions that must all hold; one that errors denies."""

    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class ResourceAttributes:
    """The Kubernetes resource and verb that a SubjectAccessReview asks about."""

    group: Static
    resource: Static
    namespace: Expression
    name: Expression
    verb: Static


@dataclass(frozen=True)
class SubjectAccessReview:
    """Ask Kubernetes RBAC; `authorization_groups` must give a list of strings."""

    user: Static
    authorization_groups: Expression
    resource_attributes: ResourceAttributes


@dataclass(frozen=True)
class Authorization:
    """A rule that must pass; exactly one of the two is given."""

    priority: int
    pattern_matching: PatternMatching | None = None
    kubernetes_subject_access_review: SubjectAccessReview | None = None


@dataclass(frozen=True)
class Header:
    """A request header for the backend; the name is the key, lower-case so that it replaces the client's."""

    priority: int
    plain: ValueOf


@dataclass(frozen=True)
class Properties:
    """An object of named values."""

    properties: Mapping[str, Expression]


@dataclass(frozen=True)
class Filter:
    """Dynamic metadata for the gateway's filters; a filter named `identity` appears as `auth.identity` in limits."""

    priority: int
    json: Properties


@dataclass(frozen=True)
class DenyWith:
    """The answer to a refused request."""

    code: int
    message: Static


@dataclass(frozen=True)
class Success:
    """What an accepted request carries on."""

    filters: Mapping[str, Filter] = field(default_factory=dict)
    headers: Mapping[str, Header] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """The answers, and what is injected."""

    unauthenticated: DenyWith
    unauthorized: DenyWith
    success: Success | None = None


@dataclass(frozen=True)
class Rules:
    """The phases, each by name of rule."""

    authentication: Mapping[str, Authentication]
    metadata: Mapping[str, Metadata] = field(default_factory=dict, kw_only=True)
    authorization: Mapping[str, Authorization]
    response: Response


@dataclass(frozen=True)
class AuthPolicySpec:
    """Target and rules; bare rules are atomic defaults, which a more specific policy replaces as a whole."""

    target_ref: TargetRef
    rules: Rules


@dataclass(frozen=True)
class AuthPolicy:
    """An AuthPolicy."""

    api_version: ClassVar[str] = "kuadrant.io/v1"
    kind: ClassVar[str] = "AuthPolicy"
    metadata: ObjectMeta
    spec: AuthPolicySpec
