"""The pydantic models of the section `platform`: what stands in the cluster."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from compiler.intent.authentication import MethodSpec
from compiler.intent.scalars import Hostname, Label, Port, Regex
from compiler.intent.spec import Spec


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


class MaasApiSpec(Spec):
    """The service that mints tokens and lists models; the tier ConfigMap lives in its namespace."""

    namespace: Annotated[Label, Field(description="namespace of the service and of the tier ConfigMap")] = "maas-api"
    service: Annotated[Label, Field(description="name of the Service")] = "maas-api"
    port: Annotated[Port, Field(description="port of the Service")] = 8080


class PlatformSpec(Spec):
    """The cluster's side: Kuadrant's release, the gateway, and the ways in, tried in the order written."""

    kuadrant: Annotated[
        str, Field(pattern=r"^[0-9]+\.[0-9]+(\.[0-9]+)?$", description='Kuadrant\'s release in the cluster, in quotes: `"1.5"`')
    ]
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
    authentication: Annotated[list[MethodSpec], Field(min_length=1, description="the ways in, tried in this order")]
    names: Annotated[
        Regex | None,
        Field(description="regular expression that group and user names match as a whole; `[A-Za-z0-9:._@/+-]+` unless given"),
    ] = None
