"""A caller has one tier, so levels are distinct."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error, warning
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.ir import Program, Tier


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report levels used twice, and groups in two tiers."""
    by_level: dict[int, Tier] = {}
    by_group: dict[str, Tier] = {}
    for tier in program.tiers:
        other = by_level.setdefault(tier.level, tier)
        if other is not tier:
            yield error(
                "tier-level-twice",
                f"the tiers `{other.name}` and `{tier.name}` have the level {tier.level}",
                tier.origin.at("level"),
                "which of the two a member of both has would depend on the order of a list",
                Note(f"`{other.name}` has it here", other.origin.at("level")),
                help="give each tier a level of its own; the highest that a caller has counts",
            )
        for group in tier.groups:
            higher = by_group.setdefault(group, tier)
            if higher is not tier:
                yield warning(
                    "group-in-two-tiers",
                    f"the group `{group}` is in the tiers `{higher.name}` and `{tier.name}`",
                    tier.origin.at("groups"),
                    f"ignored in `{tier.name}`: the higher level wins, so the group's members have `{higher.name}`",
                    Note(f"`{higher.name}` lists it here", higher.origin.at("groups")),
                    help=f"take the group out of `{tier.name}`",
                )
