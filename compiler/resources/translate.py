"""Put the native documents that say the same in the place of a configuration's MaaS custom resources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Note, Place, Severity
from compiler.intent.resources import Access, ExternalModel, FirstAccess, FirstModel, FirstSubscription, Model, Subscription
from compiler.resources import access, external, models, subscriptions
from compiler.resources.objects import is_object
from compiler.resources.read import Found, read
from compiler.resources.told import Told
from compiler.source.document import Document, Sources


def translated(sources: Sources) -> tuple[Sources, tuple[Diagnostic, ...]]:
    """Give the sources with a native document for each resource, and what is wrong with the resources.

    After an error names may be missing that others use, as when a file could not be read.
    """
    objects = [document for document in sources.documents if is_object(document.data)]
    if not objects:
        return sources, ()
    diagnostics: list[Diagnostic] = []
    read_all = (read(document, diagnostics) for document in objects)
    found = _once([one for one in read_all if one is not None], diagnostics)
    native = [document for document in sources.documents if not is_object(document.data)]
    exposing = [one for one in found if isinstance(one.resource, FirstModel | Model)]
    exposed = models.index(exposing, _native_models(native), _namespace(native))
    diagnostics += _unserved(exposing, found, exposed)
    told = [item for one in found for item in [_told(one, exposed, diagnostics)] if item is not None]
    # What could not be told stays as a document that says nothing, because diagnostics speak of it.
    instead = {(document.file, document.index): replace(document, data={}) for document in objects}
    instead |= {(item.found.document.file, item.found.document.index): item.document for item in told}
    documents = tuple(instead.get((document.file, document.index), document) for document in sources.documents)
    return replace(sources, documents=documents), tuple(diagnostics)


def _told(found: Found, exposed: models.Models, diagnostics: list[Diagnostic]) -> Told | None:
    match found.resource:
        case FirstModel() | Model() as resource:
            return models.told(found, resource, exposed, diagnostics)
        case FirstAccess() | Access() as resource:
            return access.told(found, resource, exposed, diagnostics)
        case FirstSubscription() | Subscription() as resource:
            return subscriptions.told(found, resource, exposed, diagnostics)
        case ExternalModel() as resource:
            return external.told(found, resource, exposed, diagnostics)
        case _:
            return None


def _unserved(exposing: Sequence[Found], found: Sequence[Found], exposed: models.Models) -> Iterator[Diagnostic]:
    """Find resources that expose an ExternalModel which is not there."""
    known = [one for one in found if isinstance(one.resource, ExternalModel)]
    served = {exposed.external(one) for one in known}
    for one in exposing:
        name = models.external_of(one)
        if name is not None and exposed.of(one) not in served:
            yield external.missing(one, name, [other.name for other in known])


def _once(found: Sequence[Found], diagnostics: list[Diagnostic]) -> list[Found]:
    """Keep the first of several resources of one name; a model has the same name in both releases."""
    kept: dict[tuple[str, str | None, str], Found] = {}
    for one in found:
        kind = "MaaSModelRef" if one.resource.kind == "MaaSModel" else one.resource.kind
        first = kept.setdefault((kind, one.namespace, one.name), one)
        if first is not one:
            name = f"{one.namespace}/{one.name}" if one.namespace else one.name
            diagnostics.append(
                Diagnostic(
                    "duplicate-name",
                    Severity.ERROR,
                    f"`{name}` is written twice: {_release(first)}, and {_release(one)}",
                    one.place.at("metadata", "name"),
                    "which of the two holds would depend on the order in which they are read",
                    notes=(Note("first written here", first.place.at("metadata", "name")),),
                    help="remove one of the two, or rename it",
                )
            )
    return list(kept.values())


def _release(found: Found) -> str:
    first = isinstance(found.resource, FirstModel | FirstAccess | FirstSubscription)
    return f"as a `{found.resource.kind}` of {'the first release' if first else 'today'}"


def _namespace(documents: Sequence[Document]) -> str | None:
    """Give the namespace of models that name none; the platform itself is checked with all else that is native."""
    for document in documents:
        platform = document.data.get("platform") if isinstance(document.data, dict) else None
        namespace = platform.get("modelNamespace") if isinstance(platform, dict) else None
        if isinstance(namespace, str):
            return namespace
    return None


def _native_models(documents: Sequence[Document]) -> Iterator[tuple[str, Place]]:
    for document in documents:
        section = document.data.get("models") if isinstance(document.data, dict) else None
        for name in section if isinstance(section, dict) else ():
            yield name, Place(document.file, ("models", name), key=True, document=document.index)
