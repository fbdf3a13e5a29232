"""The caller whom an API key stands for, and for how long a credential goes on after it was revoked."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.program.decide import Caller
from compiler.program.ir import Program
from compiler.program.keys import EVERY_MODEL, KEY_LABEL, Key, secret_labels
from compiler.program.methods import ApiKey, Credential, Introspection, Method, Oidc, TierToken, TokenReview, credentials_of
from compiler.program.words import window


def method_of(program: Program) -> ApiKey | None:
    """Give the first way in that takes the keys of teams; None where there is none."""
    carried = secret_labels(program.platform.gateway.name).items()
    return next((one for one in program.platform.methods if isinstance(one, ApiKey) and carried >= set(one.labels)), None)


def is_for_keys(program: Program, credential: Credential) -> bool:
    """Tell whether a kind of credential is the keys of teams and nothing else: their label says for which gateway they are."""
    method = method_of(program)
    named = (KEY_LABEL, program.platform.gateway.name)
    return method is not None and credential in credentials_of(method) and named in credential.labels


def holder(method: ApiKey, key: Key) -> Caller:
    """Give the caller of a key, as the annotations of its Secret tell."""
    models = frozenset((EVERY_MODEL,) if key.models is None else key.models)
    return Caller(method.name, key.user, frozenset(key.groups), key.bound, models)


def revocations(program: Program) -> Iterator[str]:
    """Say of each way in until when a credential is accepted that was revoked."""
    for method in program.platform.methods:
        yield f"`{method.name}`: {_until(method)}"


def _until(method: Method) -> str:
    match method:
        case Oidc():
            return "a token of the identity provider is good until it expires, and cannot be revoked before"
        case ApiKey():
            return "a key ends when its Secret is deleted"
        case TokenReview() | TierToken():
            asked = "the cluster is asked about every request, so a token ends at once"
        case Introspection():
            asked = "the service is asked about every request, so a key ends at once"
    return f"a revoked credential may be accepted for another {window(method.cache)}" if method.cache else asked
