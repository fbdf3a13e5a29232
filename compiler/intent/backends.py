"""The models of what serves a model."""

from __future__ import annotations

from typing import Annotated, Literal

from compiler.intent.field import Field
from compiler.intent.scalars import BasePath, Endpoint, Label, Port
from compiler.intent.spec import Spec


class InferenceServiceSpec(Spec):
    """A KServe LLMInferenceService, which makes its own route; the name is the model's unless given."""

    kind: Annotated[
        Literal["LLMInferenceService"], Field(description="`LLMInferenceService`: KServe serves it, and makes its route")
    ]
    name: Annotated[Label | None, Field(description="name of the LLMInferenceService; the model's unless given")] = None


class ServiceSpec(Spec):
    """A Service of the cluster; the compiler makes its route."""

    kind: Annotated[Literal["Service"], Field(description="`Service`: a Service of the cluster; the compiler makes its route")]
    name: Annotated[Label, Field(description="name of the Service")]
    port: Annotated[Port, Field(description="port of the Service")]
    namespace: Annotated[Label | None, Field(description="namespace of the Service; the model's unless given")] = None


class CredentialSpec(Spec):
    """The provider's key, by reference: one entry of a Secret that somebody else keeps."""

    secret: Annotated[Label, Field(description="name of the Secret")]
    key: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_-]{1,253}$", description="the entry of the Secret that holds the provider's key")
    ]
    namespace: Annotated[Label | None, Field(description="namespace of the Secret; the model's unless given")] = None


class ExternalModelSpec(Spec):
    """A model of a provider outside of the cluster; the compiler makes its route, and has the provider's key put in."""

    kind: Annotated[Literal["ExternalModel"], Field(description="`ExternalModel`: a provider outside of the cluster serves it")]
    provider: Annotated[
        Literal["anthropic", "azure-openai", "bedrock-openai", "openai", "openai-compatible"],
        Field(
            description="who serves it, in the format of OpenAI: `anthropic`, `azure-openai`, `bedrock-openai`, `openai`, or"
            " `openai-compatible`, which is anybody else who does"
        ),
    ]
    endpoint: Annotated[Endpoint, Field(description="host name of the provider, in lower case, without scheme or port")]
    port: Annotated[Port | None, Field(description="port of the provider; 443, or 80 without TLS, unless given")] = None
    tls: Annotated[bool, Field(description="the gateway speaks TLS to the provider")] = True
    path: Annotated[
        BasePath | None,
        Field(description="what the model's own path is replaced by at the provider; the provider's usual one unless given"),
    ] = None
    model: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,252}$",
            description="what the provider calls the model; callers name it in their requests",
        ),
    ]
    credential: Annotated[
        CredentialSpec | None, Field(description="where the provider's key lies; without one the provider gets none")
    ] = None


BackendSpec = Annotated[InferenceServiceSpec | ServiceSpec | ExternalModelSpec, Field(discriminator="kind")]
