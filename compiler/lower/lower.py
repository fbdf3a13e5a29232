"""Lower an Intent whose references all resolve to the Program it means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from operator import attrgetter

from compiler.intent.intent import Intent, Item
from compiler.intent.model import (
    BudgetSpec,
    ModelSpec,
    PolicySpec,
    RateSpec,
    SubscriptionSpec,
    TeamGrantSpec,
    TeamSpec,
    TierSpec,
)
from compiler.intent.parse import qualify
from compiler.intent.references import user_aliases
from compiler.intent.scalars import window_seconds
from compiler.intent.telemetry import TelemetrySpec
from compiler.lower.backends import backend
from compiler.lower.keys import keys
from compiler.lower.methods import methods
from compiler.lower.platform import made
from compiler.program.ir import (
    Attach,
    Bridge,
    Budget,
    Entry,
    Gateway,
    Grant,
    MaasApi,
    Metadata,
    Model,
    Per,
    Platform,
    Program,
    Rate,
    Subjects,
    Tier,
)
from compiler.program.limitador import Limitador
from compiler.program.platform import BackendAuthorization
from compiler.program.telemetry import COST_CENTER, PROPERTIES, Telemetry


def lower(intent: Intent) -> Program:
    """Give the Program of an Intent; every reference must have been checked before."""
    platform = _platform(intent)
    tiers = sorted((_tier(item, platform.gateway) for item in intent.tiers.values()), key=lambda tier: (-tier.level, tier.name))
    entitlements = _Entitlements(intent)
    models = tuple(_model(ident, item, intent, entitlements) for ident, item in sorted(intent.models.items()))
    return Program(platform, tuple(tiers), models, keys(intent))


def _platform(intent: Intent) -> Platform:
    item = intent.platform
    spec = item.spec
    release = [int(part) for part in spec.kuadrant.split(".")]
    return Platform(
        kuadrant=(release[0], release[1], release[2] if len(release) > 2 else None),  # noqa: PLR2004 - major, minor, patch
        gateway=Gateway(
            spec.gateway.namespace,
            spec.gateway.name,
            spec.gateway.hostname,
            spec.gateway.lowercases_host,
            spec.gateway.max_filter_bytes,
        ),
        attach=Attach(spec.attach),
        bridge=Bridge(spec.bridge),
        maas_api=MaasApi(spec.maas_api.namespace, spec.maas_api.service, spec.maas_api.port),
        methods=methods(item),
        origin=item.place,
        kuadrant_namespace=spec.kuadrant_namespace,
        made=made(intent),
        telemetry=_telemetry(spec.telemetry) if spec.telemetry else None,
        limitador=Limitador(spec.limitador.users, spec.limitador.max_counters) if spec.limitador else None,
    )


def _telemetry(spec: TelemetrySpec) -> Telemetry:
    asked = {name.replace("costCenter", COST_CENTER) for name in spec.labels}
    return Telemetry(tuple(label for label in PROPERTIES if label in asked), spec.users, spec.max_series)


def _tier(item: Item[TierSpec], gateway: Gateway) -> Tier:
    spec = item.spec
    return Tier(
        name=item.name,
        level=spec.level,
        display_name=spec.display_name,
        description=spec.description,
        groups=_unique(spec.groups),
        projected=projected_group(gateway.name, item.name),
        budget=_budget(spec, Per.USER),
        origin=item.place,
    )


def tier_namespace(gateway: str, tier: str) -> str:
    """Give the namespace in which the MaaS API keeps the ServiceAccounts of a tier."""
    return f"{gateway}-tier-{tier}"


def projected_group(gateway: str, tier: str) -> str:
    """Give the group that the cluster has those ServiceAccounts in."""
    return f"system:serviceaccounts:{tier_namespace(gateway, tier)}"


def _budget(spec: BudgetSpec, per: Per) -> Budget:
    return _shared(Budget(_rates(spec.tokens), _rates(spec.requests), spec.unlimited, per))


@lru_cache(maxsize=1 << 12)
def _shared(budget: Budget) -> Budget:
    """Give the first of equal budgets: of a platform with many entries they are a good part."""
    return budget


def _rates(specs: Iterable[RateSpec]) -> tuple[Rate, ...]:
    return tuple(sorted((Rate(spec.limit, window_seconds(spec.window)) for spec in specs), key=lambda rate: rate.seconds))


class _Entitlements:
    """Who may call each model and what meters them there, gathered once for all models."""

    def __init__(self, intent: Intent) -> None:
        self._namespace = intent.platform.spec.model_namespace
        self._users = user_aliases(intent)
        self._policies = intent.policies
        # By identity, because equal budgets are one object, and nearly all are equal to some other.
        self._used: dict[int, Budget] = {}
        self.grants: dict[str, list[Grant]] = {}
        self.entries: dict[str, list[Entry]] = {}
        for access in intent.access.values():
            grant = Grant(access.name, self._subjects(access.spec.groups, access.spec.users), access.place)
            for name in access.spec.models:
                self._grant(name, grant)
        for subscription in intent.subscriptions.values():
            self._subscription(subscription)
        for team in intent.teams.values():
            self._team(team)

    def _subjects(self, groups: Iterable[str], users: Iterable[str]) -> Subjects:
        return Subjects(_unique(groups), _unique(self._users[user] for user in users))

    def _grant(self, model: str, grant: Grant) -> None:
        self.grants.setdefault(qualify(model, self._namespace), []).append(grant)

    def _entry(self, model: str, entry: Entry) -> None:
        self.entries.setdefault(qualify(model, self._namespace), []).append(entry)

    def _subscription(self, item: Item[SubscriptionSpec]) -> None:
        spec = item.spec
        owner = self._subjects(spec.owner.groups, spec.owner.users)
        metadata = Metadata(
            organization=spec.metadata.organization,
            cost_center=spec.metadata.cost_center,
            labels=tuple(sorted(spec.metadata.labels.items())),
            price=spec.metadata.price,
        )
        for name, budget in spec.models.items():
            used = self._used.get(id(budget)) or self._used.setdefault(id(budget), _budget(budget, Per(budget.per)))
            self._entry(name, Entry("subscription", item.name, owner, spec.priority, used, item.place, metadata, name))

    def _team(self, item: Item[TeamSpec]) -> None:
        """A team grants and meters at once: whoever one of its grants covers on a model is metered by its policy there."""
        spec = item.spec
        team = self._subjects(spec.groups, (member.user for member in spec.members))
        policy = self._policies[spec.default_policy].spec if spec.default_policy else None
        by_model: dict[str, list[tuple[int, TeamGrantSpec]]] = {}
        for index, grant in enumerate(spec.grants):
            by_model.setdefault(qualify(grant.model, self._namespace), []).append((index, grant))
        for model, grants in by_model.items():
            single = [grant.user for _, grant in grants if grant.user is not None]
            covered = team if len(single) < len(grants) else self._subjects((), single)
            origin = item.place.at("grants", grants[0][0])
            self._grant(model, Grant(item.name, covered, origin))
            if policy is not None:
                self._entry(model, Entry("team", item.name, covered, 0, _team_budget(policy), item.place.at("defaultPolicy")))


def _team_budget(policy: PolicySpec) -> Budget:
    return _budget(policy, Per(policy.per))


def _model(ident: str, item: Item[ModelSpec], intent: Intent, entitlements: _Entitlements) -> Model:
    namespace, _, name = ident.partition("/")
    tiers = intent.tiers if item.spec.tiers == "*" else item.spec.tiers
    return Model(
        namespace=namespace,
        name=name,
        backend=backend(item.spec.backend, namespace, name),
        tiers=_unique(tiers),
        grants=tuple(sorted(entitlements.grants.get(ident, ()), key=lambda grant: grant.name)),
        entries=by_precedence(entitlements.entries.get(ident, ())),
        origin=item.place,
        alias=name if namespace == intent.platform.spec.model_namespace else None,
        backend_authorization=BackendAuthorization(asked) if (asked := item.spec.backend_authorization) else None,
        chat_proxy=item.spec.chat_proxy,
    )


def by_precedence(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Order the subscriptions and teams of one model, the winner of any subset first.

    Subscriptions before teams; the higher priority; then the larger sustained budget; then the name.
    """
    # Reversed, a sort keeps the order of what is equal: the names'.
    return tuple(sorted(sorted(entries, key=attrgetter("name")), key=_rank, reverse=True))


def _rank(entry: Entry) -> tuple[bool, int, bool, Fraction, bool, Fraction]:
    return entry.kind == "subscription", entry.priority, *entry.budget.sustained()


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
