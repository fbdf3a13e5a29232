"""What is for nobody is refused: a policy for an empty set of callers is a forgotten line."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.intent.intent import Intent


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report access, subscriptions and teams without a single group or user."""
    for access in intent.access.values():
        if not (access.spec.groups or access.spec.users):
            yield error(
                "no-subjects",
                f"the access `{access.name}` is for nobody",
                access.place.on_key(),
                "nobody gets access by it",
                help="add `groups` or `users`",
            )
    for subscription in intent.subscriptions.values():
        if not (subscription.spec.owner.groups or subscription.spec.owner.users):
            yield error(
                "no-subjects",
                f"the subscription `{subscription.name}` has no owner",
                subscription.place.at("owner"),
                "it meters nobody, and the MaaS controller lets callers who name it in a header go unmetered",
                help="add `groups` or `users`",
            )
    for team in intent.teams.values():
        if not (team.spec.groups or team.spec.members):
            yield error(
                "no-subjects",
                f"the team `{team.name}` has no members",
                team.place.on_key(),
                "nobody gets its grants or its budget",
                help="add `groups` or `members`",
            )
