"""The models of everything that may be written below `config/`: strict, frozen, no extra fields."""

from __future__ import annotations

from typing import Annotated, Literal

from compiler.intent.api_keys import KeySpec
from compiler.intent.backends import BackendSpec
from compiler.intent.field import Field, Refused
from compiler.intent.platform import PlatformSpec
from compiler.intent.scalars import Label, LimitAmount, Text, Visible, Window
from compiler.intent.spec import Spec


class RateSpec(Spec, shared=True):
    """At most `limit` units in each `window`; the window starts with its first request."""

    limit: Annotated[LimitAmount, Field(description="the most that may be used in a window, from 0, which denies, to 1000000000")]
    window: Annotated[
        Window, Field(description="how long a window is: whole numbers with `s`, `m`, `h`, `d` or `w`, such as `90s` or `1d12h`")
    ]

    def __hash__(self) -> int:
        """Give the hash of any record in less time: a budget's is made of many of these."""
        return hash((self.limit, self.window))


class GroupSpec(Spec):
    """A group that the identity provider puts callers in; `builtin` marks the groups of Kubernetes itself."""

    description: Annotated[str | None, Field(description="what the group is, for people")] = None
    builtin: Annotated[bool, Field(description="a group of Kubernetes itself, such as `system:authenticated`")] = False


class UserSpec(Spec):
    """A user; references may use the name, the e-mail address or the subject, policies test the name."""

    email: Annotated[str | None, Field(description="e-mail address, by which references may name the user")] = None
    sub: Annotated[str | None, Field(description="subject at the identity provider, by which references may name the user")] = (
        None
    )


class BudgetSpec(Spec):
    """What may be used: rates of tokens and of requests, all of which hold at once."""

    tokens: Annotated[list[RateSpec], Field(description="rates of tokens")] = []
    requests: Annotated[list[RateSpec], Field(description="rates of requests")] = []
    unlimited: Annotated[bool, Field(description="tokens are counted for attribution and never limited")] = False

    def __hash__(self) -> int:
        """Give the hash of any record in less time; what else a kind of budget has tells few of them apart."""
        return hash((*self.tokens, None, *self.requests, self.unlimited))


class TierSpec(BudgetSpec):
    """A level of service for groups of callers; the highest level any of a caller's groups has is the caller's tier."""

    level: Annotated[
        int, Field(ge=0, le=2**31 - 1, description="the highest level that a caller's groups have is the caller's tier")
    ]
    display_name: Annotated[Visible | None, Field(alias="displayName", description="name for people")] = None
    description: Annotated[str | None, Field(description="what the tier is, for people")] = None
    groups: Annotated[list[str], Field(min_length=1, description="groups whose members have the tier")]


class ModelSpec(Spec):
    """A model behind the gateway, and the tiers whose callers may use it; `"*"` is all tiers."""

    backend: Annotated[BackendSpec, Field(description="what serves the model")]
    tiers: Annotated[list[str] | Literal["*"], Field(description='tiers that may call it, or "*"')] = []
    description: Annotated[str | None, Field(description="what the model is, for people")] = None
    backend_authorization: Annotated[
        Literal["serviceAccount", "gateway"] | None,
        Field(
            alias="backendAuthorization",
            description=(
                "whom the backend serves: `serviceAccount`, ServiceAccounts that RBAC lets call it; "
                "`gateway`, whatever the gateway lets through"
            ),
        ),
    ] = None
    chat_proxy: Annotated[
        bool,
        Field(alias="chatProxy", description="chats go to the MaaS API, which calls the backend as a ServiceAccount"),
    ] = False


class AccessSpec(Spec):
    """Permission for groups and users to call models; what meters them is said elsewhere."""

    models: Annotated[list[str], Field(min_length=1, description="models that may be called, by `name` or `namespace/name`")]
    groups: Annotated[list[str], Field(description="groups whose members may call them")] = []
    users: Annotated[list[str], Field(description="users who may call them")] = []


class OwnerSpec(Spec):
    """Who a subscription belongs to: anyone in any of the groups, and the users."""

    groups: Annotated[list[str], Field(description="groups whose members own it")] = []
    users: Annotated[list[str], Field(description="users who own it")] = []


class ModelBudgetSpec(BudgetSpec, shared=True):
    """A budget on one model; `per` says who shares its counter."""

    per: Annotated[
        Literal["user", "subscription"],
        Field(description="who shares one count: `user`, each user has one; `subscription`, all owners together have one"),
    ] = "user"


class MetadataSpec(Spec):
    """Attribution of a subscription's use; strings throughout, the price a decimal."""

    organization: Annotated[Text | None, Field(description="organization that the use is put down to")] = None
    cost_center: Annotated[Text | None, Field(alias="costCenter", description="cost centre that the use is put down to")] = None
    labels: Annotated[dict[str, str], Field(description="further words about the use, by name")] = {}
    price: Annotated[
        str | None,
        Field(
            alias="pricePerMillionTokens",
            pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?$",
            description='price of a million tokens, a decimal in quotes: `"2.50"`',
        ),
    ] = None


