"""What becomes a Secret in the cluster: an ExternalSecret or a SealedSecret, with what the Secret is to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct

from compiler.kube.base import ObjectMeta


class TemplateMeta(Struct, frozen=True):
    """Labels and annotations of the Secret that is made."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]


class SecretTemplate(Struct, frozen=True):
    """What is known of the Secret but its values."""

    type: str
    metadata: TemplateMeta


class StoreRef(Struct, frozen=True):
    """The store that is asked."""

    kind: str
    name: str


class RemoteRef(Struct, frozen=True):
    """A value in a store. The last three say what some releases fill in: Argo CD would find the list changed for ever."""

    key: str
    property: str | None
    conversion_strategy: str = "Default"
    decoding_strategy: str = "None"
    metadata_policy: str = "None"


class ExternalData(Struct, frozen=True):
    """A key of the Secret's data, and the value it gets."""

    secret_key: str
    remote_ref: RemoteRef


class ExternalTarget(Struct, frozen=True):
    """The Secret that is made, and what becomes of it when the value or the ExternalSecret goes."""

    name: str
    creation_policy: str
    deletion_policy: str
    template: SecretTemplate


class ExternalSecretSpec(Struct, frozen=True):
    """Where the values come from, how often they are read again, and what is made of them."""

    refresh_interval: str
    secret_store_ref: StoreRef
    target: ExternalTarget
    data: tuple[ExternalData, ...]


class ExternalSecret(Struct, frozen=True):
    """The External Secrets Operator makes a Secret of values in a store."""

    api_version: ClassVar[str] = "external-secrets.io/v1"
    kind: ClassVar[str] = "ExternalSecret"
    metadata: ObjectMeta
    spec: ExternalSecretSpec


class SealedSecretSpec(Struct, frozen=True):
    """Values that only the controller can open, base64, and what is made of them."""

    encrypted_data: Mapping[str, str]
    template: SecretTemplate


class SealedSecret(Struct, frozen=True):
    """The sealed-secrets controller opens the values and makes a Secret of its own name and namespace."""

    api_version: ClassVar[str] = "bitnami.com/v1alpha1"
    kind: ClassVar[str] = "SealedSecret"
    metadata: ObjectMeta
    spec: SealedSecretSpec
