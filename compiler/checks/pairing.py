"""Access and budget come in pairs: either alone answers 403."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import remark, warning
from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import EVERYBODY, Model, Program, Subjects


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report budgets without access, access without budgets, and models that nobody may reach."""
    tiered = {group for tier in program.tiers for group in tier.members.groups}
    for model in program.models:
        if not model.grants and not model.tiers:
            yield remark(
                "nobody-may-call",
                f"nobody may call the model `{model.id}`",
                model.origin.on_key(),
                "403 for everyone",
                help="once somebody should, list `tiers` on the model, write an `access` entry, or grant the model to a team",
            )
            continue
        admitted = _admitted(model, program)
        for entry in model.entries:
            if entry.kind == "subscription" and not _meets(entry.subjects, *admitted):
                yield warning(
                    "budget-without-access",
                    f"no owner of the subscription `{entry.name}` is given access to `{model.id}`",
                    entry.origin.on_key(),
                    "403 for its owners in spite of the budget, unless another of their groups has access",
                    help=f"add an `access` entry for `{model.id}` with the same groups and users",
                )
        if EVERYBODY not in tiered:
            yield from _unmetered(model, tiered)


def _admitted(model: Model, program: Program) -> tuple[set[str], set[str]]:
    """Give the groups and the users who have access."""
    groups = {group for grant in model.grants for group in grant.subjects.groups}
    groups |= {group for tier in program.tiers if tier.name in model.tiers for group in tier.members.groups}
    return groups, {user for grant in model.grants for user in grant.subjects.users}


def _meets(subjects: Subjects, groups: set[str], users: set[str]) -> bool:
    return EVERYBODY in groups or not (groups.isdisjoint(subjects.groups) and users.isdisjoint(subjects.users))


def _unmetered(model: Model, tiered: set[str]) -> Iterator[Diagnostic]:
    metered = tiered.union(*(entry.subjects.groups for entry in model.entries))
    for grant in model.grants:
        for group in grant.subjects.groups:
            if group not in metered:
                yield warning(
                    "access-without-budget",
                    f"the group `{group}` may call `{model.id}`, and nothing meters it there",
                    grant.origin.on_key(),
                    "403 for its members, unless another of their groups, or a subscription of their own, brings a budget",
                    help="add a subscription that the group owns, or a tier that lists it",
                )
