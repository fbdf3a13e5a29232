"""A name that a list holds twice says nothing the second time: another one was probably meant."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from compiler.checks.report import warning
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.intent.intent import Intent
from compiler.intent.parse import qualify
from compiler.intent.references import References, references_but_of_budgets, user_aliases

_GRANTS = "grants"


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report each name after the first of a list, and each grant that a team has already."""
    users = user_aliases(intent)
    for several in references_but_of_budgets(intent):
        names = [users.get(name, name) for name in several.names] if several.section == "users" else several.names
        if several.form == "list" and len(set(names)) < len(names):
            yield from _repeated(several, names)
    yield from _grants(intent)


def _repeated(several: References, names: Sequence[str]) -> Iterator[Diagnostic]:
    seen: dict[str, Place] = {}
    for name, reference in zip(names, several.each(), strict=True):
        first = seen.setdefault(name, reference.place)
        if first != reference.place:
            yield _twice(f"`{reference.written}` is listed twice", reference.place, first)


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
