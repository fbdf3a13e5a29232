"""How much of its answer to one request Authorino spends on comparing names."""

from __future__ import annotations

from typing import Final

from compiler.program.ir import Model, Program

# Names that each group of a caller may be compared with. For a caller in a hundred groups that makes a million comparisons, and
# each takes some tens of nanoseconds: tens of milliseconds of the 200 that the gateway waits, most of which belong to others.
MOST: Final = 10_000


def compared(program: Program, model: Model) -> int:
    """Give the names that each of a caller's groups is compared with when it calls a model.

    Groups with a grant and groups that are exported stand in lists, which are gone through from end to end. So does the order of
    the entries, once for each entry that the caller may use; a group is taken to bring one. What is looked up costs nothing.
    """
    entries = program.precedence(model)
    granted = {group for grant in model.grants for group in grant.subjects.groups}
    owning = {group for entry in entries for group in entry.subjects.groups}
    # Of a name with a comma nothing is exported, because groups are exported as one text.
    exported = sum("," not in group for group in granted | owning)
    return len(granted) + exported + len(entries)


def at_most(program: Program, model: Model) -> int:
    """Give a bound of `compared` that takes less time to find: groups that are named twice count twice."""
    entries = program.precedence(model)
    granted = sum([len(grant.subjects.groups) for grant in model.grants])
    return 2 * granted + sum([len(entry.subjects.groups) for entry in entries]) + len(entries)
