"""The lines of a team that would let a caller in or shut it out: its members, its groups and its grants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compiler.explain.covering import Covered
from compiler.explain.editing import Edit, edited, subjects
from compiler.explain.question import Question
from compiler.intent.intent import Item
from compiler.intent.model import MemberSpec, TeamGrantSpec, TeamSpec
from compiler.intent.parse import qualify
from compiler.intent.references import user_names


def join(of: Question, teams: Sequence[Item[TeamSpec]]) -> Iterator[Edit]:
    """Make the caller a member where the model is granted, or grant the model where the caller is a member."""
    for item in teams:
        granted = _granted(of, item.spec)
        by_name = of.caller.userid in _members(of, item.spec)
        if by_name or of.caller.groups & set(item.spec.groups):
            yield _grant(of, item, of.caller.userid if granted and by_name else None)
        elif None in granted:
            yield from _member(of, item)


def leave(of: Question, covered: Covered, team: Item[TeamSpec]) -> Iterator[Edit]:
    """Take back the one word that covers the caller: a member or a grant to it alone; a grant to all where a group does."""
    section, index = covered.place.path[len(team.place.path) :][:2]
    spec = team.spec
    if section == "members":
        rest: list[MemberSpec] = [one for at, one in enumerate(spec.members) if at != index]
        says = f"remove `{covered.name}` from the members of the team `{team.name}`"
        yield Edit(says, covered.place, 0, edited(of.intent, "teams", team, members=rest))
        return
    if section == "grants":
        yield _without(of, team, int(index), 0)
        return
    for at, grant in enumerate(spec.grants):
        if grant.user is None and _model(of, grant) == of.model.id:
            yield _without(of, team, at, 1)


def _without(of: Question, team: Item[TeamSpec], index: int, reach: int) -> Edit:
    rest: list[TeamGrantSpec] = [one for at, one in enumerate(team.spec.grants) if at != index]
    user = team.spec.grants[index].user
    whom = f"the grant of `{of.model.id}` to `{user}`" if user else f"the grant of `{of.model.id}`"
    return Edit(
        f"remove {whom} from the team `{team.name}`",
        team.place.at("grants", index),
        reach,
        edited(of.intent, "teams", team, grants=rest),
    )


def _member(of: Question, item: Item[TeamSpec]) -> Iterator[Edit]:
    spec = item.spec
    for section, name in subjects(of):
        if section == "users":
            members = [*spec.members, MemberSpec(user=name)]
            place = item.place.at("members") if spec.members else item.place.on_key()
            says = f"add `{name}` to the members of the team `{item.name}`"
            yield Edit(says, place, 0, edited(of.intent, "teams", item, members=members))
        else:
            place = item.place.at("groups") if spec.groups else item.place.on_key()
            says = f"add `{name}` to the groups of the team `{item.name}`"
            yield Edit(says, place, 1, edited(of.intent, "teams", item, groups=[*spec.groups, name]))


def _grant(of: Question, item: Item[TeamSpec], user: str | None) -> Edit:
    """Grant the model to one member, as it is where others of the team have it so, else to the whole team."""
    place = item.place.at("grants") if item.spec.grants else item.place.on_key()
    grants = [*item.spec.grants, TeamGrantSpec(model=of.model.id, user=user)]
    says = f"grant `{of.model.id}` to {f'`{user}` in ' if user else ''}the team `{item.name}`"
    return Edit(says, place, 0 if user else 1, edited(of.intent, "teams", item, grants=grants))


def _members(of: Question, spec: TeamSpec) -> frozenset[str]:
    name_of = user_names(of.intent)
    return frozenset(name_of(member.user) for member in spec.members)


def _granted(of: Question, spec: TeamSpec) -> tuple[str | None, ...]:
    """Give to whom the model is granted: users, or None for the whole team."""
    return tuple(grant.user for grant in spec.grants if _model(of, grant) == of.model.id)


def _model(of: Question, grant: TeamGrantSpec) -> str:
    return qualify(grant.model, of.intent.platform.spec.model_namespace)
