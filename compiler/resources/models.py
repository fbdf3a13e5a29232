"""`MaaSModel` and `MaaSModelRef`: what they say, and which model the other resources mean by a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Note, Place, Severity
from compiler.intent.parse import qualify
from compiler.intent.resources import FirstModel, Model
from compiler.resources.read import Found
from compiler.resources.told import Told
from compiler.resources.unsupported import unsupported


def told(found: Found, resource: FirstModel | Model, models: Models, diagnostics: list[Diagnostic]) -> Told | None:
    """Give the `models` item of a resource; None where another resource gives it."""
    ref = resource.spec.model_ref
    if isinstance(resource, Model):
        _refuse_fields(found, resource, diagnostics)
    if ref.kind == "ExternalModel":
        # The resource of the provider's model says all there is to say of it.
        return None
    item = Told(found, "models", models.of(found))
    item.put(["backend", "kind"], ref.kind, "spec", "modelRef", "kind")
    item.comes(["backend"], "spec", "modelRef")
    if ref.name != found.name:
        item.put(["backend", "name"], ref.name, "spec", "modelRef", "name")
    return item


def _refuse_fields(found: Found, resource: Model, diagnostics: list[Diagnostic]) -> None:
    if resource.spec.endpoint_override:
        diagnostics.append(
            unsupported(
                "`endpointOverride` has no meaning here",
                found.place.at("spec", "endpointOverride").on_key(),
                "the controller tells this address to those who list models, and nothing else changes",
                "remove it: models are served at the gateway's hostname",
            )
        )
    if resource.spec.tenant_ref:
        diagnostics.append(
            unsupported(
                "`tenantRef` has no meaning here: a configuration has one gateway",
                found.place.at("spec", "tenantRef").on_key(),
                "the model would be served at the gateway of `platform`, for other callers than are meant",
                "remove it, or keep the models of each tenant's gateway in a configuration of their own",
            )
        )


class Models(Struct, frozen=True):
    """The models of a configuration, by the resources that expose them and by their names alone."""

    by_resource: Mapping[tuple[str | None, str], str]
    by_name: Mapping[str, tuple[tuple[str, Place], ...]]
    externals: Mapping[tuple[str | None, str], str]
    namespace: str | None

    def of(self, found: Found) -> str:
        """Give the model that a resource exposes."""
        return self.by_resource[found.namespace or self.namespace, found.name]

    def external(self, found: Found) -> str | None:
        """Give the model that an ExternalModel is exposed as, if it is."""
        return self.externals.get((found.namespace or self.namespace, found.name))

    def qualified(self, namespace: str, name: str) -> str:
        """Give the model that a resource is about; a model of the configuration itself is where it says."""
        return self.by_resource.get((namespace, name), f"{namespace}/{name}")

    def named(self, name: str, place: Place, diagnostics: list[Diagnostic]) -> str:
        """Give the model that a name alone means, whatever its namespace, as the first release looks it up."""
        known = self.by_name.get(name, ())
        if len(known) > 1:
            diagnostics.append(
                Diagnostic(
                    "ambiguous-model",
                    Severity.ERROR,
                    f"`{name}` is the name of {len(known)} models",
                    place,
                    "the controller takes the first that it is given, which need not stay the same",
                    notes=tuple(Note(f"`{model}` is here", where) for model, where in known),
                    help="write the model's `namespace` beside its `name`, as today's resources do",
                )
            )
        return known[0][0] if known else name


def index(exposed: Iterable[Found], native: Iterable[tuple[str, Place]], namespace: str | None) -> Models:
    """Index the models of the resources that expose some, and of the configuration's own documents.

    `namespace` is that of models which name none.
    """
    by_resource: dict[tuple[str | None, str], str] = {}
    by_name: dict[str, dict[str, Place]] = {}
    externals: dict[tuple[str | None, str], str] = {}
    for found in exposed:
        where, outside = _namespace(found) or namespace, external_of(found)
        # A provider's model is served below its own name, whatever the resource is called that exposes it.
        model = qualify(outside or found.name, where).removeprefix("/")
        if outside is not None:
            externals[where, outside] = model
        by_resource[found.namespace or namespace, found.name] = model
        by_name.setdefault(found.name, {})[model] = found.place.at("metadata", "name")
    for written, place in native:
        model = qualify(written, namespace).removeprefix("/")
        by_name.setdefault(model.rpartition("/")[2], {}).setdefault(model, place)
    named = {name: tuple(sorted(known.items(), key=lambda one: one[0])) for name, known in by_name.items()}
    return Models(by_resource, named, externals, namespace)


def external_of(found: Found) -> str | None:
    """Give the name of the ExternalModel that a resource exposes, if it exposes one."""
    resource = found.resource
    ref = resource.spec.model_ref if isinstance(resource, FirstModel | Model) else None
    return ref.name if ref is not None and ref.kind == "ExternalModel" else None


def _namespace(found: Found) -> str | None:
    """Give the namespace of what serves a model, which is where the model is."""
    inside = found.resource.spec.model_ref.namespace if isinstance(found.resource, FirstModel) else None
    return inside or found.namespace
