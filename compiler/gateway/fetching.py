"""Authorino's metadata phase: Secrets that it gets from the Kubernetes API, with the token of an account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from compiler.gateway.cluster import Cluster
from compiler.gateway.manifests import Secret
from compiler.gateway.policies import Fetch
from compiler.gateway.rbac import Access, allowed

_ACCOUNT: Final = "kubernetes.io/service-account.name"
_TOKEN_TYPE: Final = "kubernetes.io/service-account-token"  # noqa: S105 - a type
_TOKEN_KEY: Final = "token"  # noqa: S105 - a key


def fetched(fetches: Iterable[Fetch], cluster: Cluster, secrets: Sequence[Secret], namespace: str) -> dict[str, object]:
    """Give what `auth.metadata` holds; what cannot be fetched is not there, or is an answer that holds no data.

    `secrets` are all of the cluster, `namespace` is Authorino's own.
    """
    found: dict[str, object] = {}
    for fetch in fetches:
        if not _has_token(fetch, secrets, namespace):
            continue
        secret = reached(fetch, cluster, secrets, namespace)
        found[fetch.name] = {"kind": "Status"} if secret is None else _answer(secret)
    return found


def reached(fetch: Fetch, cluster: Cluster, secrets: Sequence[Secret], namespace: str) -> Secret | None:
    """Give the Secret, if it is there and the account of the token may get it."""
    user = _account(fetch, secrets, namespace)
    access = Access(fetch.namespace, group="", resource="secrets", subresource="", name=fetch.secret, verb="get")
    if user is None or not allowed(cluster.roles, cluster.bindings, user, (), access):
        return None
    return next((one for one in secrets if (one.namespace, one.name) == (fetch.namespace, fetch.secret)), None)


def _answer(secret: Secret) -> dict[str, object]:
    metadata = {"name": secret.name, "namespace": secret.namespace}
    return {"kind": "Secret", "metadata": metadata, **({"data": dict(secret.data)} if secret.data else {})}


def _has_token(fetch: Fetch, secrets: Sequence[Secret], namespace: str) -> bool:
    return any((one.namespace, one.name) == (namespace, fetch.token) for one in secrets)


def _account(fetch: Fetch, secrets: Sequence[Secret], namespace: str) -> str | None:
    """Give the user that a token speaks for; only of Secrets that Kubernetes fills itself can that be known."""
    for secret in secrets:
        if (secret.namespace, secret.name) == (namespace, fetch.token) and secret.type == _TOKEN_TYPE:
            account = dict(secret.annotations).get(_ACCOUNT)
            return f"system:serviceaccount:{namespace}:{account}" if account and fetch.token_key == _TOKEN_KEY else None
    return None
