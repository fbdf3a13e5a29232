"""A team has a policy, and only its members get grants of their own."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.intent.intent import Intent
from compiler.intent.references import user_aliases


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report teams without a policy, and grants to users who are not members; users that are not there are told of as such."""
    users = user_aliases(intent)
    for team in intent.teams.values():
        if team.spec.default_policy is None:
            yield error(
                "team-without-policy",
                f"the team `{team.name}` has no `defaultPolicy`",
                team.place.on_key(),
                "nothing would meter its members: 403, or unlimited, depending on the platform",
                help="name one of `policies`",
            )
        members = {users.get(member.user) for member in team.spec.members}
        for index, grant in enumerate(team.spec.grants):
            name = users.get(grant.user) if grant.user is not None else None
            # A member by group of the identity provider is not known here, so such teams grant to whom they like.
            if name is not None and not team.spec.groups and name not in members:
                yield error(
                    "not-a-member",
                    f"`{grant.user}` is no member of the team `{team.name}`",
                    team.place.at("grants", index, "user"),
                    "the team's budget would be spent by somebody outside of it",
                    help="add the user to `members`, or remove the grant",
                )
