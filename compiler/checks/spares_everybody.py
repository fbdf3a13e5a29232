"""An invariant that leaves out all whom it speaks of, or all who have a token of the cluster, proves nothing of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compiler.checks.report import warning
from compiler.diagnostics.model import Diagnostic, Place
from compiler.intent.intent import Intent, Item
from compiler.intent.model import InvariantSpec
from compiler.intent.references import user_names
from compiler.lower.methods import methods
from compiler.program.ir import EVERYBODY
from compiler.program.methods import TokenReview


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report each invariant that takes out whoever it names, or the group which all callers with such a token are in."""
    reviewed = any(isinstance(method, TokenReview) for method in methods(intent.platform))
    for item in intent.invariants.values():
        if _speaks_of_nobody(item.spec, intent):
            yield warning(
                "invariant-spares-everybody",
                f"the invariant `{item.name}` leaves out everybody whom it speaks of",
                item.place.at("callers"),
                "the invariant proves nothing, whatever anybody may call",
                help="leave out others than those who are meant",
            )
        elif reviewed:
            yield from _sparing(item, intent)


def _speaks_of_nobody(spec: InvariantSpec, intent: Intent) -> bool:
    """Tell whether each group, tier and user that is named is left out as well."""
    callers, name_of = spec.callers, user_names(intent)
    but = {*callers.not_groups, *_groups(callers.not_tiers, intent)}
    # A tier has the group of its ServiceAccounts besides those that are written.
    tiers = {*callers.tiers} <= {*callers.not_tiers}
    users = {name_of(one) for one in callers.users} <= {name_of(one) for one in callers.not_users}
    named = bool(callers.groups or callers.tiers or callers.users)
    return named and {*callers.groups} <= but and tiers and users


def _groups(tiers: Iterable[str], intent: Intent) -> Iterator[str]:
    for tier in tiers:
        found = intent.tiers.get(tier)
        yield from found.spec.groups if found is not None else ()


def _sparing(item: Item[InvariantSpec], intent: Intent) -> Iterator[Diagnostic]:
    callers, place = item.spec.callers, item.place.at("callers")
    for index, name in enumerate(callers.not_groups):
        if name == EVERYBODY:
            yield _spared(item.name, place.at("notGroups", index), "")
    for index, name in enumerate(callers.not_tiers):
        if EVERYBODY in _groups([name], intent):
            yield _spared(item.name, place.at("notTiers", index), f": the tier `{name}` is for `{EVERYBODY}`")


def _spared(invariant: str, place: Place, by: str) -> Diagnostic:
    return warning(
        "invariant-spares-everybody",
        f"the invariant `{invariant}` leaves out everybody who has a token of the cluster{by}",
        place,
        "the invariant proves nothing of them, whatever they may call",
        help="leave out other groups, or say in `groups` who is meant",
    )
