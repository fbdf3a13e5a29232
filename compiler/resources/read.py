"""Recognise the objects among the documents of a configuration, and hold each against the shape of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.diagnostics.suggest import closest
from compiler.intent import resources
from compiler.intent.described import described
from compiler.intent.shape import validated
from compiler.source.document import Document

API_VERSION: Final = "maas.opendatahub.io/v1alpha1"
_GROUP: Final = API_VERSION.partition("/")[0] + "/"

# Each kind by its shape in the first release and today; None where there was, or is, no such kind.
_KINDS: Final[Mapping[str, tuple[type[resources.Resource] | None, type[resources.Resource] | None]]] = {
    "MaaSModel": (resources.FirstModel, None),
    "MaaSModelRef": (None, resources.Model),
    "MaaSAuthPolicy": (resources.FirstAccess, resources.Access),
    "MaaSSubscription": (resources.FirstSubscription, resources.Subscription),
    "ExternalModel": (None, resources.ExternalModel),
}
_NOTHING: Final = "nothing is made of it: what it was meant to allow or limit would not hold"


class Found(Struct, frozen=True):
    """A resource of the right shape, and the document that it is."""

    document: Document
    resource: resources.Resource

    @property
    def place(self) -> Place:
        """Give the place of the whole resource."""
        return Place(self.document.file, document=self.document.index)

    @property
    def name(self) -> str:
        """Give the resource's name."""
        return self.resource.metadata.name

    @property
    def namespace(self) -> str | None:
        """Give the resource's namespace, where one is written."""
        return self.resource.metadata.namespace


def read(document: Document, diagnostics: list[Diagnostic]) -> Found | None:
    """Read the object that a document holds; None, and more `diagnostics`, where it is no resource that can be honoured."""
    data, place = document.data, Place(document.file, document=document.index)
    if not isinstance(data, dict):
        return None
    wrong = _unknown(data, place)
    if wrong is not None:
        diagnostics.append(wrong)
        return None
    first, today = _KINDS[data["kind"]]
    shape = today if first is None or (today is not None and _is_of_today(data)) else first
    resource = validated(shape, data, place, diagnostics) if shape is not None else None
    if resource is None:
        return None
    if resource.metadata.deletion_timestamp is not None:
        diagnostics.append(_deleted(resource, place))
        return None
    return Found(document, resource)


def _is_of_today(data: Mapping[str, object]) -> bool:
    """Tell the releases apart by what they have in common least: models were known by their names alone at first."""
    spec = data.get("spec")
    refs = spec.get("modelRefs") if isinstance(spec, dict) else None
    if not isinstance(refs, list):
        return True
    if data["kind"] == "MaaSAuthPolicy":
        return any(isinstance(ref, dict) for ref in refs)
    return any(isinstance(ref, dict) and "namespace" in ref for ref in refs)


def _unknown(data: Mapping[str, object], place: Place) -> Diagnostic | None:
    version, kind = data.get("apiVersion"), data.get("kind")
    if "apiVersion" not in data or "kind" not in data:
        missing = "kind" if "apiVersion" in data else "apiVersion"
        headline = f"the key `{missing}` is missing: the document is neither a resource nor sections"
        return _error(headline, place.at("kind" if missing == "apiVersion" else "apiVersion").on_key(), f"add `{missing}`")
    if version != API_VERSION:
        ours = isinstance(version, str) and version.startswith(_GROUP)
        headline = f"the resources known here are of `{API_VERSION}`, found {described(version)}"
        elsewhere = "a configuration is compiled and never applied: keep other objects in another folder"
        return _error(headline, place.at("apiVersion"), f"write `{API_VERSION}`" if ours else elsewhere)
    if not isinstance(kind, str) or kind not in _KINDS:
        suggestion = closest(kind, _KINDS) if isinstance(kind, str) else None
        advice = f"did you mean `{suggestion}`?" if suggestion else f"known here: {', '.join(sorted(_KINDS))}"
        return _error(f"unknown kind of resource {described(kind)}", place.at("kind"), advice)
    return None


def _error(headline: str, place: Place, advice: str) -> Diagnostic:
    return Diagnostic("unknown-resource", Severity.ERROR, headline, place, _NOTHING, help=advice)


def _deleted(resource: resources.Resource, place: Place) -> Diagnostic:
    return Diagnostic(
        "unsupported-field",
        Severity.ERROR,
        f"`{resource.metadata.name}` is being deleted",
        place.at("metadata", "deletionTimestamp"),
        "the controller takes it for gone already: what it allows would be allowed again",
        help="remove the resource, or the key `deletionTimestamp` if it is to stay",
    )
