"""What the world outside says about credentials: which tokens are good, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from compiler.gateway.manifests import Secret


class Token(Struct, frozen=True):
    """A token that the cluster accepts for these audiences, and the user behind it."""

    audiences: tuple[str, ...]
    username: str = ""
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()


class SignedToken(Struct, frozen=True):
    """A token that has not expired, signed with the keys of an issuer or key set (its URL), and its claims."""

    signer: str
    claims: Mapping[str, object]


class Identities(Struct, frozen=True):
    """Everything that authentication asks others about.

    `tokens` and `signed` are by the token's text, `introspected` are the answers of services by endpoint and key; what is in
    none of them is good for nothing. `secrets` are in the cluster next to those in the manifests; Authorino lives in
    `authorino_namespace`.
    """

    tokens: Mapping[str, Token] = field(default_factory=dict)
    signed: Mapping[str, SignedToken] = field(default_factory=dict)
    introspected: Mapping[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)
    secrets: tuple[Secret, ...] = ()
    authorino_namespace: str = "kuadrant-system"


def reviewed(token: Token, audiences: tuple[str, ...]) -> dict[str, object] | None:
    """Give the status of a TokenReview for one of the audiences, empty fields absent; None when it is refused."""
    accepted = [audience for audience in audiences if audience in token.audiences]
    if not accepted:
        return None
    user: dict[str, object] = {
        "username": token.username,
        "uid": token.uid,
        "groups": list(token.groups),
        "extra": {name: list(values) for name, values in token.extra},
    }
    return {"authenticated": True, "user": {name: value for name, value in user.items() if value}, "audiences": accepted}
