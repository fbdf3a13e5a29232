"""What becomes a Secret in the cluster: an ExternalSecret or a SealedSecret, with what the Secret is to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from compiler.kube.base import ObjectMeta


@dataclass(frozen=True)
class TemplateMeta:
    """Labels and annotations of the Secret that is made."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class SecretTemplate:
    """What is known of the Secret but its values."""

    type: str
    metadata: TemplateMeta


@dataclass(frozen=True)
class StoreRef:
    """The store that is asked."""

    kind: str
    name: str


@dataclass(frozen=True)
class RemoteRef:
    """A value in a store. The last three say what some releases fill in: Argo CD would find the list changed for ever."""

    key: str
    property: str | None
    conversion_strategy: str = "Default"
    decoding_strategy: str = "None"
    metadata_policy: str = "None"


@dataclass(frozen=True)
class ExternalData:
    """A key of the Secret's data, and the value it gets."""

    secret_key: str
    remote_ref: RemoteRef


@dataclass(frozen=True)
class ExternalTarget:
    """The Secret that is made, and what becomes of it when the value or the ExternalSecret goes."""

    name: str
    creation_policy: str
    deletion_policy: str
    template: SecretTemplate


@dataclass(frozen=True)
class ExternalSecretSpec:
    """Where the values come from, how often they are read again, and what is made of them."""

    refresh_interval: str
    secret_store_ref: StoreRef
    target: ExternalTarget
    data: tuple[ExternalData, ...]


@dataclass(frozen=True)
class ExternalSecret:
    """The External Secrets Operator makes a Secret of values in a store."""

    api_version: ClassVar[str] = "external-secrets.io/v1"
    kind: ClassVar[str] = "ExternalSecret"
    metadata: ObjectMeta
    spec: ExternalSecretSpec


@dataclass(frozen=True)
class SealedSecretSpec:
    """Values that only the controller can open, base64, and what is made of them."""

    encrypted_data: Mapping[str, str]
    template: SecretTemplate


@dataclass(frozen=True)
class SealedSecret:
    """The sealed-secrets controller opens the values and makes a Secret of its own name and namespace."""

    api_version: ClassVar[str] = "bitnami.com/v1alpha1"
    kind: ClassVar[str] = "SealedSecret"
    metadata: ObjectMeta
    spec: SealedSecretSpec
