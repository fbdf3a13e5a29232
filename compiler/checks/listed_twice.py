"""A name that a list holds twice says nothing the second time: another one was probably meant."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Final

from compiler.checks.report import warning
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.intent.intent import Intent
from compiler.intent.model import MemberSpec
from compiler.intent.parse import qualify
from compiler.intent.references import Reference, References, references_but_of_budgets, user_names

_SAYS_NOTHING: Final = "the second says nothing that the first has not said"

# What has more than one spelling.
_KIND: Final = {"users": "user", "models": "model"}


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report each name after the first of a list, and each grant that a team has already."""
    for several in references_but_of_budgets(intent):
        if several.form == "list" and len(set(several.names)) < len(several.written):
            yield from _repeated(several, intent)
    yield from _grants(intent)


def _repeated(several: References, intent: Intent) -> Iterator[Diagnostic]:
    seen: dict[str, Reference] = {}
    for reference in several.each():
        first = seen.setdefault(reference.name, reference)
        if first.place == reference.place:
            continue
        one = _one((several.section, reference.written, first.written))
        headline = f"{one}, listed twice" if one else f"`{reference.written}` is listed twice"
        members = (_member(first.place, intent), _member(reference.place, intent))
        yield _twice(headline, reference.place, first.place, _of_roles(*members))


def _member(place: Place, intent: Intent) -> MemberSpec | None:
    match place.path:
        case ("teams", str(team), "members", int(index), _):
            return intent.teams[team].spec.members[index]
        case _:
            return None


def _of_roles(first: MemberSpec | None, second: MemberSpec | None) -> str:
    """Say what becomes of two roles: no manifest holds one, so neither wins over the other."""
    if first is None or second is None or first.role == second.role:
        return _SAYS_NOTHING
    return f"no manifest holds a role: calls are the same, and whether the role is `{first.role}` or `{second.role}` stays open"


def _grants(intent: Intent) -> Iterator[Diagnostic]:
    """Report grants of one model to the same: each is a model and a user, or the whole team."""
    name_of = user_names(intent)
    namespace = intent.platform.spec.model_namespace
    for team in intent.teams.values():
        seen: dict[Hashable, int] = {}
        for index, grant in enumerate(team.spec.grants):
            user = None if grant.user is None else name_of(grant.user)
            first = seen.setdefault((qualify(grant.model, namespace), user), index)
            if first != index:
                before = team.spec.grants[first]
                one = _one(("models", grant.model, before.model), ("users", grant.user, before.user))
                headline = f"the team `{team.name}` is granted `{grant.model}` twice{one and ': '}{one}"
                yield _twice(headline, team.place.at("grants", index), team.place.at("grants", first))


def _one(*pairs: tuple[str, str | None, str | None]) -> str:
    """Say which names are one though they are spelt otherwise."""
    return ", and ".join(
        f"`{second}` and `{first}` are one {_KIND[section]}" for section, second, first in pairs if second != first
    )


def _twice(headline: str, second: Place, first: Place, effect: str = _SAYS_NOTHING) -> Diagnostic:
    return warning(
        "listed-twice",
        headline,
        second,
        effect,
        Note("first listed here", first),
        help="remove one of the two, or write the name that was meant",
    )
