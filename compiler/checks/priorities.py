"""Which of several subscriptions a caller gets should be written down, not fall out of sizes and names."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from compiler.checks.report import warning
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.ir import Entry, Program


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report subscriptions of one model and one priority that one caller could have together."""
    reported: set[tuple[str, str]] = set()
    for model in program.models:
        subscriptions = [entry for entry in model.entries if entry.kind == "subscription"]
        for _, tied in groupby(subscriptions, key=lambda entry: entry.priority):
            winner, *others = tied
            for other in others:
                if (winner.name, other.name) in reported or not _may_meet(winner, other):
                    continue
                reported.add((winner.name, other.name))
                yield warning(
                    "priority-tie",
                    f"the subscriptions `{winner.name}` and `{other.name}` have the priority {other.priority} on `{model.id}`",
                    other.origin.on_key(),
                    f"a caller of both is metered by `{winner.name}`: the larger budget, then the name, decides",
                    Note(f"`{winner.name}` is here", winner.origin.on_key()),
                    help="give one of them a higher `priority`",
                )


def _may_meet(one: Entry, other: Entry) -> bool:
    """Tell whether a caller could own both: groups may share members, two lists of users only a common user."""
    both_named = not one.subjects.groups and not other.subjects.groups
    return not both_named or bool(set(one.subjects.users) & set(other.subjects.users))
