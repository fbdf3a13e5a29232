"""The namespaces in which the MaaS API keeps the ServiceAccounts of a tier, and the one account that we make there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.kube.accounts import ServiceAccount
from compiler.kube.base import Manifest
from compiler.kube.namespaces import Namespace
from compiler.program.ir import Program
from compiler.program.methods import Oidc
from compiler.targets.common import metadata

# As whom the MaaS API asks models about callers of an identity provider, who have no ServiceAccount of their own.
ADMIN: Final = "maas-keycloak-admin"


def manifests(program: Program) -> Iterator[Manifest]:
    """Give the namespace of each tier, and with callers of an identity provider its account.

    The account has no Role of its own: being in the namespace it is in the tier's group, and may call what the tier may.
    The MaaS API makes namespaces with these labels where they are missing, and refuses others.
    """
    gateway = program.platform.gateway.name
    with_admin = any(isinstance(method, Oidc) for method in program.platform.methods)
    for tier in sorted(program.tiers, key=lambda one: (one.level, one.name)):
        labels = {
            "app.kubernetes.io/component": "token-issuer",
            "app.kubernetes.io/part-of": "maas-api",
            "maas.opendatahub.io/instance": gateway,
            "maas.opendatahub.io/tier": tier.name,
        }
        yield Namespace(metadata(tier.namespace, None, labels={**labels, "maas.opendatahub.io/tier-namespace": "true"}))
        if with_admin:
            yield ServiceAccount(metadata(ADMIN, tier.namespace, labels=labels), automount_service_account_token=False)
