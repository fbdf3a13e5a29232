"""What the compiler makes of the platform itself, and what a backend asks of those who call it."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct


class BackendAuthorization(Enum):
    """Whom a backend serves: ServiceAccounts that the cluster's RBAC lets call it, or whatever the gateway lets through."""

    SERVICE_ACCOUNT = "serviceAccount"
    GATEWAY = "gateway"


class NewGateway(Struct, frozen=True):
    """A Gateway to be made: its class, the Secret with its certificate, and the namespaces whose routes may attach.

    `controller` makes the class as well. None as `namespaces` is every namespace, None as `secret` no certificate.
    """

    class_name: str
    controller: str | None
    secret: str | None
    plain_http: bool
    namespaces: tuple[str, ...] | None


class Made(Struct, frozen=True):
    """What is made of the platform, beside policies; nothing of it unless it is asked for."""

    gateway: NewGateway | None = None
    maas_api_route: bool = False
    tier_namespaces: bool = False
    kuadrant: bool = False


NOTHING: Final = Made()
