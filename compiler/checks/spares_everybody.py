"""An invariant that leaves out everybody with a token of the cluster says nothing of them, and holds all the same."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import warning
from compiler.diagnostics.model import Diagnostic, Place
from compiler.intent.intent import Intent
from compiler.lower.methods import methods
from compiler.program.ir import EVERYBODY
from compiler.program.methods import TokenReview


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report each invariant that takes out the group which all such callers are in, by its name or by a tier."""
    if not any(isinstance(method, TokenReview) for method in methods(intent.platform)):
        return
    for item in intent.invariants.values():
        callers, place = item.spec.callers, item.place.at("callers")
        for index, name in enumerate(callers.not_groups):
            if name == EVERYBODY:
                yield _spared(item.name, place.at("notGroups", index), "")
        for index, name in enumerate(callers.not_tiers):
            tier = intent.tiers.get(name)
            if tier is not None and EVERYBODY in tier.spec.groups:
                yield _spared(item.name, place.at("notTiers", index), f": the tier `{name}` is for `{EVERYBODY}`")


def _spared(invariant: str, place: Place, by: str) -> Diagnostic:
    return warning(
        "invariant-spares-everybody",
        f"the invariant `{invariant}` leaves out everybody who has a token of the cluster{by}",
        place,
        "the invariant proves nothing of them, whatever they may call",
        help="leave out other groups, or say in `groups` who is meant",
    )
