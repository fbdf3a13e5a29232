"""Holds what becomes of the keys against the Program: who each says that calls, what meters it, and that there is no other.

A wrong annotation opens a door, so the objects are compared as a whole and with what the keys mean, not with what made them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from compiler.diagnostics.model import Diagnostic, PathPart, Place
from compiler.kube.names import object_name
from compiler.program.ir import Program
from compiler.program.keys import External, Key
from compiler.prove.verdict import refuted

# What a Secret of its own may be is held against the Program where accounts are (`egress`).
_KINDS: Final = ("ExternalSecret", "SealedSecret")
_OURS: Final = {"app.kubernetes.io/managed-by": "maasc", "app.kubernetes.io/part-of": "models-as-a-service"}
# What Argo CD reads; no operator does.
_HARMLESS: Final = "argocd.argoproj.io/"

Documents = Mapping[tuple[str, str, str], tuple[Place, Mapping[str, Any]]]


def keys(program: Program, documents: Documents) -> Iterator[Diagnostic]:
    """Find keys that are missing, those that say something else than what is meant, and those that nobody is meant to have."""
    known = set()
    for key in program.keys:
        name = object_name("maas-key", f"{key.team}.{key.alias}")
        kind, spec = _meant(program, key, name)
        named = kind, program.platform.kuadrant_namespace, name
        known.add(named)
        place, found = documents.get(named, (key.origin, {}))
        if not found or found.get("spec") != spec or not _plain(found["metadata"]):
            place = place.at("spec", *_first_difference(found.get("spec"), spec)) if found else place
            headline = f"no {kind} says what is meant of the key `{key.id}`"
            yield refuted(headline, place, "whoever calls with the key is refused, or taken for somebody else")
    for named, (place, _) in documents.items():
        if named[0] in _KINDS and named not in known:
            headline = f"no key is meant to be the {named[0]} `{named[1]}/{named[2]}`"
            yield refuted(headline, place, "whoever holds its value calls as whomever it names")


def _plain(head: Mapping[str, Any]) -> bool:
    """Tell whether the object itself says nothing that an operator would read."""
    return head.get("labels") == _OURS and all(name.startswith(_HARMLESS) for name in head.get("annotations") or {})


def _first_difference(found: object, meant: object) -> tuple[PathPart, ...]:
    """Give the way to the first value that is otherwise than meant, as far as both have one."""
    if isinstance(found, dict) and isinstance(meant, dict):
        for name in (*found, *meant):
            if name in found and found[name] != meant.get(name):
                return (name, *_first_difference(found[name], meant.get(name)))
    return ()


def _meant(program: Program, key: Key, name: str) -> tuple[str, Mapping[str, Any]]:
    """Give the kind and the spec that a key is meant to have; the name is the Secret's, and a value is sealed for it alone."""
    template = {
        "type": "Opaque",
        "metadata": {
            "labels": {
                **_OURS,
                "authorino.kuadrant.io/managed-by": "authorino",
                "maas.opendatahub.io/api-key": program.platform.gateway.name,
            },
            "annotations": {
                "maas.opendatahub.io/user": key.user,
                "maas.opendatahub.io/groups": ",".join(key.groups),
                "maas.opendatahub.io/team": key.team,
                "maas.opendatahub.io/policy": key.policy or "",
                "maas.opendatahub.io/subscription": key.bound,
                "maas.opendatahub.io/models": "*" if key.models is None else ",".join(key.models),
            },
        },
    }
    source = key.secret
    if not isinstance(source, External):
        return "SealedSecret", {"encryptedData": {"api_key": source.value}, "template": template}
    reference = {"key": source.path} | ({"property": source.property} if source.property is not None else {})
    return "ExternalSecret", {
        "refreshInterval": "1h0m0s",
        "secretStoreRef": {"kind": source.store_kind, "name": source.store},
        "target": {"name": name, "creationPolicy": "Owner", "deletionPolicy": "Delete", "template": template},
        "data": [
            {
                "secretKey": "api_key",
                "remoteRef": {
                    **reference,
                    "conversionStrategy": "Default",
                    "decodingStrategy": "None",
                    "metadataPolicy": "None",
                },
            }
        ],
    }
