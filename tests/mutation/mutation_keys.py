"""Changes of the objects that become the Secrets of keys: who calls, what meters it, and where the value comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mutation_manifests import GONE, Change, Manifest, Mutant, Platform, Where

_ANNOTATION: Final = "maas.opendatahub.io/"
_KINDS: Final = ("ExternalSecret", "SealedSecret")


def _change(where: Where, value: object) -> Mutant:
    return Mutant((Change(where, value),))


def _templates(of: Platform) -> Iterator[tuple[Where, Manifest, dict[str, Any]]]:
    """Give each key: its object, and where the labels and annotations of its Secret are."""
    for at, found in of.documents(*_KINDS):
        inside: Where = ("spec", "target", "template") if found["kind"] == "ExternalSecret" else ("spec", "template")
        template: Any = found
        for part in inside:
            template = template[part]
        yield (*at, *inside, "metadata"), found, template["metadata"]


def _said(of: Platform, name: str, *values: str) -> Iterator[Mutant]:
    for at, _, metadata in _templates(of):
        where = (*at, "annotations", _ANNOTATION + name)
        written = metadata["annotations"][_ANNOTATION + name]
        yield _change(where, GONE)
        for value in values:
            if value != written:
                yield _change(where, value)


def other_key_user(of: Platform) -> Iterator[Mutant]:
    """Take whoever calls with a key for somebody else, or for what the store says."""
    yield from _said(of, "user", "mallory", "", "{{ .api_key }}")


def other_key_groups(of: Platform) -> Iterator[Mutant]:
    """Put whoever calls with a key into other groups."""
    yield from _said(of, "groups", "admins", "reviewers,admins", "")


def other_key_entry(of: Platform) -> Iterator[Mutant]:
    """Bind a key to another budget."""
    yield from _said(of, "subscription", "gold", "team:ml", "tier:free", "")
    yield from _said(of, "policy", "another")
    yield from _said(of, "team", "another")


def other_key_models(of: Platform) -> Iterator[Mutant]:
    """Open other models with a key."""
    yield from _said(of, "models", "*", "llm/another", "llm/qwen3,llm/simulator-model")


def more_of_a_key(of: Platform) -> Iterator[Mutant]:
    """Say more of whoever calls with a key than is meant."""
    for at, _, _ in _templates(of):
        yield _change((*at, "annotations", "maas.opendatahub.io/tier"), "enterprise")
        yield _change((*at, "labels", "another"), "label")


def other_key_label(of: Platform) -> Iterator[Mutant]:
    """Hide a key from Authorino, or show it to another gateway."""
    for at, _, metadata in _templates(of):
        for name in metadata["labels"]:
            yield _change((*at, "labels", name), GONE)
            yield _change((*at, "labels", name), "another")


def other_key_namespace(of: Platform) -> Iterator[Mutant]:
    """Put a key where Authorino does not look, or where anybody may read it."""
    for at, _ in of.documents(*_KINDS):
        yield _change((*at, "metadata", "namespace"), "default")


def other_key_name(of: Platform) -> Iterator[Mutant]:
    """Give a key the name of another Secret."""
    for at, found in of.documents(*_KINDS):
        yield _change((*at, "metadata", "name"), "another")
        if found["kind"] == "ExternalSecret":
            yield _change((*at, "spec", "target", "name"), "another")


def other_key_value(of: Platform) -> Iterator[Mutant]:
    """Take the value of a key from elsewhere."""
    for at, found in of.documents("ExternalSecret"):
        reference: Where = (*at, "spec", "data", 0, "remoteRef")
        yield _change((*reference, "key"), "maas/another")
        yield _change((*reference, "property"), "another")
        yield _change((*reference, "decodingStrategy"), "Base64")
        yield _change((*at, "spec", "data", 0, "secretKey"), "password")
        yield _change((*at, "spec", "data", 1), {**found["spec"]["data"][0], "secretKey": "another"})
        yield _change((*at, "spec", "secretStoreRef", "name"), "another")
        yield _change((*at, "spec", "target", "deletionPolicy"), "Retain")
        yield _change((*at, "spec", "target", "creationPolicy"), "Merge")
        yield _change((*at, "spec", "refreshInterval"), "0s")
        yield _change((*at, "spec", "dataFrom"), [{"extract": {"key": "maas/another"}}])
    for at, found in of.documents("SealedSecret"):
        (name, value), *_ = found["spec"]["encryptedData"].items()
        yield _change((*at, "spec", "encryptedData", name), value[:-8] + "AAAAAAA=")
        yield _change((*at, "spec", "encryptedData", name), "plain")
        yield _change((*at, "spec", "encryptedData"), {"password": value})
        yield _change((*at, "spec", "template", "data"), {name: "plain"})
        wide = "sealedsecrets.bitnami.com/cluster-wide"
        yield _change((*at, "metadata", "annotations", wide), "true")


def other_key_at_all(of: Platform) -> Iterator[Mutant]:
    """Take a key away, add one that nobody wrote, or put a plain Secret beside them."""
    for at, found in of.documents(*_KINDS):
        yield _change(at, GONE)
        end = (at[0], len(of.manifests[str(at[0])]))
        yield _change(end, {**found, "metadata": {**found["metadata"], "name": "another"}})
        head = {**found["metadata"], "name": "another"}
        yield _change(end, {"apiVersion": "v1", "kind": "Secret", "metadata": head, "data": {"api_key": "YWJj"}})


OPERATORS: Final = {
    "a key of another user": other_key_user,
    "a key with other groups": other_key_groups,
    "a key on another budget": other_key_entry,
    "a key to other models": other_key_models,
    "a key that says more": more_of_a_key,
    "a key with other labels": other_key_label,
    "a key in another namespace": other_key_namespace,
    "a key of another name": other_key_name,
    "a key with another value": other_key_value,
    "a key more or less": other_key_at_all,
}
