"""The tier of everybody whom the cluster knows meters nobody whose token is of somebody else."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import remark
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.ir import EVERYBODY, Program, Tier
from compiler.program.methods import Method, TierToken, binds, vouches_for_group


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report groups that may call a model and that only this tier meters there, where a way in tells of them and not of it.

    What credentials are bound to meters those, and where there is no such tier, nothing meters the group by any way in.
    """
    ways = [way for way in program.platform.methods if _other(way)]
    tier = next((one for one in program.tiers if EVERYBODY in one.members.groups), None)
    if tier is None or not ways:
        return
    tiered = {group for one in program.tiers for group in one.members.groups}
    for model in program.models:
        metered = tiered.union(*(entry.subjects.groups for entry in model.entries))
        for grant in model.grants:
            for group in grant.subjects.groups:
                by = [way for way in ways if group not in metered and vouches_for_group(way, group, ())]
                if by:
                    names = " or ".join(f"`{way.name}`" for way in by)
                    yield remark(
                        "way-without-budget",
                        f"the group `{group}` may call `{model.id}`, and nothing meters its members there who come by {names}",
                        grant.origin.on_key(),
                        "403 for them, unless another of their groups, or a subscription of their own, brings a budget",
                        _note(tier),
                        help=f"add a subscription that the group owns, or list it in a tier, such as `{tier.name}`",
                    )


def _other(way: Method) -> bool:
    """Tell whether callers by a way in are in groups of their own, and never in the cluster's."""
    return not (binds(way) or isinstance(way, TierToken) or vouches_for_group(way, EVERYBODY, ()))


def _note(tier: Tier) -> Note:
    return Note(f"others have the tier `{tier.name}`, by `{EVERYBODY}`, where only tokens of the cluster are", tier.origin)
