"""Reads what operators make Secrets of: ExternalSecret and SealedSecret, each as the Secret that will be in the cluster."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from compiler.gateway.manifests import Meta, Secret
from compiler.gateway.read_values import pairs
from compiler.gateway.strict import Node, need
from compiler.source.sealed import is_sealed

_OPAQUE: Final = "Opaque"
# The operator runs annotations, labels and data of its template through Go's templates.
_TEMPLATE: Final = "{{"


def external_secret(meta: Meta, spec: Node) -> Secret:
    """Read an ExternalSecret that asks for single values and keeps them as they are.

    Raises:
        BadManifestError: it is none.
    """
    fields = spec.fields("refreshInterval", "secretStoreRef", "target", "data")
    store = need(fields, "secretStoreRef", spec)
    parts = store.fields("kind", "name")
    need(parts, "kind", store).one_of("SecretStore", "ClusterSecretStore")
    need(parts, "name", store).text()
    target = need(fields, "target", spec)
    made = target.fields("name", "creationPolicy", "deletionPolicy", "template")
    if need(made, "name", target).text() != meta.name:
        target.leave_out("an ExternalSecret that makes a Secret of another name")
    for key, value in (("creationPolicy", "Owner"), ("deletionPolicy", "Delete")):
        if need(made, key, target).text() != value:
            target.leave_out(f"a `{key}` other than `{value}`")
    names = tuple(_remote(item) for item in need(fields, "data", spec).items())
    return _secret(meta, need(made, "template", target), names)


def _remote(node: Node) -> str:
    fields = node.fields("secretKey", "remoteRef")
    reference = need(fields, "remoteRef", node)
    parts = reference.fields("key", "property", "conversionStrategy", "decodingStrategy", "metadataPolicy")
    need(parts, "key", reference).text()
    for name, plain in (("conversionStrategy", "Default"), ("decodingStrategy", "None"), ("metadataPolicy", "None")):
        if name in parts and parts[name].text() != plain:
            reference.leave_out(f"a `{name}` other than `{plain}`")
    return need(fields, "secretKey", node).text()


def sealed_secret(meta: Meta, spec: Node) -> Secret:
    """Read a SealedSecret whose values were sealed for its own name and namespace.

    Raises:
        BadManifestError: it is none.
    """
    for name, _ in meta.annotations:
        if name.startswith("sealedsecrets.bitnami.com/"):
            spec.leave_out(f"the annotation `{name}`")
    fields = spec.fields("encryptedData", "template")
    names: list[str] = []
    for name, value in need(fields, "encryptedData", spec).members():
        names.append(name)
        if not is_sealed(value.text()):
            value.leave_out("a value that was not sealed")
    return _secret(meta, need(fields, "template", spec), tuple(names))


def _secret(meta: Meta, template: Node, names: tuple[str, ...]) -> Secret:
    fields = template.fields("type", "metadata")
    if "type" in fields and fields["type"].text() != _OPAQUE:
        template.leave_out(f"a Secret of another type than `{_OPAQUE}`")
    holder = need(fields, "metadata", template)
    parts = holder.fields("labels", "annotations")
    labels = pairs(parts["labels"]) if "labels" in parts else ()
    annotations = pairs(parts["annotations"]) if "annotations" in parts else ()
    for _, value in (*labels, *annotations):
        if _TEMPLATE in value:
            holder.leave_out("a label or annotation that is computed")
    return Secret(meta.namespace, meta.name, labels, annotations, tuple((name, stand_in(meta.id)) for name in names))


def stand_in(secret: str) -> str:
    """Give what stands for the value of a Secret, named `namespace/name`, that no manifest shows: its name, base64."""
    return b64encode(secret.encode()).decode()
