"""The models of the ways in: one kind of method each."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, urlsplit

from compiler.intent.field import Check, Field, Refused
from compiler.intent.scalars import Label, LabelName, LabelValue, Text, Window
from compiler.intent.spec import Spec

_NO_URL: Final = "a URL here is `https://host/path`, without user, query or fragment"

_NonEmpty = Annotated[Text, Field(min_length=1)]
_Name = Annotated[Label, Field(description="name of the method, as `maasc explain --method` takes it")]
_Cache = Annotated[
    Window | None,
    Field(description="for how long an accepted credential is remembered, even if revoked; not at all unless given"),
]


def _url(value: str) -> None:
    parts = _split(value)
    # Python's reader leaves spaces at the ends out, and takes those inside; the proxies that get the URL do neither.
    if any(map(str.isspace, value)) or parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused("bad-url", _NO_URL)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise Refused("bad-url", _NO_URL)


def _secure(value: str) -> None:
    _url(value)
    if _split(value).scheme != "https":
        message = "an issuer is an `https` URL: its keys are fetched from there, and whoever answers instead could sign tokens"
        raise Refused("bad-url", message)


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:  # brackets around no address, or a port that is no number or too large
        raise Refused("bad-url", _NO_URL) from None
    return parts


def _claim(value: str) -> None:
    if not all(value.split(".")):
        raise Refused("bad-value", "a claim is a name, or names joined by dots such as `realm_access.roles`")


_Url = Annotated[Text, Check(_url)]
_Issuer = Annotated[Text, Check(_secure)]
_Segments = Annotated[list[_NonEmpty], Field(min_length=1)]
Claim = Annotated[Text, Check(_claim)] | _Segments
# Authorino compares the word before the key as it is written, followed by one space.
_Prefix = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,31}$", description="the word before the key in `authorization`")]


class TokenReviewSpec(Spec):
    """Tokens of the cluster's own users, checked by a Kubernetes TokenReview for the audiences."""

    name: _Name
    kind: Annotated[Literal["tokenReview"], Field(description="`tokenReview`: tokens that the cluster itself accepts")]
    audiences: Annotated[
        list[_NonEmpty], Field(min_length=1, description="audiences, one of which a token must have been made for")
    ]
    cache: _Cache = None


class TierTokenSpec(Spec):
    """ServiceAccount tokens of the tier namespaces; the audience is `<gateway>-sa` unless given."""

    name: _Name
    kind: Annotated[Literal["tierToken"], Field(description="`tierToken`: ServiceAccount tokens that the MaaS API mints")]
    audience: Annotated[_NonEmpty | None, Field(description="audience of the tokens; `<gateway>-sa` unless given")] = None
    cache: _Cache = None


class OidcSpec(Spec):
    """Tokens of an identity provider such as Keycloak. Authorino checks signature and age; issuer and audience are ours."""

    name: _Name
    kind: Annotated[Literal["oidc"], Field(description="`oidc`: tokens that an identity provider signs, such as Keycloak")]
    issuer: Annotated[_Issuer, Field(description="the issuer, `https://...`, as the claim `iss` has it")]
    audience: Annotated[_NonEmpty, Field(description="the audience, which the claim `aud` must hold")]
    username: Annotated[
        Claim, Field(description="claim that holds the user name; a list of segments where a name has a dot in it")
    ] = "preferred_username"
    groups: Annotated[Claim, Field(description="claim that lists the groups, such as `realm_access.roles`")] = "groups"


class ApiKeySpec(Spec):
    """Keys in Secrets that Authorino reads; those of `teams.*.keys` are among them."""

    name: _Name
    kind: Annotated[Literal["apiKey"], Field(description="`apiKey`: keys in Secrets of the cluster")]
    prefix: _Prefix = "APIKEY"
    labels: Annotated[
        dict[LabelName, LabelValue] | None,
        Field(min_length=1, description="labels of the Secrets; those that `teams.*.keys` get unless given"),
    ] = None


class CredentialsSpec(Spec):
    """The Secret with what the gateway shows to the service, in Authorino's namespace."""

    secret: Annotated[Label, Field(description="name of the Secret with `clientID` and `clientSecret`")]


class IntrospectionSpec(Spec):
    """Keys that a service is asked about, by OAuth 2.0 token introspection; an answer that is absent or inactive denies."""

    name: _Name
    kind: Annotated[Literal["introspection"], Field(description="`introspection`: keys that a service is asked about")]
    endpoint: Annotated[_Url, Field(description="URL that is asked, such as `https://keys.example.com/introspect`")]
    credentials: Annotated[CredentialsSpec, Field(description="what the gateway shows to the service")]
    prefix: _Prefix = "APIKEY"
    user: Annotated[Claim, Field(description="field of the answer that holds the user")] = "user_id"
    groups: Annotated[Claim, Field(description="field that holds the list of groups")] = "groups"
    team: Annotated[Claim, Field(description="field that holds the team that the key is bound to")] = "team_id"
    models: Annotated[Claim, Field(description='field that lists the models that the key opens; `"*"` is all')] = "models_allowed"
    cache: _Cache = None


MethodSpec = Annotated[TokenReviewSpec | TierTokenSpec | OidcSpec | ApiKeySpec | IntrospectionSpec, Field(discriminator="kind")]
