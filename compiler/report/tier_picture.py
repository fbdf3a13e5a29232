"""The ladder of tiers as a picture: groups, the tiers that they have, and the models that let a tier in."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.explain.words import limited
from compiler.program.decide import limits_of
from compiler.program.ir import Program, Tier
from compiler.report.picture import Drawing, Picture, some


def tier_picture(program: Program) -> Picture:
    """Draw the tiers below each other, the highest first."""
    drawing = Drawing("Tiers, the highest first", [[], [], []])
    steps: list[tuple[int, int]] = []
    for tier in program.tiers:
        step = drawing.box(1, "tier", _lines(tier))
        if steps:
            drawing.links.append((steps[-1], step))
        steps.append(step)
        drawing.links.append((drawing.box(0, "caller", some(tier.groups)), step))
    for step, models in zip(steps, _models(program), strict=True):
        if models:
            drawing.links.append((step, drawing.box(2, "model", some(models))))
    if not steps:
        drawing.box(1, "note", ["there are no tiers"])
    return drawing.done()


def _models(program: Program) -> Sequence[Sequence[str]]:
    return [[model.id for model in program.models if tier.name in model.tiers] for tier in program.tiers]


def _lines(tier: Tier) -> list[str]:
    limits = [limited(limit) for limit in limits_of(tier.entry)]
    tokens = [] if tier.budget.tokens else ["unlimited tokens"]
    return [f"{tier.name}, level {tier.level}", *tokens, *limits]
