"""Brings an object into the form in which two that mean the same to the API server are equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Final, cast

from compiler.drift.defaults import Path, defaults_of, filled_in
from compiler.source.nulls import without_nulls

Plain = dict[str, object]

# Written by the API server, and by nobody who applies manifests (Kubernetes, ObjectMeta).
_KEPT_BY_SERVER: Final = frozenset(
    {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink", "finalizers"}
)
# Labels and annotations of ours are compared; those that others add say nothing to the gateway.
_ADDED_TO: Final = ("labels", "annotations")
# Argo CD's own name for what it applies, written over whatever stands there (resource tracking by label).
_TRACKING: Final = "app.kubernetes.io/instance"
_SERVICE_ACCOUNT: Final = "ServiceAccount"


def group_of(data: Mapping[str, object]) -> str:
    """Give the API group of an object; it has one identity in all versions of it."""
    return str(data.get("apiVersion", "")).rpartition("/")[0]


def normal(data: Mapping[str, object], ours: Mapping[str, object] | None = None) -> Plain:
    """Give an object without what the server keeps in it, and with all defaults written out.

    Of its labels and annotations only those that `ours` has are kept.
    """
    beside = {"apiVersion", "status", *(filled_in(data) - (ours if ours is not None else data).keys())}
    found = without_nulls({key: value for key, value in data.items() if key not in beside})
    metadata = _mapping(found.get("metadata"))
    kept = {key: value for key, value in metadata.items() if key not in _KEPT_BY_SERVER}
    theirs = _mapping((ours if ours is not None else data).get("metadata"))
    for key in _ADDED_TO:
        own = _mapping(theirs.get(key)).keys() - {_TRACKING}
        known = {name: value for name, value in _mapping(kept.pop(key, None)).items() if name in own}
        if known:
            kept[key] = known
    found["metadata"] = kept
    for path, value in defaults_of(group_of(data), str(data.get("kind"))):
        _write(found, path, value)
    return found


def readable(data: Mapping[str, object]) -> Plain:
    """Give an object as the gateway's model reads it: without what only the server is concerned with."""
    found = {key: value for key, value in data.items() if key != "status"}
    metadata = _mapping(found.get("metadata"))
    # Of two policies on one target the time of creation decides which holds.
    kept = {"name", "namespace", "labels", "annotations", "creationTimestamp"}
    return {**found, "metadata": {key: value for key, value in metadata.items() if key in kept}}


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _write(data: object, path: Path, value: object) -> None:
    """Write a default wherever its place is there and empty."""
    head, *rest = path
    if head == "*":
        inner: Sequence[object] = list(data.values()) if isinstance(data, dict) else data if isinstance(data, list) else []
        for one in inner:
            _write(one, tuple(rest), value)
    elif isinstance(data, dict) and rest:
        _write(data.get(head), tuple(rest), value)
    elif isinstance(data, dict) and head not in data:
        # A ServiceAccount as a subject is of the group without a name.
        data[head] = "" if head == "apiGroup" and data.get("kind") == _SERVICE_ACCOUNT else deepcopy(value)
