"""The intermediate representation: one frozen tree that every target, check and proof reads."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Final, Literal

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.program.backends import Backend, InferenceService
from compiler.program.keys import DEFAULT_NAMESPACE, EVERY_MODEL, Key
from compiler.program.limitador import Limitador
from compiler.program.methods import Method
from compiler.program.platform import NOTHING, BackendAuthorization, Made
from compiler.program.telemetry import Telemetry

SUBSCRIPTION_HEADER: Final = "x-maas-subscription"
USERNAME_HEADER: Final = "x-maas-username"
GROUP_HEADER: Final = "x-maas-group"
TIER_HEADER: Final = "x-maas-tier"

# Headers that only the gateway may set: a request that brings one is refused (design, meaning, step 6).
IDENTITY_HEADERS: Final = (USERNAME_HEADER, GROUP_HEADER, TIER_HEADER)

LISTING_SUFFIX: Final = "/v1/models"
EVERYBODY: Final = "system:authenticated"  # where the cluster has whoever brings a token that it accepts


class Per(Enum):
    """Who shares one counter."""

    USER = "user"
    SUBSCRIPTION = "subscription"
    TEAM = "team"


class Attach(Enum):
    """Where policies attach: to each model's route, or once to the Gateway."""

    ROUTE = "route"
    GATEWAY = "gateway"


class Bridge(Enum):
    """What crosses from the AuthPolicy to the limits: the selected entry, or the caller's groups as one string."""

    SELECTED = "selected"
    GROUPS = "groups"


class Rate(Struct, frozen=True, order=True):
    """At most `limit` units (tokens or requests) in each window of `seconds`."""

    limit: int
    seconds: int


class Budget(Struct, frozen=True):
    """What an entry may use. Without token rates the tokens are counted and never limited (`unlimited`)."""

    tokens: tuple[Rate, ...]
    requests: tuple[Rate, ...]
    unlimited: bool
    per: Per

    def sustained(self) -> tuple[bool, Fraction, bool, Fraction]:
        """Order budgets by what they allow per second for ever, in their tightest window; no rate is larger than any rate."""
        return (*_sustained(self.tokens), *_sustained(self.requests))


@lru_cache(maxsize=1 << 12)
def _sustained(rates: tuple[Rate, ...]) -> tuple[bool, Fraction]:
    if not rates:
        return True, Fraction(0)
    return False, min(Fraction(rate.limit, rate.seconds) for rate in rates)


class Subjects(Struct, frozen=True):
    """A set of callers: those in any of the groups, and those whose userid is listed."""

    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()

    def cover(self, userid: str, groups: frozenset[str]) -> bool:
        """Tell whether a caller is one of them."""
        return userid in self.users or any(group in groups for group in self.groups)

    def __bool__(self) -> bool:
        return bool(self.groups or self.users)


EntryKind = Literal["subscription", "team", "tier"]


class Metadata(Struct, frozen=True):
    """Attribution that travels with a subscription; `price` is per million tokens, a decimal as text."""

    organization: str | None = None
    cost_center: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    price: str | None = None


class Entry(Struct, frozen=True):
    """One way to be metered on a model.

    `key` is what the gateway exports as the selected entry and what the header `x-maas-subscription` names: the plain
    name of a subscription, `team:<name>`, `tier:<name>`. A subscription's name holds no colon, so keys never collide.
    `written` is where it stands, and `model` the name that the model has there, in a subscription: there are many entries,
    and of few the place is asked for.
    """

    kind: EntryKind
    name: str
    subjects: Subjects
    priority: int
    budget: Budget
    written: Place
    metadata: Metadata = Metadata()
    model: str | None = None

    @property
    def origin(self) -> Place:
        """Give where the budget on the model is written."""
        return self.written if self.model is None else self.written.at("models", self.model)

    @property
    def key(self) -> str:
        """Give the string that stands for this entry at run time."""
        return self.name if self.kind == "subscription" else f"{self.kind}:{self.name}"


