"""A group or a user is named for nothing where no way in can say that a caller is in the group, or is the user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from compiler.checks.report import warning
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.intent.intent import Intent
from compiler.intent.references import references_but_of_budgets
from compiler.lower.lower import projected_group
from compiler.lower.methods import methods
from compiler.program.methods import Method, TierToken, kind_of, vouches_for_group, vouches_for_user

# Whom the cluster makes tokens for, beside its users.
_SERVICE_ACCOUNT: Final = "system:serviceaccount:"

# What is asked of a caller, and what is so where nothing can tell.
_WORDS: Final = {
    "groups": ("is in the group", "the group has no members"),
    "users": ("is the user", "nobody is that user"),
}


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report each such name once, where it is first asked for; one that is not declared is told of as unknown."""
    ways_in = methods(intent.platform)
    projected = frozenset(projected_group(intent.platform.spec.gateway.name, tier) for tier in intent.tiers)
    declared = {section: frozenset(intent.declared[section]) for section in _WORDS}
    told: dict[str, set[str]] = {section: set() for section in _WORDS}
    for several in references_but_of_budgets(intent):
        # An invariant makes nothing of whom it names.
        if several.section not in _WORDS or several.inside.path[:1] == ("invariants",):
            continue
        names = several.names
        done = told[several.section]
        if done.issuperset(names):
            continue
        for index, name in enumerate(names):
            asked = name in declared[several.section] and name not in done
            if asked and not any(_vouches(method, several.section, name, projected) for method in ways_in):
                yield _unknown(several.section, name, several.place(index), ways_in)
            done.add(name)


def _vouches(method: Method, section: str, name: str, projected: frozenset[str]) -> bool:
    if section == "groups":
        return vouches_for_group(method, name, projected)
    # A tier token is a ServiceAccount's: nobody else is ever its user.
    return vouches_for_user(method, name) and (not isinstance(method, TierToken) or name.startswith(_SERVICE_ACCOUNT))


def _unknown(section: str, name: str, place: Place, ways_in: Iterable[Method]) -> Diagnostic:
    asked, nobody = _WORDS[section]
    return warning(
        "nobody-vouches",
        f"no way in can tell that a caller {asked} `{name}`",
        place,
        f"{nobody} at the gateway: 403 for whatever is meant for `{name}` alone",
        *(Note(_why(method, section), method.origin) for method in ways_in),
        help="add a way in that can, such as `tokenReview`, or name what these can tell of",
    )


def _why(method: Method, section: str) -> str:
    if not isinstance(method, TierToken):
        return f"`{method.name}` ({kind_of(method)}) tells of no name that begins with `system:`, which Kubernetes keeps"
    whom = "groups but those of the tiers' own ServiceAccounts" if section == "groups" else "users but ServiceAccounts"
    return f"`{method.name}` ({kind_of(method)}) tells of no {whom}"
