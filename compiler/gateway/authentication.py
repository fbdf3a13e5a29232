"""Authorino's first phase: who calls, tried method by method in the order of priority."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final
from urllib.parse import parse_qs

from msgspec import Struct

from compiler.engines.base import Failure
from compiler.gateway.document import Document, resolve
from compiler.gateway.evaluate import Evaluator, InconclusiveError
from compiler.gateway.identities import Identities, reviewed
from compiler.gateway.manifests import Secret
from compiler.gateway.patterns import Named, matches
from compiler.gateway.policies import Anonymous, ApiKey, Credentials, Introspection, Jwt, Method, TokenReview

_PHASE: Final = "authentication"
_WATCHED: Final = ("authorino.kuadrant.io/managed-by", "authorino")
_EVERYBODY: Final[dict[str, object]] = {"anonymous": True}


class Caller(Struct, frozen=True):
    """An accepted caller: the method that accepted it and the identity after overrides and defaults."""

    method: str
    identity: object


class World(Struct, frozen=True):
    """Where credentials are looked up: what others say, and all Secrets of the cluster."""

    identities: Identities
    secrets: tuple[Secret, ...]
    host: str


def authenticate(
    methods: Sequence[Method], named: Named, document: Document, world: World, evaluator: Evaluator
) -> Caller | None:
    """Find out who calls; None when no method accepts. Without any method everybody is accepted.

    Raises:
        InconclusiveError: two methods of one priority accept, or one that accepted failed later on.
    """
    if not methods:
        return Caller("", _EVERYBODY)
    for _, group in groupby(methods, key=lambda method: method.priority):
        accepted = list(_accepted(list(group), named, document, world, evaluator))
        if len(accepted) > 1:
            names = " and ".join(f"`{method.name}`" for method, _ in accepted)
            raise InconclusiveError(f"{names} have one priority and both accept: either may answer first", accepted[1][0].place)
        for method, identity in accepted:
            extended = _extended(method, identity, document, evaluator)
            if not isinstance(extended, Failure):
                evaluator.note(_PHASE, method.name, "accepted", method.place)
                return Caller(method.name, extended)
            evaluator.note(_PHASE, method.name, f"failed: {extended.message}", method.place)
            if len(methods) > 1:
                # The plain identity stays behind, and whoever asks for the identity later may be given either.
                raise InconclusiveError(f"`{method.name}` accepts and then fails; later methods see its identity", method.place)
    return None


def _accepted(
    methods: Sequence[Method], named: Named, document: Document, world: World, evaluator: Evaluator
) -> Iterator[tuple[Method, object]]:
    for method in methods:
        if matches(method.when, named, document, evaluator) is not True:
            evaluator.note(_PHASE, method.name, "skipped", method.place)
            continue
        identity = _identity(method, document, world)
        if identity is None:
            evaluator.note(_PHASE, method.name, "refused", method.place)
        else:
            yield method, identity


def _identity(method: Method, document: Document, world: World) -> object | None:
    """Give the identity that a method finds behind the request's credential; None when it refuses."""
    if isinstance(method.check, Anonymous):
        return _EVERYBODY
    credential = credential_of(method.credentials, document.request)
    if credential is None:
        return None
    match method.check:
        case TokenReview():
            token = world.identities.tokens.get(credential)
            return None if token is None else reviewed(token, method.check.audiences or (world.host,))
        case Jwt():
            signed = world.identities.signed.get(credential)
            return dict(signed.claims) if signed is not None and signed.signer in method.check.signers else None
        case Introspection():
            answer = world.identities.introspected.get((method.check.endpoint, credential))
            return dict(answer) if answer is not None and answer.get("active") is True else None
        case ApiKey():
            return _keyed(method, method.check, credential, world)


def credential_of(credentials: Credentials, request: object) -> str | None:
    """Find the credential in a request as Authorino sees it; None when it is not there."""
    if not isinstance(request, dict):
        return None
    headers = request.get("headers", {})
    match credentials.where:
        case "authorizationHeader":
            written: str | None = headers.get("authorization")
            prefix = credentials.name + " "
            return written[len(prefix) :] if written is not None and written.startswith(prefix) else None
        case "customHeader":
            found: str | None = headers.get(credentials.name.lower())
            return found
        case "cookie":
            prefix = credentials.name + "="
            parts = (part.strip() for part in headers.get("cookie", "").split(";"))
            return next((part[len(prefix) :] for part in parts if part.startswith(prefix)), None)
        case "queryString":
            values = parse_qs(request.get("query", ""), keep_blank_values=True).get(credentials.name, [""])
            return values[0] or None


def _keyed(method: Method, check: ApiKey, credential: str, world: World) -> object | None:
    found = [secret for secret in world.secrets if _holds(secret, credential) and _selected(secret, check, world)]
    if len(found) > 1:
        raise InconclusiveError(f"`{found[0].name}` and `{found[1].name}` hold one key", method.place)
    if not found:
        return None
    secret = found[0]
    metadata: dict[str, object] = {"name": secret.name, "namespace": secret.namespace}
    if secret.labels:
        metadata["labels"] = dict(secret.labels)
    if secret.annotations:
        metadata["annotations"] = dict(secret.annotations)
    return {"metadata": metadata, "data": dict(secret.data)}


def _selected(secret: Secret, check: ApiKey, world: World) -> bool:
    reachable = check.all_namespaces or secret.namespace == world.identities.authorino_namespace
    return reachable and set(secret.labels) >= {_WATCHED, *check.labels}


def _holds(secret: Secret, credential: str) -> bool:
    encoded = dict(secret.data).get("api_key")
    if encoded is None:
        return False
    try:
        return b64decode(encoded, validate=True) == credential.encode()
    except Base64Error:
        return False


def _extended(method: Method, identity: object, document: Document, evaluator: Evaluator) -> object | Failure:
    """Apply overrides and defaults; all see the identity as it was, and not each other."""
    if not method.overrides and not method.defaults:
        return identity
    if not isinstance(identity, dict):
        return Failure("the identity is no object")
    before = document.with_identity(identity)
    extended = dict(identity)
    for value in method.defaults:
        if value.name not in identity:
            outcome = resolve(value.source, before, evaluator)
            if isinstance(outcome, Failure):
                return outcome
            extended[value.name] = outcome.value
    for value in method.overrides:
        outcome = resolve(value.source, before, evaluator)
        if isinstance(outcome, Failure):
            return outcome
        extended[value.name] = outcome.value
    return extended
