"""The policies of one model's route: who may call it, and what meters them (route attachment)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from compiler.cel.tree import Expr
from compiler.expressions import access, metering, selection
from compiler.expressions.groups import Mentioned
from compiler.kube.authpolicy import Authorization, AuthPolicy, AuthPolicySpec, Rules
from compiler.kube.base import Manifest
from compiler.kube.names import object_name
from compiler.kube.ratelimit import RateLimitPolicy, RateLimitSpec, TokenRateLimitPolicy
from compiler.program.backends import ExternalModel
from compiler.program.ir import Model, Program
from compiler.program.methods import binds
from compiler.targets.common import WayIn, carrying, conditions, genuine, metadata, on_route, response
from compiler.targets.injection import success
from compiler.targets.limits import Limits

_IDENTITY_HEADERS: Final = Authorization(0, conditions(*access.identity_headers()))


def manifests(program: Program, model: Model, ways: Sequence[WayIn]) -> Iterator[Manifest]:
    """Give the AuthPolicy, the TokenRateLimitPolicy, and where requests are limited the RateLimitPolicy.

    `ways` are the platform's ways in, the same for every model.
    """
    yield _auth_policy(program, model, ways)
    meter = metering.Meter(program.platform.bridge, program.precedence(model), program.tiers)
    limits = Limits(meter, (metering.not_listing(model),))
    yield TokenRateLimitPolicy(
        metadata(object_name("maas-trlp", model.name), model.namespace, adopted=True),
        RateLimitSpec(on_route(model), limits.of_tokens()),
    )
    requests = limits.of_requests()
    if requests:
        yield RateLimitPolicy(
            metadata(object_name("maas-rlp", model.name), model.namespace, adopted=True),
            RateLimitSpec(on_route(model), requests),
        )


def _auth_policy(program: Program, model: Model, ways: Sequence[WayIn]) -> AuthPolicy:
    may = access.Access(model)
    binding = any(map(binds, program.platform.methods))
    selected = selection.Selection(model.entries, program.tiers, model.called, binding)
    mentioned = Mentioned(tuple(_mentioned(program, model)))
    authorization = {
        **genuine(program.platform.methods),
        "identity-headers": _IDENTITY_HEADERS,
        "model-access": Authorization(1, conditions(may.allowed)),
        "subscription": _has_selection(selected.key),
    }
    granted, fetched = success(selected, mentioned), {}
    if isinstance(model.backend, ExternalModel) and (key := model.backend.credential) is not None:
        from compiler.targets import provider_keys  # noqa: PLC0415 - few models have one

        fetched[provider_keys.FETCHED] = provider_keys.fetch(key)
        authorization[provider_keys.RULE] = provider_keys.required(key)
        sent = {model.backend.header: provider_keys.header(key, model.backend.scheme)}
        granted = replace(granted, headers={**granted.headers, **sent})
    rules = Rules(
        authentication=carrying(ways, (selected, may, mentioned)),
        metadata=fetched,
        authorization=authorization,
        response=response(granted),
    )
    return AuthPolicy(
        metadata(object_name("maas-auth", model.name), model.namespace, adopted=True),
        AuthPolicySpec(on_route(model), rules),
    )


# As in `compiler.targets.injection`: there are few places where the selected entry stands.
@lru_cache(maxsize=1 << 4)
def _has_selection(key: Expr) -> Authorization:
    return Authorization(2, conditions(selection.has_selection(key)))


def _mentioned(program: Program, model: Model) -> list[str]:
    subjects = [grant.subjects for grant in model.grants] + [entry.subjects for entry in program.precedence(model)]
    return [group for subject in subjects for group in subject.groups]
