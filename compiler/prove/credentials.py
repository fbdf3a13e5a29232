"""Shows the simulated gateway a credential: what the cluster, issuers, Secrets and services say of it, and the header."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.gateway.identities import Identities, SignedToken, Token
from compiler.gateway.manifests import Secret
from compiler.program.ir import Platform
from compiler.program.keys import DATA_KEY, EVERY_MODEL, WATCH_LABEL, WATCHED_BY
from compiler.program.methods import Credential, Method, binds, bound_as, claims_of, credentials_of
from compiler.prove import raw
from compiler.prove.result import Example

# What the request brings, whoever calls.
_CREDENTIAL: Final = "example"


class Shown(Struct, frozen=True):
    """What the world says of a credential, and the header that carries it."""

    identities: Identities
    header: tuple[str, str]


def shown(platform: Platform, method: Method, example: Example) -> Shown:
    """Give the credential of an example, which is of the kinds that it names or else of the method's."""
    kinds = example.credentials or credentials_of(method)
    identity = raw.concrete(method, example)
    endpoints = [one.name for one in kinds if one.kind == "service"]
    issuers = [one.name for one in kinds if one.kind == "issuer"]
    identities = Identities(
        tokens=_tokens(kinds, example),
        signed={_CREDENTIAL: SignedToken(issuers[0], identity)} if issuers else {},
        introspected={(endpoint, _CREDENTIAL): {"active": True, **identity} for endpoint in endpoints},
        secrets=tuple(_secret(platform, one, identity) for one in kinds if one.kind == "labels"),
        authorino_namespace=platform.kuadrant_namespace,
    )
    return Shown(identities, ("authorization", f"{kinds[0].prefix} {_CREDENTIAL}"))


def carried(method: Method, example: Example, key: str | None, models: Collection[str] | None = None) -> Example:
    """Give an example as a good credential carries it: meant for us, bound to an entry by its key, and opening models.

    All models are opened unless some are given; without a key the credential is bound to nothing.
    """
    bound = bound_as(method, key) if key is not None and binds(method) else None
    opened = tuple(sorted(models if models is not None else (EVERY_MODEL,))) if binds(method) else None
    return replace(example, claims=claims_of(method), bound=bound, models=opened)


def _tokens(kinds: Sequence[Credential], example: Example) -> dict[str, Token]:
    audiences = tuple(one.name for one in kinds if one.kind == "audience")
    token = Token(audiences, example.username or "", example.groups, uid="1" if example.user else "")
    return {_CREDENTIAL: token} if audiences else {}


def _secret(platform: Platform, credential: Credential, identity: Mapping[str, object]) -> Secret:
    metadata = identity.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return Secret(
        namespace=platform.kuadrant_namespace,
        name=_CREDENTIAL,
        labels=tuple(sorted({**dict(credential.labels), WATCH_LABEL: WATCHED_BY}.items())),
        annotations=tuple(sorted(annotations.items())) if isinstance(annotations, Mapping) else (),
        data=((DATA_KEY, b64encode(_CREDENTIAL.encode()).decode()),),
    )
