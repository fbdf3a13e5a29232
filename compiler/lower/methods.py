"""Lower the ways in: defaults that follow from the gateway are filled in, claims become paths, windows seconds."""

from __future__ import annotations

from typing import assert_never

from compiler.diagnostics.model import Place
from compiler.intent.authentication import (
    ApiKeySpec,
    Claim,
    IntrospectionSpec,
    MethodSpec,
    OidcSpec,
    TierTokenSpec,
    TokenReviewSpec,
)
from compiler.intent.intent import Item
from compiler.intent.platform import PlatformSpec
from compiler.intent.scalars import window_seconds
from compiler.program.keys import KEY_LABEL
from compiler.program.methods import ApiKey, ClaimPath, Introspection, Method, Oidc, TierToken, TokenReview


def methods(item: Item[PlatformSpec]) -> tuple[Method, ...]:
    """Give the ways in, in the order written, which is the order they are tried in."""
    places = (item.place.at("authentication", index) for index in range(len(item.spec.authentication)))
    written = zip(item.spec.authentication, places, strict=True)
    return tuple(_method(spec, item.spec.gateway.name, place) for spec, place in written)


def _method(spec: MethodSpec, gateway: str, place: Place) -> Method:
    match spec:
        case TokenReviewSpec():
            return TokenReview(spec.name, tuple(spec.audiences), place, _seconds(spec.cache))
        case TierTokenSpec():
            return TierToken(spec.name, spec.audience or f"{gateway}-sa", place, _seconds(spec.cache))
        case OidcSpec():
            return Oidc(spec.name, spec.issuer, spec.audience, _path(spec.username), _path(spec.groups), place)
        case ApiKeySpec():
            labels = spec.labels or {KEY_LABEL: gateway}
            return ApiKey(spec.name, spec.prefix, tuple(sorted(labels.items())), place)
        case IntrospectionSpec():
            return Introspection(
                name=spec.name,
                endpoint=spec.endpoint,
                secret=spec.credentials.secret,
                prefix=spec.prefix,
                user=_path(spec.user),
                groups=_path(spec.groups),
                team=_path(spec.team),
                models=_path(spec.models),
                origin=place,
                cache=_seconds(spec.cache),
            )
        case _:
            assert_never(spec)


def _path(claim: Claim) -> ClaimPath:
    return tuple(claim.split(".")) if isinstance(claim, str) else tuple(claim)


def _seconds(window: str | None) -> int:
    return window_seconds(window) if window else 0
