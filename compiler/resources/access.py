"""`MaaSAuthPolicy`: an `access` item; what several say about one model adds up."""

from __future__ import annotations

from compiler.diagnostics.model import Diagnostic
from compiler.intent.resources import Access, FirstAccess
from compiler.resources.models import Models
from compiler.resources.read import Found
from compiler.resources.told import Told
from compiler.resources.unsupported import unsupported


def told(found: Found, resource: FirstAccess | Access, models: Models, diagnostics: list[Diagnostic]) -> Told:
    """Give the `access` item of a resource."""
    refs = found.place.at("spec", "modelRefs")
    item = Told(found, "access", found.name)
    if isinstance(resource, FirstAccess):
        names = [models.named(name, refs.at(at), diagnostics) for at, name in enumerate(resource.spec.model_refs)]
    else:
        names = [models.qualified(ref.namespace, ref.name) for ref in resource.spec.model_refs]
    item.put(["models"], names, "spec", "modelRefs")
    if isinstance(resource, Access):
        for at in range(len(names)):
            item.comes(["models", at], "spec", "modelRefs", at, "name")
    item.callers([], resource.spec.subjects, "spec", "subjects")
    metering = resource.spec.metering
    if metering is not None and (metering.organization or metering.cost_center or metering.labels):
        diagnostics.append(
            unsupported(
                "`meteringMetadata` has no meaning here",
                found.place.at("spec", "meteringMetadata").on_key(),
                "use would be put down to nothing of this: the controller does not read it either",
                "move it to `tokenMetadata` of the subscriptions that meter these callers",
            )
        )
    return item
