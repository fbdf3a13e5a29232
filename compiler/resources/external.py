"""`ExternalModel`: the `models` item of a provider's model, once a resource exposes it."""

from __future__ import annotations

from typing import Final

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.diagnostics.suggest import closest
from compiler.intent.described import described
from compiler.intent.resources import ExternalModel
from compiler.resources.models import Models
from compiler.resources.read import Found
from compiler.resources.told import Told

# The Secret's entry that the controller reads, and how it is told of other ports and of providers without TLS.
_KEY: Final = "api-key"
_PORT: Final = "maas.opendatahub.io/port"
_TLS: Final = "maas.opendatahub.io/tls"


def told(found: Found, resource: ExternalModel, models: Models, diagnostics: list[Diagnostic]) -> Told | None:
    """Give the `models` item of a resource; None where no other exposes it."""
    model = models.external(found)
    if model is None:
        diagnostics.append(_unused(found))
        return None
    item = Told(found, "models", model)
    item.comes(["backend"], "spec")
    item.put(["backend", "kind"], "ExternalModel", "kind")
    item.put(["backend", "provider"], resource.spec.provider, "spec", "provider")
    # Hosts are the same in either case, and the filter compares them as they are written.
    item.put(["backend", "endpoint"], resource.spec.endpoint.lower(), "spec", "endpoint")
    item.put(["backend", "model"], resource.spec.target_model, "spec", "targetModel")
    item.put(["backend", "credential"], {"key": _KEY}, "spec", "credentialRef")
    item.put(["backend", "credential", "secret"], resource.spec.credential.name, "spec", "credentialRef", "name")
    _annotated(item, found, diagnostics)
    return item


def _annotated(item: Told, found: Found, diagnostics: list[Diagnostic]) -> None:
    annotations = found.resource.metadata.annotations or {}
    place = found.place.at("metadata", "annotations")
    port, tls = annotations.get(_PORT), annotations.get(_TLS)
    if port is not None:
        if port.isascii() and port.isdigit():
            item.put(["backend", "port"], int(port), "metadata", "annotations", _PORT)
        else:
            diagnostics.append(_bad(f"the annotation `{_PORT}` is no port, found {described(port)}", place.at(_PORT)))
    if tls is not None:
        if tls in ("true", "false"):
            item.put(["backend", "tls"], tls == "true", "metadata", "annotations", _TLS)
        else:
            diagnostics.append(_bad(f"the annotation `{_TLS}` is `true` or `false`, found {described(tls)}", place.at(_TLS)))


def _bad(headline: str, place: Place) -> Diagnostic:
    return Diagnostic("bad-value", Severity.ERROR, headline, place, "the provider would be asked in another way than is meant")


def _unused(found: Found) -> Diagnostic:
    return Diagnostic(
        "unused-resource",
        Severity.WARNING,
        f"no `MaaSModelRef` exposes the ExternalModel `{found.name}`",
        found.place.at("metadata", "name"),
        "no route leads to it: 404 for everyone",
        help="write a `MaaSModelRef` for it, or remove it",
    )


def missing(found: Found, name: str, known: list[str]) -> Diagnostic:
    """Say that a resource exposes an ExternalModel that is not there."""
    suggestion = closest(name, known)
    return Diagnostic(
        "unknown-model",
        Severity.ERROR,
        f"unknown ExternalModel `{name}`",
        found.place.at("spec", "modelRef", "name"),
        "no route would lead to it: 404 for everyone",
        help=f"did you mean `{suggestion}`?" if suggestion else "write the resource `ExternalModel` of this name and namespace",
    )
