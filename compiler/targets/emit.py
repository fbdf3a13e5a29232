"""All families of manifests, and the file of `out/` that each goes to.

A family that most configurations do without is imported where one has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from compiler.kube.base import Manifest
from compiler.program.backends import ExternalModel
from compiler.program.ir import Attach, Model, Program
from compiler.program.platform import BackendAuthorization
from compiler.targets import model_policies, model_route, tier_mapping
from compiler.targets.common import WayIn, ways_in
from compiler.targets.waves import in_wave


class Output(Struct, frozen=True):
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
    yield from _each("gateway", _on_gateway(program))
    yield from _each("tiers", tier_mapping.manifests(program))
    if program.keys:
        from compiler.targets import keys  # noqa: PLC0415

        for path, manifest in keys.manifests(program):
            yield Output(path, (manifest,))
    if any(isinstance(model.backend, ExternalModel) for model in program.models):
        yield from _provider_keys(program)
    if program.platform.telemetry is not None:
        from compiler.targets import telemetry  # noqa: PLC0415

        # The three have one name in two namespaces.
        for usage in telemetry.manifests(program):
            yield Output(f"telemetry/{usage.kind.lower()}.yaml", (usage,))
    for name, manifests in _platform(program):
        yield Output(f"platform/{name}.yaml", tuple(manifests))


def _on_gateway(program: Program) -> Iterator[Manifest]:
    if program.platform.attach is Attach.ROUTE:
        from compiler.targets import gateway_deny  # noqa: PLC0415

        return gateway_deny.manifests(program)
    from compiler.targets import gateway_policies  # noqa: PLC0415

    return gateway_policies.manifests(program)


def _platform(program: Program) -> Iterator[tuple[str, Iterable[Manifest]]]:
    made = program.platform.made
    if made.gateway is not None or made.kuadrant:
        from compiler.targets import platform  # noqa: PLC0415

        if made.gateway is not None:
            yield "gateway-class", platform.gateway_class(made.gateway)
            yield "gateway", platform.gateway(program, made.gateway)
        if made.kuadrant:
            yield "kuadrant", platform.kuadrant(program)
    if made.maas_api_route or any(model.chat_proxy for model in program.models):
        from compiler.targets import maas_api  # noqa: PLC0415

        yield "maas-api", maas_api.manifests(program)
    if made.tier_namespaces:
        from compiler.targets import tier_namespaces  # noqa: PLC0415

        yield "tier-namespaces", tier_namespaces.manifests(program)


def _provider_keys(program: Program) -> Iterator[Output]:
    from compiler.targets import provider_keys  # noqa: PLC0415

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


def file_of(model: Model) -> str:
    """Give the file of a model's own objects."""
    return f"models/{model.namespace}/{model.name}.yaml"


def _of_model(program: Program, model: Model, ways: Sequence[WayIn]) -> Output:
    found = [*model_route.manifests(program, model)]
    if program.platform.attach is Attach.ROUTE:
        found += model_policies.manifests(program, model, ways)
    if program.platform.attach is Attach.GATEWAY or model.backend_authorization is BackendAuthorization.SERVICE_ACCOUNT:
        from compiler.targets import model_rbac  # noqa: PLC0415

        found += model_rbac.manifests(program, model)
    return Output(file_of(model), tuple(found))
