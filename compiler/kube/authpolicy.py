"""AuthPolicy, kuadrant.io/v1: the rules that Authorino evaluates for each request of a target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from msgspec import Struct, field

from compiler.cel.tree import Expr
from compiler.kube.base import ObjectMeta, TargetRef


class Expression(Struct, frozen=True):
    """A value computed by CEL (`expression`)."""

    expression: Expr


class Static(Struct, frozen=True):
    """A fixed value (`value`)."""

    value: str


class Selector(Struct, frozen=True):
    """A gjson path into the authorization JSON (`selector`); a path that leads nowhere gives nothing, never an error."""

    selector: str


ValueOf = Expression | Static | Selector


class KubernetesTokenReview(Struct, frozen=True):
    """Ask the API server whether it accepts the bearer token for one of the audiences."""

    audiences: tuple[str, ...]


class Jwt(Struct, frozen=True):
    """Verify a token with the keys of an issuer; neither its issuer nor its audience is compared.

    What the issuer says of itself is asked again after `ttl` seconds; without it, or for 0, never.
    """

    issuer_url: str
    ttl: int


class LabelSelector(Struct, frozen=True):
    """The labels that an object must carry."""

    match_labels: Mapping[str, str]


class ApiKey(Struct, frozen=True):
    """Look for the key in Secrets of Authorino's own namespace."""

    selector: LabelSelector


class Reference(Struct, frozen=True):
    """An object in the same namespace."""

    name: str


class OAuth2Introspection(Struct, frozen=True):
    """Ask a service whether a token is active; the identity is its answer."""

    endpoint: str
    credentials_ref: Reference


class AuthorizationHeader(Struct, frozen=True):
    """The word before the credential, and one space."""

    prefix: str


class Credentials(Struct, frozen=True):
    """Where the credential is in a request; without it a bearer token."""

    authorization_header: AuthorizationHeader


class Cache(Struct, frozen=True):
    """Remember what was accepted for `ttl` seconds, by a key."""

    key: Selector | Static
    ttl: int


class Authentication(Struct, frozen=True):
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


class SecretRef(Struct, frozen=True):
    """An entry of a Secret in Authorino's namespace."""

    name: str
    key: str


class Http(Struct, frozen=True):
    """A request of Authorino's own; what comes back as JSON is `auth.metadata.<name>`."""

    url: str
    method: str
    shared_secret_ref: SecretRef
    credentials: Credentials


class Metadata(Struct, frozen=True):
    """Something that is fetched once the caller is known; where that fails, it is not there."""

    priority: int
    http: Http
    cache: Cache


class Predicate(Struct, frozen=True):
    """A CEL condition."""

    predicate: Expr


class Comparison(Struct, frozen=True):
    """Compare what a selector finds with a text; a list holds it (`incl`) where one item equals it."""

    selector: str
    operator: Literal["eq", "incl"]
    value: str


class Every(Struct, frozen=True):
    """All patterns must match."""

    all: tuple[Pattern, ...]


class Some(Struct, frozen=True):
    """One of the patterns must match."""

    any: tuple[Pattern, ...]


Pattern = Predicate | Comparison | Every | Some


class PatternMatching(Struct, frozen=True):
    """Conditions that must all hold; one that errors denies."""

    patterns: tuple[Pattern, ...]


class ResourceAttributes(Struct, frozen=True):
    """The Kubernetes resource and verb that a SubjectAccessReview asks about."""

    group: Static
    resource: Static
    namespace: Expression
    name: Expression
    verb: Static


class SubjectAccessReview(Struct, frozen=True):
    """Ask Kubernetes RBAC; `authorization_groups` must give a list of strings."""

    user: Static
    authorization_groups: Expression
    resource_attributes: ResourceAttributes


class Authorization(Struct, frozen=True):
    """A rule that must pass; exactly one of the two is given."""

    priority: int
    pattern_matching: PatternMatching | None = None
    kubernetes_subject_access_review: SubjectAccessReview | None = None


class Header(Struct, frozen=True):
    """A request header for the backend; the name is the key, lower-case so that it replaces the client's."""

    priority: int
    plain: ValueOf


class Properties(Struct, frozen=True):
    """An object of named values."""

    properties: Mapping[str, Expression]


class Filter(Struct, frozen=True):
    """Dynamic metadata for the gateway's filters; a filter named `identity` appears as `auth.identity` in limits."""

    priority: int
    json: Properties


class DenyWith(Struct, frozen=True):
    """The answer to a refused request."""

    code: int
    message: Static


class Success(Struct, frozen=True):
    """What an accepted request carries on."""

    filters: Mapping[str, Filter] = field(default_factory=dict)
    headers: Mapping[str, Header] = field(default_factory=dict)


class Response(Struct, frozen=True):
    """The answers, and what is injected."""

    unauthenticated: DenyWith
    unauthorized: DenyWith
    success: Success | None = None


class Rules(Struct, frozen=True, kw_only=True):
    """The phases, each by name of rule."""

    authentication: Mapping[str, Authentication]
    metadata: Mapping[str, Metadata] = field(default_factory=dict)
    authorization: Mapping[str, Authorization]
    response: Response


class AuthPolicySpec(Struct, frozen=True):
    """Target and rules; bare rules are atomic defaults, which a more specific policy replaces as a whole."""

    target_ref: TargetRef
    rules: Rules


class AuthPolicy(Struct, frozen=True):
    """An AuthPolicy."""

    api_version: ClassVar[str] = "kuadrant.io/v1"
    kind: ClassVar[str] = "AuthPolicy"
    metadata: ObjectMeta
    spec: AuthPolicySpec
