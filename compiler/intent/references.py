"""Every place where one item of the configuration names another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from compiler.diagnostics.model import PathPart, Place
from compiler.intent.api_keys import KeySpec
from compiler.intent.intent import Intent
from compiler.intent.parse import qualify

EVERY_MODEL: Final = "*"


class Reference(NamedTuple):
    """A name of `section` as `written`, and where it stands.

    In `name` a model has its namespace also where none was written, and a user who is declared has the declared name.
    """

    section: str
    name: str
    written: str
    place: Place


class References(NamedTuple):
    """Names of `section` as `written`: those of a list, the keys of a mapping, or one that stands alone.

    `inside` is the place of the list or of the mapping, and `below` leads from an item of the list to the name. The one that
    stands alone is `below` the place itself. There are many, and of few the places are asked for. Models that are written
    without a namespace are of `namespace`, and `aliases` tell the name of a user by every spelling of one.
    """

    section: str
    written: Sequence[str]
    inside: Place
    below: tuple[PathPart, ...] = ()
    form: Literal["list", "keys", "alone"] = "list"
    namespace: str | None = None
    aliases: Mapping[str, str] = MappingProxyType({})

    @property
    def names(self) -> Sequence[str]:
        """Give the names: two that are spelt otherwise and mean one item are equal."""
        match self.section:
            case "models":
                return [qualify(name, self.namespace) for name in self.written]
            case "users":
                return [self.aliases.get(name, name) for name in self.written]
            case _:
                return self.written

    def each(self) -> Iterator[Reference]:
        """Give them one by one."""
        for index, name in enumerate(self.names):
            yield Reference(self.section, name, self.written[index], self.place(index))

    def place(self, index: int) -> Place:
        """Give where one of them stands."""
        if self.form == "keys":
            return self.inside.at(self.written[index]).on_key()
        return self.inside.at(index, *self.below) if self.form == "list" else self.inside.at(*self.below)


def references(intent: Intent) -> Iterator[References]:
    """Give every reference: those of budgets come last."""
    yield from references_but_of_budgets(intent)
    namespace = intent.platform.spec.model_namespace
    for subscription in intent.subscriptions.values():
        written = tuple(subscription.spec.models)
        yield References("models", written, subscription.place.at("models"), form="keys", namespace=namespace)


def references_but_of_budgets(intent: Intent) -> Iterator[References]:
    """Give every reference but a subscription's to the models of its budgets, of which a large platform has by far the most.

    They come in the order of sections and names.
    """
    aliases = user_aliases(intent)
    for several in _but_of_budgets(intent):
        yield several._replace(aliases=aliases) if several.section == "users" else several


def _but_of_budgets(intent: Intent) -> Iterator[References]:
    for tier in intent.tiers.values():
        yield _named("groups", tier.spec.groups, tier.place.at("groups"))
    for model in intent.models.values():
        if model.spec.tiers != "*":
            yield _named("tiers", model.spec.tiers, model.place.at("tiers"))
    for access in intent.access.values():
        yield _models(intent, access.spec.models, access.place.at("models"))
        yield _named("groups", access.spec.groups, access.place.at("groups"))
        yield _named("users", access.spec.users, access.place.at("users"))
    yield from _of_subscriptions(intent)
    yield from _of_teams(intent)
    yield from _of_invariants(intent)


def _of_subscriptions(intent: Intent) -> Iterator[References]:
    for subscription in intent.subscriptions.values():
        owner = subscription.place.at("owner")
        yield _named("groups", subscription.spec.owner.groups, owner.at("groups"))
        yield _named("users", subscription.spec.owner.users, owner.at("users"))


def _of_teams(intent: Intent) -> Iterator[References]:
    for team in intent.teams.values():
        yield _named("groups", team.spec.groups, team.place.at("groups"))
        if team.spec.default_policy is not None:
            yield _alone("policies", team.spec.default_policy, team.place, "defaultPolicy")
        members = [member.user for member in team.spec.members]
        yield References("users", members, team.place.at("members"), ("user",))
        for index, grant in enumerate(team.spec.grants):
            of = ("grants", index, "model")
            yield References("models", (grant.model,), team.place, of, "alone", intent.platform.spec.model_namespace)
            if grant.user is not None:
                yield _alone("users", grant.user, team.place, "grants", index, "user")
        for alias, key in team.spec.keys.items():
            yield from _of_key(intent, key, team.place.at("keys", alias))


def _of_key(intent: Intent, key: KeySpec, place: Place) -> Iterator[References]:
    yield _alone("users", key.user, place, "user")
    yield _named("groups", key.groups or (), place.at("groups"))
    yield _models(intent, key.models or (), place.at("models"))
    if key.subscription is not None:
        yield _alone("subscriptions", key.subscription, place, "subscription")


def _of_invariants(intent: Intent) -> Iterator[References]:
    namespace = intent.platform.spec.model_namespace
    for invariant in intent.invariants.values():
        callers = invariant.place.at("callers")
        spec = invariant.spec.callers
        yield _named("groups", spec.groups, callers.at("groups"))
        yield _named("tiers", spec.tiers, callers.at("tiers"))
        yield _named("users", spec.users, callers.at("users"))
        yield _named("groups", spec.not_groups, callers.at("notGroups"))
        yield _named("tiers", spec.not_tiers, callers.at("notTiers"))
        yield _named("users", spec.not_users, callers.at("notUsers"))
        if EVERY_MODEL not in invariant.spec.models:
            yield _models(intent, invariant.spec.models, invariant.place.at("models"))
            continue
        for index, name in enumerate(invariant.spec.models):
            if name != EVERY_MODEL:
                yield References("models", (name,), invariant.place, ("models", index), "alone", namespace)


def _named(section: str, names: Sequence[str], place: Place) -> References:
    return References(section, names, place)


def _models(intent: Intent, written: Sequence[str], place: Place) -> References:
    return References("models", written, place, namespace=intent.platform.spec.model_namespace)


def _alone(section: str, name: str, inside: Place, *below: PathPart) -> References:
    return References(section, (name,), inside, below, "alone")


def user_aliases(intent: Intent) -> dict[str, str]:
    """Map every spelling of a user (name, e-mail address, subject) to the name; names win over the other two."""
    aliases: dict[str, str] = {}
    for user in intent.users.values():
        for alias in (user.spec.email, user.spec.sub):
            if alias is not None:
                aliases.setdefault(alias, user.name)
    return aliases | {name: name for name in intent.users}


def user_names(intent: Intent) -> Callable[[str], str]:
    """Give what tells the name of a user by any spelling; a spelling that no user has stays as it is."""
    aliases = user_aliases(intent)
    return lambda written: aliases.get(written, written)
