"""What the API server writes into objects of the emitted kinds by itself: the defaults of their definitions, and nothing else.

The definitions are CustomResourceDefinitions with `default:` where `source` names one, and Kubernetes' own code otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

# `*` stands for every item of a list and every name of a mapping.
Path = tuple[str, ...]


class Defaults(Struct, frozen=True):
    """The defaults of a kind by their paths, those of parents before those of what is in them."""

    kind: str
    group: str
    source: str
    values: tuple[tuple[str, object], ...]

    def each(self) -> Iterator[tuple[Path, object]]:
        """Give each path with the value that the server writes where there is none."""
        for path, value in self.values:
            yield tuple(path.split(".")), value


_EVERYTHING: Final = {"path": {"type": "PathPrefix", "value": "/"}}


def _evaluators(where: str) -> tuple[tuple[str, object], ...]:
    return ((f"{where}.*.metrics", False), (f"{where}.*.priority", 0), (f"{where}.*.cache.ttl", 60))


def _backend(where: str) -> tuple[tuple[str, object], ...]:
    return ((f"{where}.group", ""), (f"{where}.kind", "Service"))


DEFAULTS: Final = (
    Defaults(
        "HTTPRoute",
        "gateway.networking.k8s.io",
        "gateway.networking.k8s.io_httproutes.yaml of Gateway API 1.4",
        (
            ("spec.parentRefs.*.group", "gateway.networking.k8s.io"),
            ("spec.parentRefs.*.kind", "Gateway"),
            ("spec.rules", [{"matches": [_EVERYTHING]}]),
            ("spec.rules.*.matches", [_EVERYTHING]),
            ("spec.rules.*.matches.*.path", _EVERYTHING["path"]),
            ("spec.rules.*.matches.*.path.type", "PathPrefix"),
            ("spec.rules.*.matches.*.path.value", "/"),
            ("spec.rules.*.matches.*.headers.*.type", "Exact"),
            ("spec.rules.*.matches.*.queryParams.*.type", "Exact"),
            *_backend("spec.rules.*.backendRefs.*"),
            ("spec.rules.*.backendRefs.*.weight", 1),
            *(
                default
                for where in ("spec.rules.*.filters.*", "spec.rules.*.backendRefs.*.filters.*")
                for default in (
                    *_backend(f"{where}.requestMirror.backendRef"),
                    (f"{where}.requestMirror.fraction.denominator", 100),
                    (f"{where}.requestRedirect.statusCode", 302),
                    (f"{where}.cors.maxAge", 5),
                )
            ),
        ),
    ),
    Defaults(
        "AuthPolicy",
        "kuadrant.io",
        "kuadrant.io_authpolicies.yaml of Kuadrant 1.3 to 1.5",
        (
            *_evaluators("spec.rules.authentication"),
            ("spec.rules.authentication.*.apiKey.allNamespaces", False),
            ("spec.rules.authentication.*.x509.allNamespaces", False),
            ("spec.rules.authentication.*.oauth2Introspection.credentialsRef.name", ""),
            *_evaluators("spec.rules.metadata"),
            ("spec.rules.metadata.*.http.contentType", "application/x-www-form-urlencoded"),
            ("spec.rules.metadata.*.http.method", "GET"),
            ("spec.rules.metadata.*.http.oauth2.cache", True),
            ("spec.rules.metadata.*.uma.credentialsRef.name", ""),
            *_evaluators("spec.rules.authorization"),
            ("spec.rules.authorization.*.opa.allValues", False),
            ("spec.rules.authorization.*.opa.externalPolicy.contentType", "application/x-www-form-urlencoded"),
            ("spec.rules.authorization.*.opa.externalPolicy.method", "GET"),
            ("spec.rules.authorization.*.opa.externalPolicy.oauth2.cache", True),
            ("spec.rules.authorization.*.opa.version", "v0"),
            *_evaluators("spec.rules.response.success.filters"),
            *_evaluators("spec.rules.response.success.headers"),
            *_evaluators("spec.rules.callbacks"),
            ("spec.rules.callbacks.*.http.contentType", "application/x-www-form-urlencoded"),
            ("spec.rules.callbacks.*.http.method", "GET"),
            ("spec.rules.callbacks.*.http.oauth2.cache", True),
        ),
    ),
    # Neither kind of limits has a default: kuadrant.io_tokenratelimitpolicies.yaml, kuadrant.io_ratelimitpolicies.yaml.
    Defaults(
        "ExternalSecret",
        "external-secrets.io",
        "external-secrets.io_externalsecrets.yaml, v1",
        (
            ("spec.refreshInterval", "1h0m0s"),
            ("spec.target", {"creationPolicy": "Owner", "deletionPolicy": "Retain"}),
            ("spec.target.creationPolicy", "Owner"),
            ("spec.target.deletionPolicy", "Retain"),
            ("spec.target.template.engineVersion", "v2"),
            ("spec.target.template.mergePolicy", "Replace"),
            ("spec.target.template.templateFrom.*.target", "Data"),
            ("spec.target.template.templateFrom.*.configMap.items.*.templateAs", "Values"),
            ("spec.target.template.templateFrom.*.secret.items.*.templateAs", "Values"),
            ("spec.data.*.remoteRef.conversionStrategy", "Default"),
            ("spec.data.*.remoteRef.decodingStrategy", "None"),
            ("spec.data.*.remoteRef.metadataPolicy", "None"),
            ("spec.data.*.sourceRef.generatorRef.apiVersion", "generators.external-secrets.io/v1alpha1"),
        ),
    ),
    Defaults(
        "RoleBinding",
        "rbac.authorization.k8s.io",
        "Kubernetes, pkg/apis/rbac/v1/defaults.go; a ServiceAccount's group is empty",
        (("roleRef.apiGroup", "rbac.authorization.k8s.io"), ("subjects.*.apiGroup", "rbac.authorization.k8s.io")),
    ),
    Defaults(
        "Service",
        "",
        "Kubernetes, pkg/apis/core/v1/defaults.go; of kind ExternalName, which has no address of the cluster's own",
        (("spec.sessionAffinity", "None"), ("spec.ports.*.protocol", "TCP")),
    ),
    Defaults("Secret", "", "Kubernetes, pkg/apis/core/v1/defaults.go", (("type", "Opaque"),)),
)


_OF_ACCOUNT: Final = "kubernetes.io/service-account-token"


def filled_in(data: Mapping[str, object]) -> frozenset[str]:
    """Give the fields that controllers fill in where nothing is written: the values of a token, and what an account holds.

    Kubernetes, pkg/controller/serviceaccount/tokens_controller.go, and OpenShift's controller of pull secrets.
    """
    match data.get("kind"):
        case "ServiceAccount":
            return frozenset({"secrets", "imagePullSecrets"})
        case "Secret" if data.get("type") == _OF_ACCOUNT:
            return frozenset({"data"})
        case _:
            return frozenset()


def defaults_of(group: str, kind: str) -> tuple[tuple[Path, object], ...]:
    """Give the defaults of a kind; none where it has none, or is none that we know."""
    return tuple(each for one in DEFAULTS if (one.group, one.kind) == (group, kind) for each in one.each())
