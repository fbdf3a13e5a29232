"""Every place where one item of the configuration names another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from compiler.diagnostics.model import PathPart, Place
from compiler.intent.api_keys import KeySpec
from compiler.intent.intent import Intent
from compiler.intent.parse import qualify

EVERY_MODEL: Final = "*"


class Reference(NamedTuple):
    """A name of `section` as `written`; in `name` a model has its namespace also where it was not written.

    It stands `below` the place of `inside`, at the key itself where it `is_key`: there are many, and few are reported.
    """

    section: str
    name: str
    written: str
    inside: Place
    below: tuple[PathPart, ...]
    is_key: bool = False

    @property
    def place(self) -> Place:
        """Give where it stands."""
        place = self.inside.at(*self.below)
        return place.on_key() if self.is_key else place


def references(intent: Intent) -> Iterator[Reference]:
    """Give every reference: those of budgets come last."""
    yield from references_but_of_budgets(intent)
    for subscription in intent.subscriptions.values():
        for name in subscription.spec.models:
            yield _model(intent, name, subscription.place, ("models", name), is_key=True)


def references_but_of_budgets(intent: Intent, *, models: bool = True) -> Iterator[Reference]:
    """Give every reference but a subscription's to the models of its budgets, of which a large platform has by far the most.

    They come in the order of sections and names. Without `models` those of `access` to models are left out, the next most.
    """
    for tier in intent.tiers.values():
        yield from _named("groups", tier.spec.groups, tier.place.at("groups"))
    for model in intent.models.values():
        if model.spec.tiers != "*":
            yield from _named("tiers", model.spec.tiers, model.place.at("tiers"))
    for access in intent.access.values():
        if models:
            yield from _models(intent, access.spec.models, access.place.at("models"))
        yield from _named("groups", access.spec.groups, access.place.at("groups"))
        yield from _named("users", access.spec.users, access.place.at("users"))
    yield from _of_subscriptions(intent)
    yield from _of_teams(intent)
    yield from _of_invariants(intent)


def _of_subscriptions(intent: Intent) -> Iterator[Reference]:
    for subscription in intent.subscriptions.values():
        owner = subscription.place.at("owner")
        yield from _named("groups", subscription.spec.owner.groups, owner.at("groups"))
        yield from _named("users", subscription.spec.owner.users, owner.at("users"))


def _of_teams(intent: Intent) -> Iterator[Reference]:
    for team in intent.teams.values():
        yield from _named("groups", team.spec.groups, team.place.at("groups"))
        if team.spec.default_policy is not None:
            yield _same("policies", team.spec.default_policy, team.place, ("defaultPolicy",))
        for index, member in enumerate(team.spec.members):
            yield _same("users", member.user, team.place, ("members", index, "user"))
        for index, grant in enumerate(team.spec.grants):
            yield _model(intent, grant.model, team.place, ("grants", index, "model"))
            if grant.user is not None:
                yield _same("users", grant.user, team.place, ("grants", index, "user"))
        for alias, key in team.spec.keys.items():
            yield from _of_key(intent, key, team.place.at("keys", alias))


def _of_key(intent: Intent, key: KeySpec, place: Place) -> Iterator[Reference]:
    yield _same("users", key.user, place, ("user",))
    yield from _named("groups", key.groups or (), place.at("groups"))
    yield from _models(intent, key.models or (), place.at("models"))
    if key.subscription is not None:
        yield _same("subscriptions", key.subscription, place, ("subscription",))


def _of_invariants(intent: Intent) -> Iterator[Reference]:
    for invariant in intent.invariants.values():
        callers = invariant.place.at("callers")
        spec = invariant.spec.callers
        yield from _named("groups", spec.groups, callers.at("groups"))
        yield from _named("tiers", spec.tiers, callers.at("tiers"))
        yield from _named("users", spec.users, callers.at("users"))
        yield from _named("groups", spec.not_groups, callers.at("notGroups"))
        yield from _named("tiers", spec.not_tiers, callers.at("notTiers"))
        yield from _named("users", spec.not_users, callers.at("notUsers"))
        if EVERY_MODEL not in invariant.spec.models:
            yield from _models(intent, invariant.spec.models, invariant.place.at("models"))


def _named(section: str, names: Iterable[str], place: Place) -> Iterator[Reference]:
    for index, name in enumerate(names):
        yield _same(section, name, place, (index,))


def _models(intent: Intent, names: Iterable[str], place: Place) -> Iterator[Reference]:
    for index, name in enumerate(names):
        yield _model(intent, name, place, (index,))


def _same(section: str, name: str, inside: Place, below: tuple[PathPart, ...]) -> Reference:
    return Reference(section, name, name, inside, below)


def _model(intent: Intent, name: str, inside: Place, below: tuple[PathPart, ...], *, is_key: bool = False) -> Reference:
    return Reference("models", qualify(name, intent.platform.spec.model_namespace), name, inside, below, is_key)


def user_aliases(intent: Intent) -> dict[str, str]:
    """Map every spelling of a user (name, e-mail address, subject) to the name; names win over the other two."""
    aliases: dict[str, str] = {}
    for user in intent.users.values():
        for alias in (user.spec.email, user.spec.sub):
            if alias is not None:
                aliases.setdefault(alias, user.name)
    return aliases | {name: name for name in intent.users}
