"""The models of the section `platform`: what stands in the cluster."""

from __future__ import annotations

from typing import Annotated, Literal

from compiler.intent.authentication import MethodSpec
from compiler.intent.field import Field
from compiler.intent.limitador import LimitadorSpec
from compiler.intent.scalars import RELEASE, Hostname, Label, Port, Regex
from compiler.intent.spec import Spec
from compiler.intent.telemetry import TelemetrySpec


class GatewayTlsSpec(Spec):
    """The certificate of the Gateway's listener, which ends TLS."""

    secret: Annotated[Label, Field(description="Secret of the Gateway's namespace with the certificate and its key")]


class CreateGatewaySpec(Spec):
    """A Gateway to be made, with one HTTPS listener for the host; `controller` makes its class as well."""

    gateway_class: Annotated[Label, Field(alias="class", description="name of the GatewayClass")]
    controller: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/[A-Za-z0-9/._~-]{1,200}$",
            description="controller of the class, such as `openshift.io/gateway-controller/v1`; makes the GatewayClass too",
        ),
    ] = None
    tls: Annotated[GatewayTlsSpec | None, Field(description="certificate of the HTTPS listener")] = None
    plain_http: Annotated[bool, Field(alias="plainHttp", description="a listener without TLS besides, on port 80")] = False
    allowed_namespaces: Annotated[
        list[Label] | Literal["*"] | None,
        Field(
            alias="allowedNamespaces",
            description='namespaces whose routes may attach, or "*"; those of the models and of the MaaS API unless given',
        ),
    ] = None


class GatewaySpec(Spec):
    """The Gateway that all requests pass; `hostname` is the host of the models.

    `lowercasesHost` says that something before Kuadrant's filter turns the host of every request into lower case.
    """

    namespace: Annotated[Label, Field(description="namespace of the Gateway")]
    name: Annotated[Label, Field(description="name of the Gateway")]
    hostname: Annotated[Hostname, Field(description="host of the models, in lower case, without scheme or port")]
    lowercases_host: Annotated[
        bool, Field(alias="lowercasesHost", description="something before Kuadrant's filter turns every host into lower case")
    ] = False
    max_filter_bytes: Annotated[
        int,
        Field(
            alias="maxFilterBytes",
            ge=1,
            le=10**9,
            description="the most bytes that all limits may take in the filter",
        ),
    ] = 1_000_000
    create: Annotated[CreateGatewaySpec | None, Field(description="makes the Gateway; only referred to unless given")] = None


class MaasApiSpec(Spec):
    """The service that mints tokens and lists models; the tier ConfigMap lives in its namespace."""

    namespace: Annotated[Label, Field(description="namespace of the service and of the tier ConfigMap")] = "maas-api"
    service: Annotated[Label, Field(description="name of the Service")] = "maas-api"
    port: Annotated[Port, Field(description="port of the Service")] = 8080
    route: Annotated[bool, Field(description="makes the route of the MaaS API and its AuthPolicy")] = False


class PlatformSpec(Spec):
    """The cluster's side: Kuadrant's release, the gateway, and the ways in, tried in the order written."""

    kuadrant: Annotated[str, Field(pattern=RELEASE, description='Kuadrant\'s release in the cluster, in quotes: `"1.5"`')]
    gateway: Annotated[GatewaySpec, Field(description="the Gateway that all requests pass")]
    attach: Annotated[
        Literal["route", "gateway"],
        Field(
            description="where policies attach: `route`, to each model's route; `gateway`, once to the Gateway, for tiers only"
        ),
    ] = "route"
    bridge: Annotated[
        Literal["selected", "groups"],
        Field(
            description="what limits compare: `selected`, the entry that was chosen; `groups`, the caller's groups as one text"
        ),
    ] = "selected"
    model_namespace: Annotated[
        Label | None, Field(alias="modelNamespace", description="namespace of models that are written without one")
    ] = None
    maas_api: Annotated[MaasApiSpec, Field(alias="maasApi", description="the service that mints tokens and lists models")] = (
        MaasApiSpec()
    )
    kuadrant_namespace: Annotated[
        Label,
        Field(alias="kuadrantNamespace", description="where Authorino runs, which reads keys nowhere else"),
    ] = "kuadrant-system"
    create_kuadrant: Annotated[
        bool, Field(alias="createKuadrant", description="makes the object that asks the operator for Authorino and Limitador")
    ] = False
    tier_namespaces: Annotated[
        bool, Field(alias="tierNamespaces", description="makes the namespaces in which the MaaS API keeps ServiceAccounts")
    ] = False
    authentication: Annotated[list[MethodSpec], Field(min_length=1, description="the ways in, tried in this order")]
    names: Annotated[
        Regex | None,
        Field(
            description="regular expression (RE2) that group and user names match as a whole; `[A-Za-z0-9:._@/+-]+` unless given"
        ),
    ] = None
    telemetry: Annotated[
        TelemetrySpec | None, Field(description="by what usage is told apart in metrics; nothing is emitted for it unless given")
    ] = None
    limitador: Annotated[
        LimitadorSpec | None, Field(description="what Limitador has room for; counters are not held against it unless given")
    ] = None