class Tier(Struct, frozen=True, dict=True):
    """A level of service; a caller has one tier, the highest level any of whose groups it is in.

    `projected` is the group that a ServiceAccount token of the tier's namespace carries.
    """

    name: str
    level: int
    display_name: str | None
    description: str | None
    groups: tuple[str, ...]
    projected: str
    budget: Budget
    origin: Place

    @property
    def namespace(self) -> str:
        """Give the namespace of the tier's ServiceAccounts."""
        return self.projected.removeprefix("system:serviceaccounts:")

    @cached_property
    def members(self) -> Subjects:
        """Give the callers whose groups match this tier, whatever higher tier they may have."""
        return Subjects(groups=(*self.groups, self.projected))

    @cached_property
    def entry(self) -> Entry:
        """Give the tier as a way to be metered."""
        return Entry("tier", self.name, self.members, self.level, self.budget, self.origin)


class Grant(Struct, frozen=True):
    """Permission to call a model; `name` is the access entry or the team that gives it."""

    name: str
    subjects: Subjects
    origin: Place


class Model(Struct, frozen=True):
    """A model, who may call it, and what meters them.

    `entries` are the subscriptions and teams that cover it, best first; tiers cover every model and are not repeated.
    `alias` is its name without the namespace, where that names it.
    """

    namespace: str
    name: str
    backend: Backend
    tiers: tuple[str, ...]
    grants: tuple[Grant, ...]
    entries: tuple[Entry, ...]
    origin: Place
    alias: str | None = None
    backend_authorization: BackendAuthorization | None = None
    chat_proxy: bool = False

    @property
    def id(self) -> str:
        """Give `namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def called(self) -> tuple[str, ...]:
        """Give the words by which a credential that opens only some models can mean this one."""
        return (EVERY_MODEL, self.id, *((self.alias,) if self.alias else ()))

    @property
    def served_as(self) -> str:
        """Give the name in the model's path: KServe serves a model under the name of its LLMInferenceService."""
        return self.backend.name if isinstance(self.backend, InferenceService) else self.name

    @property
    def prefix(self) -> str:
        """Give the path below which the model is served."""
        return f"/{self.namespace}/{self.served_as}"

    @property
    def route(self) -> str:
        """Give the name of the HTTPRoute: KServe's for an LLMInferenceService, otherwise ours."""
        return f"{self.served_as}-kserve-route" if isinstance(self.backend, InferenceService) else f"maas-model-{self.name}"

    @property
    def listing_path(self) -> str:
        """Give the one path that costs no budget."""
        return self.prefix + LISTING_SUFFIX


class Gateway(Struct, frozen=True):
    """The Gateway that all traffic passes; `lowercases_host` is the user's word that no other spelling gets through.

    `max_filter_bytes` is how large the configuration of its filter may become.
    """

    namespace: str
    name: str
    hostname: str
    lowercases_host: bool = False
    max_filter_bytes: int = 1_000_000


class MaasApi(Struct, frozen=True):
    """The service that mints tokens and lists models; its namespace holds the tier ConfigMap. `port` is a TCP port."""

    namespace: str
    service: str
    port: int


class Platform(Struct, frozen=True):
    """The cluster's side: release, gateway, how callers authenticate, in the order tried, and where Authorino reads keys."""

    kuadrant: tuple[int, int, int | None]
    gateway: Gateway
    attach: Attach
    bridge: Bridge
    maas_api: MaasApi
    methods: tuple[Method, ...]
    origin: Place
    kuadrant_namespace: str = DEFAULT_NAMESPACE
    made: Made = NOTHING
    telemetry: Telemetry | None = None
    limitador: Limitador | None = None


class Program(Struct, frozen=True, dict=True):
    """Everything that is meant. `tiers` are by level, highest first; models by namespace and name; keys by team and alias."""

    platform: Platform
    tiers: tuple[Tier, ...]
    models: tuple[Model, ...]
    keys: tuple[Key, ...] = ()

    def tier_of(self, groups: frozenset[str]) -> Tier | None:
        """Give the one tier of a caller with these groups."""
        return next((tier for tier in self.tiers if tier.members.cover("", groups)), None)

    def model(self, ident: str) -> Model | None:
        """Find a model by `namespace/name`."""
        return self._models.get(ident)

    @cached_property
    def _models(self) -> dict[str, Model]:
        return {model.id: model for model in self.models}

    def precedence(self, model: Model) -> tuple[Entry, ...]:
        """Give every entry that can meter a request for the model, the winner of any subset first."""
        return (*model.entries, *(tier.entry for tier in self.tiers))
