"""What serves a model, with what is known of each provider filled in."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from compiler.intent.backends import BackendSpec, CredentialSpec, ExternalModelSpec, InferenceServiceSpec, ServiceSpec
from compiler.program.backends import Backend, ClusterService, Credential, ExternalModel, InferenceService

_HTTPS: Final = 443
_HTTP: Final = 80


class _Provider(Struct, frozen=True):
    """Where a provider looks for its key, and below which path it speaks the format of OpenAI."""

    header: str = "authorization"
    scheme: str = "Bearer"
    path: str = "/"


_BEARER: Final = _Provider()
_PROVIDERS: Final = {
    # Its own format counts tokens in other fields than those that limits read, and takes no bearer token: with one in the
    # usual header only what it offers in the format of OpenAI is within reach.
    "anthropic": _BEARER,
    "azure-openai": _Provider("api-key", "", "/openai"),
    "bedrock-openai": _BEARER,
    "openai": _BEARER,
    "openai-compatible": _BEARER,
}


def backend(spec: BackendSpec, namespace: str, model: str) -> Backend:
    """Give what serves the model of this namespace and name."""
    match spec:
        case InferenceServiceSpec():
            return InferenceService(spec.name or model)
        case ServiceSpec():
            elsewhere = spec.namespace if spec.namespace != namespace else None
            return ClusterService(spec.name, spec.port, elsewhere)
        case ExternalModelSpec():
            return _external(spec, namespace)


def _external(spec: ExternalModelSpec, namespace: str) -> ExternalModel:
    usual = _PROVIDERS[spec.provider]
    return ExternalModel(
        provider=spec.provider,
        endpoint=spec.endpoint,
        port=spec.port or (_HTTPS if spec.tls else _HTTP),
        tls=spec.tls,
        path=spec.path or usual.path,
        model=spec.model,
        header=usual.header,
        scheme=usual.scheme,
        credential=_credential(spec.credential, namespace) if spec.credential else None,
    )


def _credential(spec: CredentialSpec, namespace: str) -> Credential:
    return Credential(spec.namespace or namespace, spec.secret, spec.key)
