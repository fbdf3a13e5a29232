"""A ServiceAccount, and the Secret that Kubernetes fills with a token of it."""

from __future__ import annotations

from typing import ClassVar, Final

from msgspec import Struct

from compiler.kube.base import ObjectMeta

# Kubernetes' token controller puts the token of the account of this name into a Secret of this type, under this key.
ACCOUNT_ANNOTATION: Final = "kubernetes.io/service-account.name"
TOKEN_TYPE: Final = "kubernetes.io/service-account-token"  # noqa: S105 - a type
TOKEN_KEY: Final = "token"  # noqa: S105 - a key


class ServiceAccount(Struct, frozen=True):
    """A ServiceAccount; unless told otherwise every Pod that runs as it gets a token."""

    api_version: ClassVar[str] = "v1"
    kind: ClassVar[str] = "ServiceAccount"
    metadata: ObjectMeta
    automount_service_account_token: bool | None = None


class TokenSecret(Struct, frozen=True):
    """A Secret that holds nothing until the cluster puts the account's token into it."""

    api_version: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Secret"
    metadata: ObjectMeta
    type: str
