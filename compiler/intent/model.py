"""The pydantic models of everything that may be written below `config/`: strict, frozen, no extra fields."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from compiler.intent.scalars import Hostname, Label, LimitAmount, Port, Regex, Text, Visible, Window


@cache
def _keys(spec: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in spec.model_fields.items())


class Spec(BaseModel):
    """The base of all models: a key that is not known is refused together with the keys that are."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote
        if isinstance(data, dict):
            known = _keys(cls)
            unknown = [key for key in data if key not in known]
            if unknown:
                raise PydanticCustomError("unknown-key", "unknown key", {"keys": unknown, "known": sorted(known)})
        return data


class RateSpec(Spec):
    """At most `limit` units in each `window`; the window starts with its first request."""

    limit: LimitAmount
    window: Window


# Many budgets have equal rates, and each of these weighs more than the text that it was read from.
_shared = lru_cache(maxsize=1 << 12)(lambda rate: rate)
_Rate = Annotated[RateSpec, AfterValidator(_shared)]


class GatewaySpec(Spec):
    """The Gateway that all requests pass; `hostname` is the host of the models.

    `lowercasesHost` says that something before Kuadrant's filter turns the host of every request into lower case.
    """

    namespace: Label
    name: Label
    hostname: Hostname
    lowercases_host: Annotated[bool, Field(alias="lowercasesHost")] = False


class MaasApiSpec(Spec):
    """The service that mints tokens and lists models; the tier ConfigMap lives in its namespace."""

    namespace: Label = "maas-api"
    service: Label = "maas-api"
    port: Port = 8080


class TokenReviewSpec(Spec):
    """Tokens of the cluster's own users, checked by a Kubernetes TokenReview for the audiences."""

    name: Label
    kind: Literal["tokenReview"]
    audiences: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class TierTokenSpec(Spec):
    """ServiceAccount tokens of the tier namespaces; the audience is `<gateway>-sa` unless given."""

    name: Label
    kind: Literal["tierToken"]
    audience: Annotated[str, Field(min_length=1)] | None = None


MethodSpec = Annotated[TokenReviewSpec | TierTokenSpec, Field(discriminator="kind")]


class PlatformSpec(Spec):
    """The cluster's side: Kuadrant's release, the gateway, and the ways in, tried in the order written."""

    kuadrant: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+(\.[0-9]+)?$")]
    gateway: GatewaySpec
    attach: Literal["route", "gateway"] = "route"
    bridge: Literal["selected", "groups"] = "selected"
    model_namespace: Annotated[Label | None, Field(alias="modelNamespace")] = None
    maas_api: Annotated[MaasApiSpec, Field(alias="maasApi")] = MaasApiSpec()
    kuadrant_namespace: Annotated[
        Label,
        Field(alias="kuadrantNamespace", description="where Authorino runs, which reads keys nowhere else"),
    ] = "kuadrant-system"
    authentication: Annotated[list[MethodSpec], Field(min_length=1)]
    names: Annotated[Regex | None, Field(description="regular expression that group and user names match as a whole")] = None


class GroupSpec(Spec):
    """A group that the identity provider puts callers in; `builtin` marks the groups of Kubernetes itself."""

    description: str | None = None
    builtin: bool = False


class UserSpec(Spec):
    """A user; references may use the name, the e-mail address or the subject, policies test the name."""

    email: str | None = None
    sub: str | None = None


class BudgetSpec(Spec):
    """What may be used: rates of tokens and of requests, all of which hold at once."""

    tokens: list[_Rate] = []
    requests: list[_Rate] = []
    unlimited: Annotated[bool, Field(description="tokens are counted for attribution and never limited")] = False


class TierSpec(BudgetSpec):
    """A level of service for groups of callers; the highest level any of a caller's groups has is the caller's tier."""

    level: Annotated[int, Field(ge=0, le=2**31 - 1)]
    display_name: Annotated[Visible | None, Field(alias="displayName")] = None
    description: str | None = None
    groups: Annotated[list[str], Field(min_length=1)]


class InferenceServiceSpec(Spec):
    """A KServe LLMInferenceService, which makes its own route; the name is the model's unless given."""

    kind: Literal["LLMInferenceService"]
    name: Label | None = None


class ServiceSpec(Spec):
    """A Service in the model's namespace; the compiler makes its route."""

    kind: Literal["Service"]
    name: Label
    port: Port


