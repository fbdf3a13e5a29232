"""Which models cannot be told apart but by their names, so that what changes on one is found once for all."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from msgspec import Struct

from compiler.diff.side import LIMITING, ObjectKey, Side
from compiler.program.backends import ExternalModel
from compiler.program.ir import Budget, Model, Subjects


class Answering(Struct, frozen=True):
    """All that decides what a model answers on one side: its path and route, its provider, who may call it, what meters them.

    `limits` are the emitted limits as text, by the object they are in.
    """

    prefix: str
    route: str
    provider: ExternalModel | None
    grants: tuple[Subjects, ...]
    tiers: tuple[str, ...]
    entries: tuple[tuple[str, Subjects, Budget], ...]
    limits: tuple[tuple[ObjectKey, str], ...]


def provider(model: Model) -> ExternalModel | None:
    """Give what serves a model if that is outside of the cluster: what stands behind a Service is the cluster's business."""
    return model.backend if isinstance(model.backend, ExternalModel) else None


def answering(side: Side, model: Model | None) -> Answering | None:
    """Give what decides the answers of a model, None where it is not there."""
    if model is None:
        return None
    policies = [one for one in side.relevant(model) if one.key[0] in LIMITING]
    specs = [(one.key, one.data.get("spec")) for one in policies]
    return Answering(
        prefix=model.prefix,
        route=model.route,
        provider=provider(model),
        grants=tuple(grant.subjects for grant in model.grants),
        tiers=tuple(sorted(model.tiers)),
        entries=tuple((entry.key, entry.subjects, entry.budget) for entry in side.program.precedence(model)),
        limits=tuple((key, repr(spec.get("limits"))) for key, spec in specs if isinstance(spec, Mapping)),
    )


def likeness(base: Answering | None, head: Answering | None) -> Hashable:
    """Give a key that two models share only if what changes on one, but for its names, changes on the other.

    Of names it only matters whether they are the same on both sides; a path that is not is told in words.
    """
    parts = tuple(_nameless(one) for one in (base, head))
    if base is None or head is None:
        return parts
    objects = [tuple(key for key, _ in one.limits) for one in (base, head)]
    moved = (base.prefix, head.prefix) if base.prefix != head.prefix else ()
    served = (base.provider, head.provider) if base.provider != head.provider else ()
    return (*parts, moved, served, base.route == head.route, objects[0] == objects[1])


def _nameless(one: Answering | None) -> Hashable:
    if one is None:
        return None
    limits = tuple((key[0], text.replace(one.prefix, "\0")) for key, text in one.limits)
    return one.grants, one.tiers, one.entries, limits
