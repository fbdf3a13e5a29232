"""What serves a model: KServe, a Service of the cluster, or somebody outside of it."""

from __future__ import annotations

from msgspec import Struct


class InferenceService(Struct, frozen=True):
    """A KServe LLMInferenceService; KServe makes its route, `<name>-kserve-route`, at `/<namespace>/<name>`."""

    name: str


class ClusterService(Struct, frozen=True):
    """A Service, of the model's namespace unless `namespace` names another; we make its route."""

    name: str
    port: int
    namespace: str | None = None


class Credential(Struct, frozen=True):
    """One entry of a Secret, by reference: what it holds is nobody's business here."""

    namespace: str
    secret: str
    key: str


class ExternalModel(Struct, frozen=True):
    """A model of a provider outside of the cluster; we make its route.

    Requests go to `endpoint:port`, the model's own prefix replaced by `path`. The credential goes into `header`, after
    `scheme` and a space where there is a scheme. `model` is what the provider calls it.
    """

    provider: str
    endpoint: str
    port: int
    tls: bool
    path: str
    model: str
    header: str
    scheme: str
    credential: Credential | None


Backend = InferenceService | ClusterService | ExternalModel


def described(backend: Backend) -> str:
    """Say what serves a model, in words that tell two backends apart."""
    match backend:
        case InferenceService(name):
            return f"by the LLMInferenceService `{name}`"
        case ClusterService(name, port, namespace):
            return f"by the Service `{f'{namespace}/' if namespace else ''}{name}:{port}`"
        case ExternalModel():
            key = backend.credential
            scheme = "https" if backend.tls else "http"
            held = f", with `{key.key}` of the Secret `{key.namespace}/{key.secret}`" if key else ""
            place = f"{scheme}://{backend.endpoint}:{backend.port}{backend.path}"
            return f"by {backend.provider} as `{backend.model}` at `{place}`{held}"
