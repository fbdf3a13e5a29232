"""What leads to a provider has a name and a host of its own, and all models that share the host agree about it."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note
from compiler.kube.names import object_name
from compiler.program.backends import ClusterService, ExternalModel
from compiler.program.ir import Model, Program


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report Services that would be replaced, and hosts that are described in two ways."""
    services = {
        (model.backend.namespace or model.namespace, model.backend.name): model
        for model in program.models
        if isinstance(model.backend, ClusterService)
    }
    first: dict[str, tuple[Model, ExternalModel]] = {}
    for model in program.models:
        if not isinstance(model.backend, ExternalModel):
            continue
        name = object_name("maas", model.name)
        if (other := services.get((model.namespace, name))) is not None:
            yield error(
                "service-collision",
                f"the Service that leads to the provider of `{model.id}` is called `{name}`, as the backend of `{other.id}` is",
                model.origin.on_key(),
                f"it would replace the other one: requests for `{other.id}` would go to the provider",
                Note("the other Service is used here", other.origin.at("backend", "name")),
                help="rename the model, or the Service",
            )
        known, served = first.setdefault(model.backend.endpoint, (model, model.backend))
        if (served.port, served.tls) != (model.backend.port, model.backend.tls):
            yield error(
                "contradicting-endpoint",
                f"`{known.id}` and `{model.id}` say different things of the port or of TLS of `{served.endpoint}`",
                model.origin.at("backend"),
                "Istio keeps one description of a host: one of the two models cannot be reached, or not as it is meant to be",
                Note(f"`{known.id}` is here", known.origin.at("backend")),
            )
