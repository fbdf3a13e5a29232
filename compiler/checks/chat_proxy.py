"""Chats go through the MaaS API only where the route to the model is ours, and where no other path leads to the same proxy."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Place
from compiler.program.backends import ClusterService
from compiler.program.ir import Model, Program
from compiler.program.platform import BackendAuthorization


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report models that cannot be called through the proxy."""
    named: dict[str, list[Model]] = {}
    for model in program.models:
        named.setdefault(model.name, []).append(model)
    for model in program.models:
        if not model.chat_proxy:
            continue
        place = model.origin.at("chatProxy")
        if not isinstance(model.backend, ClusterService):
            yield _impossible(
                f"the route of `{model.id}` is KServe's, and leads to the model itself",
                place,
                "chats would go past the proxy",
                "let KServe make no route for it, and name its Service: `backend: {kind: Service, name: ..., port: ...}`",
            )
        if not program.platform.made.maas_api_route:
            yield _impossible(
                f"chats of `{model.id}` go through the MaaS API, whose own route is not made here",
                place,
                "a route that leads to the whole of it leads to its proxy too: any caller chats without access and budget",
                "let it be made: `platform: {maasApi: {route: true, ...}}`",
            )
        if len(namesakes := named[model.name]) > 1:
            other = next(one for one in namesakes if one is not model)
            yield _impossible(
                f"the proxy cannot tell `{model.id}` from `{other.id}`",
                place,
                f"it is told `{model.name}` alone: chats with one model may reach the other, whose callers are not asked",
                "give the model another name",
            )
        if model.backend_authorization is BackendAuthorization.GATEWAY:
            yield _impossible(
                f"the backend of `{model.id}` asks nobody for a ServiceAccount",
                place,
                "the proxy would call it as one for nothing",
                "leave `chatProxy` out, or say `backendAuthorization: serviceAccount`",
            )


def _impossible(headline: str, place: Place, effect: str, advice: str) -> Diagnostic:
    return error("chat-proxy-impossible", headline, place, effect, help=advice)
