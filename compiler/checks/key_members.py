"""A key belongs to a member of its team: whoever calls with it spends the team's budget."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.diagnostics.suggest import closest
from compiler.intent.intent import Intent
from compiler.intent.references import user_aliases, user_names


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report keys of users who are no members; who is one by a group of the identity provider is listed too."""
    users = user_aliases(intent)
    name_of = user_names(intent)
    for team in intent.teams.values():
        members = {name_of(member.user) for member in team.spec.members}
        for alias, key in team.spec.keys.items():
            if name_of(key.user) in members or key.user not in users:
                continue
            near = closest(key.user, sorted(members))
            advice = f"did you mean `{near}`? if not, add" if near else "add"
            yield error(
                "key-for-non-member",
                f"the key `{team.name}/{alias}` is for `{key.user}`, who is no member of the team",
                team.place.at("keys", alias, "user"),
                "somebody outside of the team would call in its name and spend its budget",
                help=f"{advice} the user to `members`, also where a group of the team holds the user",
            )
