"""What the MaaS API answers when a policy asks it: the tier of groups, and the subscription that meters a caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.adopt.draft import Draft
from compiler.adopt.gather import Dump
from compiler.adopt.objects import Object, mapping, mappings
from compiler.lower.lower import tier_namespace

# Under these names the answers travel with the token of a question, because the simulation of the gateway asks nobody.
TIER: Final = "maas-api/tier"
SUBSCRIPTION: Final = "maas-api/subscription"
KEY: Final = "maas-api/subscription-key"
ALLOWED: Final = "maas-api/allowed"


class Owned(Struct, frozen=True):
    """A subscription as the API sees it; `models` are by name, and in today's release by `namespace/name`."""

    namespace: str
    name: str
    groups: frozenset[str]
    users: frozenset[str]
    models: frozenset[str]

    def of(self, user: str, groups: frozenset[str]) -> bool:
        """Tell whether a caller owns it."""
        return user in self.users or bool(groups & self.groups)


class MaasApi(Struct, frozen=True):
    """The API of a platform; `tiers` are by level, the highest first."""

    tiers: tuple[tuple[str, frozenset[str]], ...]
    subscriptions: tuple[Owned, ...]
    policies: tuple[Owned, ...]

    def answers(self, model: str, user: str, groups: frozenset[str], asked: str | None) -> Mapping[str, tuple[str, ...]]:
        """Give what the API would say about a caller of a model (`namespace/name`) who asks for a subscription, or for none."""
        tier = next((name for name, whose in self.tiers if groups & whose), None)
        chosen = self._chosen_at_first(user, groups, asked)
        today = self._chosen_today(model, user, groups, asked)
        said = {
            TIER: tier,
            SUBSCRIPTION: chosen.name if chosen else None,
            KEY: f"{today.namespace}/{today.name}@{model}" if today else None,
            ALLOWED: "true" if any(model in one.models and one.of(user, groups) for one in self.policies) else None,
        }
        return {name: (value,) for name, value in said.items() if value is not None}

    def _chosen_at_first(self, user: str, groups: frozenset[str], asked: str | None) -> Owned | None:
        """Choose as the first release does: whatever the model, and never among several."""
        mine = [one for one in self.subscriptions if one.of(user, groups)]
        if asked:
            return next((one for one in mine if one.name == asked), None)
        return mine[0] if len(mine) == 1 else None

    def _chosen_today(self, model: str, user: str, groups: frozenset[str], asked: str | None) -> Owned | None:
        """Choose as today's release does: among those of the model, by qualified or by bare name, and never among several."""
        mine = [one for one in self.subscriptions if one.of(user, groups) and model in one.models]
        if asked:
            return next((one for one in mine if asked in (f"{one.namespace}/{one.name}", one.name)), None)
        return mine[0] if len(mine) == 1 else None


def maas_api(dump: Dump, draft: Draft, instance: str) -> MaasApi:
    """Give the API of a dump; `instance` is the gateway's name.

    Each tier silently has the group of its own ServiceAccounts as well, so that a minted token keeps its tier.
    """
    ordered = sorted(draft.sections["tiers"].items(), key=lambda one: -int(one[1].data["level"]))
    return MaasApi(
        tiers=tuple((name, frozenset((*entry.data["groups"], _accounts(instance, name)))) for name, entry in ordered),
        subscriptions=tuple(_owned(one, "owner") for one in dump.of("MaaSSubscription")),
        policies=tuple(_owned(one, "subjects") for one in dump.of("MaaSAuthPolicy")),
    )


def _accounts(instance: str, tier: str) -> str:
    return f"system:serviceaccounts:{tier_namespace(instance, tier)}"


def _owned(one: Object, field: str) -> Owned:
    who = mapping(one.spec.get(field))
    users = who.get("users")
    refs = one.spec.get("modelRefs")
    return Owned(
        one.namespace,
        one.name,
        frozenset(str(group.get("name")) for group in mappings(who.get("groups"))),
        frozenset(user for user in users if isinstance(user, str)) if isinstance(users, list) else frozenset(),
        frozenset(_names(refs if isinstance(refs, list) else ())),
    )


def _names(refs: Sequence[object]) -> Iterator[str]:
    for ref in refs:
        said = mapping(ref)
        yield f"{said['namespace']}/{said.get('name')}" if "namespace" in said else str(said.get("name", ref))
