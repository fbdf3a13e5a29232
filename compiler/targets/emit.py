"""All families of manifests, and the file of `out/` that each goes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from compiler.kube.base import Manifest
from compiler.program.ir import Attach, Model, Program
from compiler.targets import gateway_deny, gateway_policies, model_policies, model_rbac, model_route, tier_mapping
from compiler.targets.waves import in_wave


@dataclass(frozen=True)
class Output:
    """A file of `out/`: its path with forward slashes, and the objects in it."""

    path: str
    manifests: tuple[Manifest, ...]


def emit(program: Program) -> tuple[Output, ...]:
    """Give every file that the Program means; files without objects are left out."""
    outputs = [*_shared(program), *(_of_model(program, model) for model in program.models)]
    return tuple(Output(output.path, tuple(map(in_wave, output.manifests))) for output in outputs if output.manifests)


def _shared(program: Program) -> Iterator[Output]:
    on_gateway = gateway_deny if program.platform.attach is Attach.ROUTE else gateway_policies
    yield from _each("gateway", on_gateway.manifests(program))
    yield from _each("tiers", tier_mapping.manifests(program))


def _each(folder: str, manifests: Iterable[Manifest]) -> Iterator[Output]:
    for manifest in manifests:
        yield Output(f"{folder}/{manifest.metadata.name}.yaml", (manifest,))


def _of_model(program: Program, model: Model) -> Output:
    found = [*model_route.manifests(program, model)]
    if program.platform.attach is Attach.ROUTE:
        found += model_policies.manifests(program, model)
    else:
        found += model_rbac.manifests(program, model)
    return Output(f"models/{model.namespace}/{model.name}.yaml", tuple(found))
