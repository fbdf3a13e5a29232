"""Which of several subscriptions a caller gets should be written down, not fall out of sizes and names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
            for winner, other in _meeting(tied):
                if (winner.name, other.name) in reported:
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


def _meeting(tied: Iterable[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Give each entry with the best one before it that a caller of both could have: one pair an entry, not all pairs.

    Groups may share members with groups and with users; two lists of users only share a user they both name.
    """
    best: Entry | None = None
    of_groups: Entry | None = None
    of_user: dict[str, Entry] = {}
    rank: dict[str, int] = {}
    for index, entry in enumerate(tied):
        rank[entry.name] = index
        if entry.subjects.groups:
            winner = best
            of_groups = of_groups or entry
        else:
            named = [of_user[user] for user in entry.subjects.users if user in of_user]
            winner = min([*named, *([of_groups] if of_groups else [])], key=lambda one: rank[one.name], default=None)
        if winner is not None:
            yield winner, entry
        best = best or entry
        for user in entry.subjects.users:
            of_user.setdefault(user, entry)
