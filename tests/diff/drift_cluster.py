"""A cluster as kubectl would print it: the objects of `out/` with all that the API server adds to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from compiler.drift.defaults import defaults_of
from compiler.drift.normal import group_of, normal

Object = dict[str, Any]


@cache
def _emitted(out: Path) -> tuple[Object, ...]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.yaml"))]
    documents = (one for text in texts for one in yaml.load_all(text, Loader=yaml.CSafeLoader))
    return tuple(one for one in documents if one["kind"] != "Kustomization")


def emitted(out: Path) -> list[Object]:
    """Give the objects of a folder of manifests."""
    return [deepcopy(one) for one in _emitted(out)]


def applied(data: Mapping[str, Any], number: int = 1) -> Object:
    """Give an object as the API server keeps it once it is applied."""
    found: Object = {"apiVersion": data["apiVersion"], **normal(data)}
    assert not defaults_of(group_of(data), data["kind"]) or found["kind"] != "HTTPRoute" or "weight" in str(found)
    found["metadata"] |= {
        "creationTimestamp": f"2026-01-01T00:00:{number % 60:02}Z",
        "generation": 3,
        "managedFields": [{"manager": "argocd-controller", "fieldsV1": {"f:spec": {".": {}, 'k:{"name":"x"}': {}}}}],
        "resourceVersion": str(1000 + number),
        "uid": f"00000000-0000-0000-0000-{number:012}",
    }
    annotations = found["metadata"].setdefault("annotations", {})
    annotations["kubectl.kubernetes.io/last-applied-configuration"] = "{}"
    found["metadata"].setdefault("labels", {})["app.kubernetes.io/instance"] = "maas-policy"
    if data["kind"].endswith("Policy"):
        found["status"] = {"conditions": [{"type": "Accepted", "status": "True"}, {"type": "Enforced", "status": "True"}]}
    if data["kind"] == "ServiceAccount":
        found["imagePullSecrets"] = [{"name": "dockercfg"}]
    if data.get("type") == "kubernetes.io/service-account-token":
        found["data"] = {"token": "dG9rZW4="}
    return found


def cluster(out: Path) -> list[Object]:
    """Give a cluster to which a folder of manifests was applied."""
    return [applied(one, number) for number, one in enumerate(emitted(out), 1)]


def dumped(objects: Iterable[Object]) -> str:
    """Give what `kubectl get -o yaml` prints."""
    listed = {"apiVersion": "v1", "items": list(objects), "kind": "List", "metadata": {"resourceVersion": ""}}
    return yaml.dump(listed, sort_keys=True, Dumper=_NoAliases, allow_unicode=True)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the base class's parameter
        return True


def named(objects: Iterable[Object], kind: str, name: str) -> Object:
    """Give the object of a kind and a name."""
    return next(one for one in objects if (one["kind"], one["metadata"]["name"]) == (kind, name))


def copied(data: Object, **metadata: object) -> Object:
    """Give a copy of an object with other metadata."""
    found = deepcopy(data)
    found["metadata"] |= metadata
    return found
