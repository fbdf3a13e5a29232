"""All families of manifests, and the file of `out/` that each goes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from compiler.kube.base import Manifest
from compiler.program.ir import Attach, Model, Program
from compiler.program.platform import BackendAuthorization
from compiler.targets import (
    gateway_deny,
    gateway_policies,
    keys,
    maas_api,
    model_policies,
    model_rbac,
    model_route,
    platform,
    provider_keys,
    telemetry,
    tier_mapping,
    tier_namespaces,
)
from compiler.targets.common import WayIn, ways_in
from compiler.targets.waves import in_wave


@dataclass(frozen=True)
class Output:
    """A file of `out/`: its path with forward slashes, and the objects in it."""

    path: str
    manifests: tuple[Manifest, ...]


def emit(program: Program) -> tuple[Output, ...]:
    """Give every file that the Program means; files without objects are left out."""
    return (*shared(program), *of_models(program, program.models))


def shared(program: Program) -> Iterator[Output]:
    """Give the files that belong to no model."""
    return _applied(_shared(program))


def of_models(program: Program, models: Iterable[Model]) -> Iterator[Output]:
    """Give the files of some models one after the other, so that nobody has to hold them all."""
    ways = ways_in(program.platform.methods, program.tiers)
    return _applied(_of_model(program, model, ways) for model in models)


def _applied(outputs: Iterable[Output]) -> Iterator[Output]:
    for output in outputs:
        if output.manifests:
            yield Output(output.path, tuple(map(in_wave, output.manifests)))


def _shared(program: Program) -> Iterator[Output]:
    on_gateway = gateway_deny if program.platform.attach is Attach.ROUTE else gateway_policies
    yield from _each("gateway", on_gateway.manifests(program))
    yield from _each("tiers", tier_mapping.manifests(program))
    for path, manifest in keys.manifests(program):
        yield Output(path, (manifest,))
    yield from _provider_keys(program)
    # The three have one name in two namespaces.
    for usage in telemetry.manifests(program):
        yield Output(f"telemetry/{usage.kind.lower()}.yaml", (usage,))
    for name, manifests in _platform(program):
        yield Output(f"platform/{name}.yaml", tuple(manifests))


def _platform(program: Program) -> Iterator[tuple[str, Iterable[Manifest]]]:
    made = program.platform.made
    if made.gateway is not None:
        yield "gateway-class", platform.gateway_class(made.gateway)
        yield "gateway", platform.gateway(program, made.gateway)
    if made.kuadrant:
        yield "kuadrant", platform.kuadrant(program)
    yield "maas-api", maas_api.manifests(program)
    if made.tier_namespaces:
        yield "tier-namespaces", tier_namespaces.manifests(program)


def _provider_keys(program: Program) -> Iterator[Output]:
    secrets = dict.fromkeys((one.namespace, one.secret) for one in provider_keys.credentials(program))
    if secrets:
        here = program.platform.kuadrant_namespace
        yield Output(f"provider-keys/{here}/{provider_keys.ACCOUNT}.yaml", tuple(provider_keys.account(program)))
    for namespace, secret in secrets:
        manifests = tuple(provider_keys.permission(program, namespace, secret))
        yield Output(f"provider-keys/{namespace}/{manifests[0].metadata.name}.yaml", manifests)


def _each(folder: str, manifests: Iterable[Manifest]) -> Iterator[Output]:
    for manifest in manifests:
        yield Output(f"{folder}/{manifest.metadata.name}.yaml", (manifest,))


def _of_model(program: Program, model: Model, ways: Sequence[WayIn]) -> Output:
    found = [*model_route.manifests(program, model)]
    if program.platform.attach is Attach.ROUTE:
        found += model_policies.manifests(program, model, ways)
    if program.platform.attach is Attach.GATEWAY or model.backend_authorization is BackendAuthorization.SERVICE_ACCOUNT:
        found += model_rbac.manifests(program, model)
    return Output(f"models/{model.namespace}/{model.name}.yaml", tuple(found))
