"""The objects of a cluster that decide about requests, without what the API server adds and without any secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from compiler.cel.printer import spellable
from compiler.diagnostics.model import Diagnostic, Place, Severity, Span
from compiler.program.keys import (
    BOUND_ANNOTATION,
    GROUPS_ANNOTATION,
    KEY_LABEL,
    MODELS_ANNOTATION,
    TEAM_ANNOTATION,
    USER_ANNOTATION,
)
from compiler.source.cut import truncated
from compiler.source.listing import bad
from compiler.source.nulls import without_nulls
from compiler.source.secret_data import Hidden, in_data

Plain = dict[str, Any]

TIER_MAP: Final = "tier-to-group-mapping"
MODELS_OF_TIERS: Final = "alpha.maas.opendatahub.io/tiers"

# Groups of kinds that are about models and policies; whatever else is in a dump decides nothing about a request.
_GROUPS: Final = frozenset({"maas.opendatahub.io", "kuadrant.io", "extensions.kuadrant.io", "gateway.networking.k8s.io"})
_SERVED: Final = ("serving.kserve.io", "LLMInferenceService")
_STORED: Final = ("external-secrets.io", "ExternalSecret")
_RBAC: Final = "rbac.authorization.k8s.io"
# In the groups above, and without a word about any request.
_INERT: Final = frozenset({"GatewayClass", "ReferenceGrant", "Kuadrant", "BackendTLSPolicy"})

# None of these says what it is about without a `spec`: what it decides was cut off. MaaS resources are told of as what they are.
_SPECIFIED: Final = frozenset({"Gateway", "HTTPRoute", "GRPCRoute", "AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy"})

# By these a Secret is one that Authorino reads keys from.
_KEY_LABELS: Final = ("kuadrant.io/auth-secret", "authorino.kuadrant.io/managed-by")
_KEY_ANNOTATIONS: Final = (
    "secret.kuadrant.io/user-id", "kuadrant.io/groups", USER_ANNOTATION, GROUPS_ANNOTATION, TEAM_ANNOTATION, BOUND_ANNOTATION,
    MODELS_ANNOTATION,
)  # fmt: skip

# The API server's own, and `last-applied-configuration`, which repeats the object with all that was ever secret in it.
_DROPPED: Final = frozenset(
    {"managedFields", "resourceVersion", "uid", "generation", "selfLink", "ownerReferences", "finalizers"}
)
_REPEATED: Final = "kubectl.kubernetes.io/last-applied-configuration"


class Object(Struct, frozen=True):
    """One object, and where it was read; `source` says that without the folders of a machine."""

    version: str
    kind: str
    namespace: str
    name: str
    data: Plain
    place: Place
    source: str

    @property
    def id(self) -> str:
        """Give `namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def said(self) -> str:
        """Name it in a sentence."""
        return f"{self.kind} {self.id if self.namespace else self.name}"

    @property
    def spec(self) -> Plain:
        """Give the spec; nothing where it is no mapping."""
        found = self.data.get("spec")
        return found if isinstance(found, dict) else {}

    @property
    def labels(self) -> Mapping[str, str]:
        """Give the labels."""
        return _texts(self.data["metadata"].get("labels"))

    @property
    def annotations(self) -> Mapping[str, str]:
        """Give the annotations."""
        return _texts(self.data["metadata"].get("annotations"))


def _texts(value: object) -> Mapping[str, str]:
    return {name: text for name, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def mapping(value: object) -> Plain:
    """Give a mapping; nothing where the cluster holds something else."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Plain]:
    """Give the mappings of a list; nothing where the cluster holds something else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def words(value: object) -> list[str]:
    """Give the texts of a list; nothing where the cluster holds something else."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def listed_tiers(text: str) -> list[str] | None:
    """Read the annotation of tiers as its operator does; None where it is no JSON list of texts."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    names = words(found)
    # JSON can spell half a character, which no file can hold.
    return names if isinstance(found, list) and len(names) == len(found) and all(map(spellable, names)) else None


def is_listing(data: object) -> bool:
    """Tell whether a document is what remains of a list without its items."""
    return isinstance(data, dict) and str(data.get("kind", "")).endswith("List")


def name_of(data: Mapping[str, object]) -> str:
    """Give the kind and the group of any object, to be counted by."""
    group = str(data.get("apiVersion", "")).rpartition("/")[0]
    return f"{data.get('kind')}{f'.{group}' if group else ''}"


def kept(data: Mapping[str, object], place: Place, source: str, findings: list[Diagnostic]) -> Object | None:
    """Give an object that decides about requests, reduced to what does; None for any other, or after a finding."""
    version, kind, metadata = str(data["apiVersion"]), str(data["kind"]), mapping(data.get("metadata"))
    name, namespace = metadata.get("name"), metadata.get("namespace")
    reduced = _reduced(version.rpartition("/")[0], kind, name, data, metadata)
    if reduced is None:
        return None
    # All that is kept lives in a namespace.
    if not all(isinstance(one, str) and one for one in (name, namespace)):
        findings.append(_nameless(kind, place))
        return None
    name, namespace, reduced = str(name), str(namespace), without_nulls(reduced)
    if kind in _SPECIFIED and not isinstance(reduced.get("spec"), dict):
        findings.append(_specless(kind, name, place))
        return None
    found = Object(version, kind, namespace, name, {"apiVersion": version, "kind": kind, **reduced}, place, source)
    # Of a Secret nothing is kept that could be one.
    leak = next(in_data(found.data if kind != "Secret" else found.data["metadata"]), None)
    if leak is not None:
        findings.append(_leaking(found, leak))
        return None
    return found


def _reduced(group: str, kind: str, name: object, data: Mapping[str, object], metadata: Plain) -> Plain | None:
    bare = {key: value for key, value in metadata.items() if key not in _DROPPED}
    if isinstance(bare.get("annotations"), dict):
        bare["annotations"] = {key: value for key, value in bare["annotations"].items() if key != _REPEATED}
    if kind == "Secret" and not group:
        return _key(bare)
    if (group, kind) == _SERVED:
        return {"metadata": bare}
    if kind == "ConfigMap" and not group and name == TIER_MAP:
        return {"metadata": bare, "data": data.get("data")}
    if (group, kind) == _STORED:
        return _stored(bare, data.get("spec"))
    if not _decides(group, kind):
        return None
    if group == _RBAC:
        return {"metadata": bare, **{key: data[key] for key in ("rules", "roleRef", "subjects") if key in data}}
    return {"metadata": bare, "spec": data.get("spec")}


def _stored(metadata: Plain, spec: object) -> Plain | None:
    """Keep of an ExternalSecret for an API key whose it is and where its value lies; of its template labels and annotations."""
    said = mapping(spec)
    target = mapping(said.get("target"))
    template = mapping(mapping(target.get("template")).get("metadata"))
    if KEY_LABEL not in mapping(template.get("labels")):
        return None
    told = {name: template.get(name) for name in ("labels", "annotations")}
    kept = {"secretStoreRef": said.get("secretStoreRef"), "data": said.get("data")}
    named = {"name": target["name"]} if "name" in target else {}
    return {"metadata": metadata, "spec": {**kept, "target": {**named, "template": {"metadata": told}}}}


def _decides(group: str, kind: str) -> bool:
    """Tell whether objects of a kind decide about requests, whatever they are called."""
    if group == _RBAC:
        return kind in ("Role", "RoleBinding")
    return (group, kind) == _SERVED or (group in _GROUPS and kind not in _INERT)


def _key(metadata: Plain) -> Plain | None:
    """Keep of a Secret that holds an API key whose it is; no other Secret is looked at, and no material of any."""
    labels, annotations = _texts(metadata.get("labels")), _texts(metadata.get("annotations"))
    if not any(label in labels for label in _KEY_LABELS):
        return None
    told = {name: annotations[name] for name in _KEY_ANNOTATIONS if name in annotations}
    return {
        "metadata": {
            "name": metadata.get("name"),
            "namespace": metadata.get("namespace", ""),
            "labels": {name: labels[name] for name in sorted(labels)},
            "annotations": told,
        }
    }


def _nameless(kind: str, place: Place) -> Diagnostic:
    return bad(
        f"the {kind} has no name, or is in no namespace",
        place,
        "nothing is imported: what it decides about requests would be forgotten",
        "make the dump anew with `kubectl get ... -A -o yaml`",
    )


def _specless(kind: str, name: str, place: Place) -> Diagnostic:
    return truncated(
        f"the {kind} `{name}` has no `spec`: the dump was cut off, or was no dump of a cluster",
        place,
        "nothing is imported: what it decides about requests would be forgotten",
    )


def _leaking(found: Object, leak: Hidden) -> Diagnostic:
    return Diagnostic(
        "plaintext-secret",
        Severity.ERROR,
        f"{leak.what} stands in the {found.said} as it is",
        found.place,
        "whoever reads the dump can use it, and whoever reads a configuration made of it",
        help="take it out of the object and issue another one, because this one was seen",
    )


def at_line(file: str, line: int) -> Place:
    """Give the place of a whole line."""
    return Place(file, span=Span(line, 1, line, 2))
