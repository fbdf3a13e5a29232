"""A name that a list holds twice says nothing the second time: another one was probably meant."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from compiler.checks.report import warning
from compiler.diagnostics.model import Diagnostic, Note, PathPart, Place
from compiler.intent.intent import Intent
from compiler.intent.parse import qualify
from compiler.intent.references import Reference, references_but_of_budgets, user_aliases

_GRANTS = "grants"


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report each name after the first of a list, and each grant that a team has already."""
    users = user_aliases(intent)
    inside: Place | None = None
    seen: dict[Hashable, Reference] = {}
    for reference in references_but_of_budgets(intent):
        where = _list(reference)
        if where is None:
            continue
        if reference.inside is not inside:
            # References come list by list, so that the first of each need not be kept.
            inside, seen = reference.inside, {}
        name = users.get(reference.name, reference.name) if reference.section == "users" else reference.name
        first = seen.setdefault((where, reference.section, name), reference)
        if first is not reference:
            yield _twice(f"`{reference.written}` is listed twice", reference.place, first.place)
    yield from _grants(intent)


def _list(reference: Reference) -> tuple[PathPart, ...] | None:
    """Give the way to the list that a reference stands in; None for one that stands alone, and for grants."""
    at = next((index for index, part in enumerate(reference.below) if isinstance(part, int)), None)
    return None if at is None or reference.below[:1] == (_GRANTS,) else reference.below[:at]


def _grants(intent: Intent) -> Iterator[Diagnostic]:
    """Report grants of one model to the same: each is a model and a user, or the whole team."""
    users = user_aliases(intent)
    namespace = intent.platform.spec.model_namespace
    for team in intent.teams.values():
        seen: dict[Hashable, Place] = {}
        for index, grant in enumerate(team.spec.grants):
            place = team.place.at(_GRANTS, index)
            user = None if grant.user is None else users.get(grant.user, grant.user)
            first = seen.setdefault((qualify(grant.model, namespace), user), place)
            if first != place:
                yield _twice(f"the team `{team.name}` is granted `{grant.model}` twice", place, first)


def _twice(headline: str, second: Place, first: Place) -> Diagnostic:
    return warning(
        "listed-twice",
        headline,
        second,
        "the second says nothing that the first has not said",
        Note("first listed here", first),
        help="remove one of the two, or write the name that was meant",
    )
