"""The shapes of the MaaS custom resources, as the controller's definitions have them: the first release's and today's.

They are written down here field by field, and no laxer than the definitions: a field that no definition has is refused, and
so is what only the controller itself would refuse later.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from compiler.intent.field import Before, Check, Field, Refused
from compiler.intent.scalars import MAX_LIMIT, Text, window_seconds
from compiler.intent.spec import Spec

Name = Annotated[str, Field(min_length=1, max_length=63)]
LongName = Annotated[str, Field(min_length=1, max_length=253)]


def _said(value: object) -> object:
    if value is None:
        raise Refused("wrong-type", "a key that is written has a value here")
    return value


# The API server takes no `null` for a field that may be left out.
SAID = Before(_said)


def _written(units: str, digits: int, value: str) -> None:
    """Check a window of one number and one unit.

    The definitions also take windows of nothing, and of years, which the controller then leaves out without a word.
    """
    number, unit = value[:-1], value[-1:]
    plain = number.isascii() and number.isdigit() and len(number) <= digits
    if not plain or unit not in units:
        message = f"a window is one whole number and one unit of {', '.join(units)} here, such as `24h`"
        raise Refused("bad-window", message)
    try:
        window_seconds(value)
    except ValueError as error:
        raise Refused("bad-window", str(error)) from None


def _window(value: str) -> None:
    if value.startswith("0"):
        raise Refused("bad-window", "a window begins with no 0 here")
    _written("smh", 4, value)


def _first_window(value: str) -> None:
    _written("smhd", 9, value)


def _at_least(least: int, value: int) -> None:
    if not least <= value <= MAX_LIMIT:
        message = f"a limit is a whole number from {least} to 1000000000 here"
        raise Refused("bad-limit", message)


class Metadata(Spec):
    """The metadata of an object; what the API server fills in is taken and means nothing here."""

    name: LongName
    namespace: Name | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    deletion_timestamp: Annotated[str | None, Field(alias="deletionTimestamp")] = None
    uid: Any = None
    generation: Any = None
    finalizers: Any = None
    resource_version: Annotated[Any, Field(alias="resourceVersion")] = None
    creation_timestamp: Annotated[Any, Field(alias="creationTimestamp")] = None
    deletion_grace: Annotated[Any, Field(alias="deletionGracePeriodSeconds")] = None
    managed_fields: Annotated[Any, Field(alias="managedFields")] = None
    owner_references: Annotated[Any, Field(alias="ownerReferences")] = None
    self_link: Annotated[Any, Field(alias="selfLink")] = None


class Resource(Spec):
    """What all resources have; `status` is what the controller reports, and means nothing here."""

    api_version: Annotated[Literal["maas.opendatahub.io/v1alpha1"], Field(alias="apiVersion")]
    kind: str
    metadata: Metadata
    status: Any = None


class FirstBackend(Spec):
    """What serves a model, in the first release; without a namespace it is beside the resource."""

    kind: Literal["LLMInferenceService", "ExternalModel"]
    name: LongName
    namespace: Annotated[Name | None, SAID] = None


class FirstModelSpec(Spec):
    """A model of the first release."""

    model_ref: Annotated[FirstBackend, Field(alias="modelRef")]


class FirstModel(Resource):
    """`MaaSModel`."""

    spec: FirstModelSpec


class Backend(Spec):
    """What serves a model; it is in the namespace of the resource."""

    kind: Literal["LLMInferenceService", "ExternalModel"]
    name: LongName


class ModelSpec(Spec):
    """A model."""

    model_ref: Annotated[Backend, Field(alias="modelRef")]
    endpoint_override: Annotated[str | None, SAID, Field(alias="endpointOverride")] = None
    tenant_ref: Annotated[str | None, SAID, Field(alias="tenantRef")] = None


class Model(Resource):
    """`MaaSModelRef`."""

    spec: ModelSpec


class Group(Spec):
    """A group of callers."""

    name: str


class Callers(Spec):
    """Anyone in any of the groups, and the users."""

    groups: list[Group] = []
    users: list[str] = []


class Attribution(Spec):
    """What use is put down to."""

    organization: Annotated[Text | None, SAID, Field(alias="organizationId")] = None
    cost_center: Annotated[Text | None, SAID, Field(alias="costCenter")] = None
    labels: dict[str, str] = {}


class ModelName(Spec):
    """The name of a `MaaSModelRef`."""

    name: Name
    namespace: Name


class FirstAccessSpec(Spec):
    """Who may call which models, in the first release: these are known by their names alone."""

    model_refs: Annotated[list[LongName], Field(alias="modelRefs", min_length=1)]
    subjects: Callers
    metering: Annotated[Attribution | None, SAID, Field(alias="meteringMetadata")] = None


class FirstAccess(Resource):
    """`MaaSAuthPolicy` of the first release."""

    spec: FirstAccessSpec


class AccessSpec(Spec):
    """Who may call which models."""

    model_refs: Annotated[list[ModelName], Field(alias="modelRefs", min_length=1)]
    subjects: Callers
    metering: Annotated[Attribution | None, SAID, Field(alias="meteringMetadata")] = None


class Access(Resource):
    """`MaaSAuthPolicy`."""

    spec: AccessSpec


class FirstRate(Spec):
    """At most so many tokens in each window, in the first release."""

    limit: Annotated[int, Check(partial(_at_least, 0))]
    window: Annotated[str, Check(_first_window)]


class Rate(Spec):
    """At most so many tokens in each window."""

    limit: Annotated[int, Check(partial(_at_least, 1))]
    window: Annotated[str, Check(_window)]


class Billing(Spec):
    """What a token costs."""

    per_token: Annotated[str, Field(alias="perToken")]


class FirstBudget(Spec):
    """A model and its budget, in the first release: the controller counts 100 tokens a minute where no rates are."""

    name: LongName
    rates: Annotated[list[FirstRate], Field(alias="tokenRateLimits")] = []
    rates_of: Annotated[str | None, SAID, Field(alias="tokenRateLimitRef")] = None
    billing: Annotated[Billing | None, SAID, Field(alias="billingRate")] = None


class Budget(ModelName):
    """A model and its budget."""

    rates: Annotated[list[Rate], Field(alias="tokenRateLimits", min_length=1)]
    billing: Annotated[Billing | None, SAID, Field(alias="billingRate")] = None


class FirstSubscriptionSpec(Spec):
    """Budgets on models for an owner, in the first release."""

    owner: Callers
    model_refs: Annotated[list[FirstBudget], Field(alias="modelRefs", min_length=1)]
    priority: Annotated[int | None, SAID, Field(ge=-(2**31), le=2**31 - 1)] = None
    metadata: Annotated[Attribution | None, SAID, Field(alias="tokenMetadata")] = None


class FirstSubscription(Resource):
    """`MaaSSubscription` of the first release."""

    spec: FirstSubscriptionSpec


class SubscriptionSpec(Spec):
    """Budgets on models for an owner."""

    owner: Callers
    model_refs: Annotated[list[Budget], Field(alias="modelRefs", min_length=1)]
    priority: Annotated[int | None, SAID, Field(ge=-(2**31), le=2**31 - 1)] = None
    metadata: Annotated[Attribution | None, SAID, Field(alias="tokenMetadata")] = None


class Subscription(Resource):
    """`MaaSSubscription`."""

    spec: SubscriptionSpec


_HOSTS = r"^[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?)*$"


class Credential(Spec):
    """The Secret with the provider's key, in its data key `api-key`."""

    name: LongName


class ExternalModelSpec(Spec):
    """A model of a provider outside the cluster."""

    provider: Name
    endpoint: Annotated[LongName, Field(pattern=_HOSTS)]
    target_model: Annotated[LongName, Field(alias="targetModel")]
    credential: Annotated[Credential, Field(alias="credentialRef")]


class ExternalModel(Resource):
    """`ExternalModel`."""

    spec: ExternalModelSpec
