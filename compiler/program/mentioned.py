"""The groups and users that a Program asks for: all that any policy can compare a caller with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compiler.program.ir import Program, Subjects


def subjects(program: Program) -> Iterator[Subjects]:
    """Give whom each tier, grant and entry is for."""
    for tier in program.tiers:
        yield tier.members
    for model in program.models:
        yield from (grant.subjects for grant in model.grants)
        yield from (entry.subjects for entry in model.entries)


def mentioned(programs: Iterable[Program]) -> tuple[frozenset[str], frozenset[str]]:
    """Give the groups and the users that any of the Programs can tell apart."""
    found = [one for program in programs for one in subjects(program)]
    groups = frozenset(group for one in found for group in one.groups)
    return groups, frozenset(user for one in found for user in one.users)