class SubscriptionSpec(Spec):
    """Budgets on models for an owner; the higher priority wins where an owner has several."""

    owner: Annotated[OwnerSpec, Field(description="who the subscription belongs to")]
    priority: Annotated[int, Field(ge=-(2**31), le=2**31 - 1, description="the higher one meters where an owner has several")] = 0
    models: Annotated[
        dict[str, ModelBudgetSpec], Field(min_length=1, description="the budget on each model, by `name` or `namespace/name`")
    ]
    metadata: Annotated[MetadataSpec, Field(description="what the use is put down to")] = MetadataSpec()


class PolicySpec(BudgetSpec):
    """A named budget for teams: of tokens (TokenRateLimitPolicy) or of requests (RateLimitPolicy)."""

    kind: Annotated[
        Literal["TokenRateLimitPolicy", "RateLimitPolicy"],
        Field(description="what it limits: `TokenRateLimitPolicy`, tokens; `RateLimitPolicy`, requests"),
    ]
    per: Annotated[
        Literal["user", "team"],
        Field(description="who shares one count: `user`, each member has one; `team`, all members together have one"),
    ] = "user"
    description: Annotated[str | None, Field(description="what the policy is, for people")] = None


class MemberSpec(Spec):
    """A member of a team; the role says what it may manage, and changes nothing about calling models."""

    user: Annotated[str, Field(description="the user, by name, e-mail address or subject")]
    role: Annotated[
        Literal["owner", "admin", "member", "viewer"],
        Field(
            description="what the member may manage: `owner`, `admin`, `member` or `viewer`; changes nothing about calling models"
        ),
    ] = "member"


class TeamGrantSpec(Spec):
    """A model that the team may call, or with `user` that member alone."""

    model: Annotated[str, Field(description="the model, by `name` or `namespace/name`")]
    role: Annotated[Literal["invoke"], Field(description="what is granted: `invoke`, to call it")] = "invoke"
    user: Annotated[str | None, Field(description="the one member who may call it; the whole team unless given")] = None


class TeamSpec(Spec):
    """A team: its members, by groups of the identity provider or one by one, what they may call, their budget, and keys."""

    name: Annotated[str | None, Field(description="name for people")] = None
    description: Annotated[str | None, Field(description="what the team is, for people")] = None
    default_policy: Annotated[
        str | None, Field(alias="defaultPolicy", description="the policy that meters the team on the models granted to it")
    ] = None
    groups: Annotated[list[str], Field(description="groups whose members are members of the team")] = []
    members: Annotated[list[MemberSpec], Field(description="members one by one")] = []
    grants: Annotated[list[TeamGrantSpec], Field(description="models that the team may call")] = []
    keys: Annotated[dict[Label, KeySpec], Field(description="API keys of members, by an alias of your own")] = {}


class CallersSpec(Spec):
    """Callers in any of the groups, in any group of the tiers, or among the users; all callers where none is named.

    Those of `notGroups`, `notTiers` and `notUsers` are not meant.
    """

    groups: Annotated[list[str], Field(description="callers in any of these groups")] = []
    tiers: Annotated[list[str], Field(description="callers in any group of these tiers")] = []
    users: Annotated[list[str], Field(description="these users")] = []
    not_groups: Annotated[list[str], Field(alias="notGroups", description="but none in any of these groups")] = []
    not_tiers: Annotated[list[str], Field(alias="notTiers", description="but none in any group of these tiers")] = []
    not_users: Annotated[list[str], Field(alias="notUsers", description="but none of these users")] = []


class InvariantSpec(Spec):
    """What must hold whatever else is written: such callers never have access, or no entry gives them more than `atMost`."""

    name: Annotated[Label, Field(description="name, under which the proof tells of it")]
    callers: Annotated[CallersSpec, Field(description="whom it speaks of")]
    models: Annotated[list[str], Field(min_length=1, description='models by name, or "*" for all')]
    never: Annotated[Literal["access"] | None, Field(description="`access`: such callers can never call the models")] = None
    at_most: Annotated[
        RateSpec | None,
        Field(alias="atMost", description="no entry gives such callers more tokens than this on a model; who has two has each"),
    ] = None

    def sound(self) -> None:
        """Refuse one that says both, or neither."""
        if (self.never is None) == (self.at_most is None):
            raise Refused("bad-value", "an invariant says either `never: access` or `atMost`")


class ConfigFile(Spec):
    """One file below `config/`: any of the sections; sections of one kind merge over files."""

    platform: Annotated[
        PlatformSpec | None, Field(description="the cluster's side: Kuadrant's release, the gateway, and the ways in")
    ] = None
    groups: Annotated[dict[str, GroupSpec], Field(description="groups, by name")] = {}
    users: Annotated[dict[str, UserSpec], Field(description="users, by name")] = {}
    tiers: Annotated[dict[str, TierSpec], Field(description="tiers, by name")] = {}
    models: Annotated[dict[str, ModelSpec], Field(description="models, by `name` or `namespace/name`")] = {}
    access: Annotated[dict[str, AccessSpec], Field(description="who may call which models, by a name of your own")] = {}
    subscriptions: Annotated[dict[str, SubscriptionSpec], Field(description="budgets on models, by a name of your own")] = {}
    policies: Annotated[dict[str, PolicySpec], Field(description="budgets for teams, by a name of your own")] = {}
    teams: Annotated[dict[str, TeamSpec], Field(description="teams, by a name of your own")] = {}
    invariants: Annotated[
        list[InvariantSpec], Field(description="what must hold whatever else is written; proved on every build")
    ] = []
