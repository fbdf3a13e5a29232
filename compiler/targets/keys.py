"""The Secrets of API keys, as objects that hold no secret: each says who calls with the key and what meters it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.kube.base import ObjectMeta
from compiler.kube.names import object_name
from compiler.kube.secrets import (
    ExternalData,
    ExternalSecret,
    ExternalSecretSpec,
    ExternalTarget,
    RemoteRef,
    SealedSecret,
    SealedSecretSpec,
    SecretTemplate,
    StoreRef,
    TemplateMeta,
)
from compiler.program.ir import Program
from compiler.program.keys import DATA_KEY, External, Key, secret_annotations, secret_labels
from compiler.targets.common import metadata

_TYPE: Final = "Opaque"

# The operator's own default: how long a value that was changed in the store is not yet changed at the gateway.
_REFRESH: Final = "1h0m0s"


def manifests(program: Program) -> Iterator[tuple[str, ExternalSecret | SealedSecret]]:
    """Give each key's object with the path of its file. All lie where Authorino looks for keys, and it looks nowhere else."""
    for key in program.keys:
        named = metadata(secret_name(key.team, key.alias), program.platform.kuadrant_namespace)
        yield file_of(key.team, key.alias), _manifest(program, key, named)


def file_of(team: str, alias: str) -> str:
    """Give the file of `out/` that a key's object is in."""
    return f"teams/{team}/key-{alias}.yaml"


def secret_name(team: str, alias: str) -> str:
    """Give the name of a key's Secret; the dot, which neither team nor alias can hold, keeps any two apart."""
    return object_name("maas-key", f"{team}.{alias}")


def _manifest(program: Program, key: Key, named: ObjectMeta) -> ExternalSecret | SealedSecret:
    labels = {**named.labels, **secret_labels(program.platform.gateway.name)}
    template = SecretTemplate(_TYPE, TemplateMeta(dict(sorted(labels.items())), dict(sorted(secret_annotations(key).items()))))
    if isinstance(key.secret, External):
        return ExternalSecret(named, _external(key.secret, ExternalTarget(named.name, "Owner", "Delete", template)))
    return SealedSecret(named, SealedSecretSpec({DATA_KEY: key.secret.value}, template))


def _external(source: External, target: ExternalTarget) -> ExternalSecretSpec:
    """Ask for one value; the Secret goes with it or with the object, so that a value taken out of the store opens nothing."""
    store = StoreRef(source.store_kind, source.store)
    return ExternalSecretSpec(_REFRESH, store, target, (ExternalData(DATA_KEY, RemoteRef(source.path, source.property)),))
