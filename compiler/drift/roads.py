"""Other ways to a model than its own route: routes on our Gateway that `out/` does not know, and what stands on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.diff.side import Object
from compiler.drift.dump import Live
from compiler.drift.force import idle
from compiler.drift.normal import readable
from compiler.drift.routes import Beside
from compiler.drift.written import target_of
from compiler.gateway.effective import Effective
from compiler.gateway.policies import Anonymous, Method
from compiler.gateway.read import KINDS
from compiler.program.ir import Program


class Road(Struct, frozen=True):
    """A route (`namespace/name`) with the policies on it."""

    route: str
    objects: tuple[Object, ...]


# By the models (`namespace/name`) whose requests they take.
Roads = Mapping[str, Sequence[Road]]
NO_ROADS: Final[Roads] = {}


def roads(program: Program, found: Sequence[Beside], live: Sequence[Live]) -> Roads:
    """Give the routes that take requests from the routes of our models."""
    roads: dict[str, list[Road]] = {}
    for one in found:
        for model in program.models:
            if model.prefix in one.paths:
                on_it = (
                    policy
                    for policy in live
                    if target_of(policy) == one.route.key and policy.key[1] in KINDS and not idle(policy)
                )
                objects = tuple(map(_object, (one.route, *on_it)))
                roads.setdefault(model.id, []).append(Road(f"{one.route.key[2]}/{one.route.key[3]}", objects))
    return roads


def _object(one: Live) -> Object:
    return Object(one.key[1:], "gateway/extra.yaml", readable(one.data))


def lets_everybody_in(here: Effective) -> bool:
    """Tell whether a request needs no credential on some path, because nobody asks or because nobody is somebody there."""
    auth = here.auth
    if auth is None:
        return True
    asked = auth.authorization or auth.when
    return not asked and (not auth.methods or any(map(_anybody, auth.methods)))


def _anybody(method: Method) -> bool:
    # A value that cannot be computed refuses whoever was accepted.
    return isinstance(method.check, Anonymous) and not (method.when or method.overrides or method.defaults)