BackendSpec = Annotated[InferenceServiceSpec | ServiceSpec, Field(discriminator="kind")]


class ModelSpec(Spec):
    """A model behind the gateway, and the tiers whose callers may use it; `"*"` is all tiers."""

    backend: BackendSpec
    tiers: Annotated[list[str] | Literal["*"], Field(description='tiers that may call it, or "*"')] = []
    description: str | None = None


class AccessSpec(Spec):
    """Permission for groups and users to call models; what meters them is said elsewhere."""

    models: Annotated[list[str], Field(min_length=1)]
    groups: list[str] = []
    users: list[str] = []


class OwnerSpec(Spec):
    """Who a subscription belongs to: anyone in any of the groups, and the users."""

    groups: list[str] = []
    users: list[str] = []


class ModelBudgetSpec(BudgetSpec):
    """A budget on one model; `per` says who shares its counter."""

    per: Literal["user", "subscription"] = "user"


class MetadataSpec(Spec):
    """Attribution of a subscription's use; strings throughout, the price a decimal."""

    organization: Text | None = None
    cost_center: Annotated[Text | None, Field(alias="costCenter")] = None
    labels: dict[str, str] = {}
    price: Annotated[str | None, Field(alias="pricePerMillionTokens", pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?$")] = None


class SubscriptionSpec(Spec):
    """Budgets on models for an owner; the higher priority wins where an owner has several."""

    owner: OwnerSpec
    priority: Annotated[int, Field(ge=-(2**31), le=2**31 - 1)] = 0
    models: Annotated[dict[str, ModelBudgetSpec], Field(min_length=1)]
    metadata: MetadataSpec = MetadataSpec()


class PolicySpec(BudgetSpec):
    """A named budget for teams: of tokens (TokenRateLimitPolicy) or of requests (RateLimitPolicy)."""

    kind: Literal["TokenRateLimitPolicy", "RateLimitPolicy"]
    per: Literal["user", "team"] = "user"
    description: str | None = None


class MemberSpec(Spec):
    """A member of a team; the role says what it may manage, and changes nothing about calling models."""

    user: str
    role: Literal["owner", "admin", "member", "viewer"] = "member"


class TeamGrantSpec(Spec):
    """A model that the team may call, or with `user` that member alone."""

    model: str
    role: Literal["invoke"] = "invoke"
    user: str | None = None


class TeamSpec(Spec):
    """A team: its members, by groups of the identity provider or one by one, what they may call, and their budget."""

    name: str | None = None
    description: str | None = None
    default_policy: Annotated[str | None, Field(alias="defaultPolicy")] = None
    groups: list[str] = []
    members: list[MemberSpec] = []
    grants: list[TeamGrantSpec] = []


class CallersSpec(Spec):
    """Callers in any of the groups, in any group of the tiers, or among the users; all callers where none is named.

    Those of `notGroups`, `notTiers` and `notUsers` are not meant.
    """

    groups: list[str] = []
    tiers: list[str] = []
    users: list[str] = []
    not_groups: Annotated[list[str], Field(alias="notGroups")] = []
    not_tiers: Annotated[list[str], Field(alias="notTiers")] = []
    not_users: Annotated[list[str], Field(alias="notUsers")] = []


class InvariantSpec(Spec):
    """What must hold whatever else is written: such callers never have access, or never more tokens than `atMost`."""

    name: Label
    callers: CallersSpec
    models: Annotated[list[str], Field(min_length=1, description='models by name, or "*" for all')]
    never: Literal["access"] | None = None
    at_most: Annotated[RateSpec | None, Field(alias="atMost")] = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> InvariantSpec:
        if (self.never is None) == (self.at_most is None):
            raise PydanticCustomError("bad-value", "an invariant says either `never: access` or `atMost`")
        return self


class ConfigFile(Spec):
    """One file below `config/`: any of the sections; sections of one kind merge over files."""

    platform: PlatformSpec | None = None
    groups: dict[str, GroupSpec] = {}
    users: dict[str, UserSpec] = {}
    tiers: dict[str, TierSpec] = {}
    models: dict[str, ModelSpec] = {}
    access: dict[str, AccessSpec] = {}
    subscriptions: dict[str, SubscriptionSpec] = {}
    policies: dict[str, PolicySpec] = {}
    teams: dict[str, TeamSpec] = {}
    invariants: list[InvariantSpec] = []
