"""How a provider's key gets from its Secret into a request, by reference all the way.

Authorino reads no Secret for the headers that it sets. It asks services, and the Kubernetes API is one: with the token of
an account of our own, which may get the one Secret and nothing else, it fetches the key once the caller is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.cel.tree import Bool, Compare, Expr, Has, Ident, Index, Select, Str, Ternary
from compiler.kube.accounts import ACCOUNT_ANNOTATION, TOKEN_KEY, TOKEN_TYPE, ServiceAccount, TokenSecret
from compiler.kube.authpolicy import (
    Authorization,
    AuthorizationHeader,
    Cache,
    Credentials,
    Header,
    Http,
    Metadata,
    SecretRef,
    Selector,
    Static,
)
from compiler.kube.base import Manifest
from compiler.kube.core import AccountSubject, PolicyRule, Role, RoleBinding, RoleRef
from compiler.kube.names import object_name
from compiler.program.backends import Credential, ExternalModel
from compiler.program.ir import Program
from compiler.targets.common import conditions, metadata

ACCOUNT: Final = "maas-provider-keys"
TOKEN: Final = "maas-provider-keys-token"  # noqa: S105 - the name of a Secret
FETCHED: Final = "provider"
RULE: Final = "provider-key"

_API: Final = "https://kubernetes.default.svc/api/v1/namespaces"
_RBAC: Final = "rbac.authorization.k8s.io"

# Seconds until a key that was exchanged in its Secret is the one that is sent. The fetch has to be rare, because the
# gateway waits 200 ms for Authorino and then answers 500.
_CACHED: Final = 60
_RULE_PRIORITY: Final = 3
_HEADER_PRIORITY: Final = 1


def credentials(program: Program) -> tuple[Credential, ...]:
    """Give every entry of a Secret that some model needs, without repetition."""
    served = (model.backend for model in program.models if isinstance(model.backend, ExternalModel))
    found = {one.credential for one in served if one.credential is not None}
    return tuple(sorted(found, key=lambda one: (one.namespace, one.secret, one.key)))


def account(program: Program) -> Iterator[Manifest]:
    """Give the account that fetches keys, and the Secret that the cluster puts its token into, where Authorino reads it."""
    here = program.platform.kuadrant_namespace
    yield ServiceAccount(metadata(ACCOUNT, here))
    yield TokenSecret(metadata(TOKEN, here, annotations={ACCOUNT_ANNOTATION: ACCOUNT}), TOKEN_TYPE)


def permission(program: Program, namespace: str, secret: str) -> Iterator[Manifest]:
    """Let the account get one Secret."""
    named = metadata(object_name("maas-provider-key", secret), namespace)
    yield Role(named, (PolicyRule(("",), ("secrets",), (secret,), ("get",)),))
    subject = AccountSubject("ServiceAccount", ACCOUNT, program.platform.kuadrant_namespace)
    yield RoleBinding(named, RoleRef(_RBAC, "Role", named.name), (subject,))


def fetch(of: Credential) -> Metadata:
    """Fetch the Secret from the Kubernetes API."""
    http = Http(
        url=f"{_API}/{of.namespace}/secrets/{of.secret}",
        method="GET",
        shared_secret_ref=SecretRef(TOKEN, TOKEN_KEY),
        credentials=Credentials(AuthorizationHeader("Bearer")),
    )
    return Metadata(0, http, Cache(Static(f"{of.namespace}/{of.secret}"), _CACHED))


def required(of: Credential) -> Authorization:
    """Refuse the request where the key was not fetched: the caller's own token would be sent in its place."""
    return Authorization(_RULE_PRIORITY, conditions(_there(of)))


def _there(of: Credential) -> Expr:
    there = Select(Ident("auth"), "metadata")
    secret = Select(there, FETCHED)
    data = Select(secret, "data")
    found: Expr = Ternary(Compare("in", Str(of.key), data), Compare("!=", Index(data, Str(of.key)), Str("")), Bool(value=False))
    for part in (data, secret, there):
        found = Ternary(Has(part), found, Bool(value=False))
    return found


def header(of: Credential, scheme: str) -> Header:
    """Give the header's value: the decoded key, after its scheme. CEL has no base64 here, and selectors have."""
    decoded = f"auth.metadata.{FETCHED}.data.{of.key}.@base64:decode"
    return Header(_HEADER_PRIORITY, Selector(f"{scheme} {{{decoded}}}" if scheme else decoded))
