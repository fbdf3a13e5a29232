"""What is too large for the cluster: an object of ours, or the one object that Kuadrant makes of all limits of a gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from compiler.diagnostics.model import Diagnostic, Place, Severity

Document = Mapping[str, Any]

# Bytes of one request that etcd takes (its default, 1.5 MiB).
LARGEST: Final = 1_572_864

# Bytes that one limit and one route take in the filter's configuration, apart from the predicates, as Kuadrant's operator
# writes it up to 1.5: each limit stands in every route below its target, and a token limit twice, as a check and a report.
_ROUTE: Final = 450
_TOKEN_LIMIT: Final = 900
_REQUEST_LIMIT: Final = 450


def check(documents: Mapping[str, tuple[Document, ...]], texts: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Report objects that the API server refuses for their size, and a gateway whose limits it will."""
    for path, text in texts.items():
        if len(text) > LARGEST // 4:  # no character takes more than four bytes
            yield from _objects(path, text)
    size = _filter_configuration(documents)
    if size > LARGEST:
        yield Diagnostic(
            "gateway-config-too-large",
            Severity.WARNING,
            f"all limits together make about {size / 1_000_000:.1f} MB of configuration for the gateway's filter",
            None,
            "the API server takes 1.5 MB: the filter would keep its last configuration, and no change here would have an effect",
            help="fewer different budgets, `bridge: selected`, or several gateways",
        )


def _objects(path: str, text: str) -> Iterator[Diagnostic]:
    for index, part in enumerate(text.split("\n---\n")):
        size = len(part.encode())
        if size > LARGEST:
            yield Diagnostic(
                "object-too-large",
                Severity.ERROR,
                f"an object of `{path}` has {size / 1_000_000:.1f} MB",
                Place(path, document=index),
                "the API server refuses the object, and Argo CD stops half-way through the sync",
                help="fewer groups and subscriptions on one model, or `bridge: selected`",
            )


def _filter_configuration(documents: Mapping[str, tuple[Document, ...]]) -> int:
    """Estimate the bytes of the filter's configuration from below: a route counts once, however many matches it has."""
    objects = [document for found in documents.values() for document in found]
    models = sum(path.startswith("models/") and not path.endswith("kustomization.yaml") for path in documents)
    size = models * _ROUTE
    for document in objects:
        kind = document.get("kind")
        if kind in ("TokenRateLimitPolicy", "RateLimitPolicy"):
            spec = document["spec"]
            routes = models if spec["targetRef"]["kind"] == "Gateway" else 1
            size += routes * sum(_limit(limit, tokens=kind == "TokenRateLimitPolicy") for limit in spec["limits"].values())
    return size


def _limit(limit: Document, *, tokens: bool) -> int:
    predicates = sum(len(one["predicate"]) for one in limit.get("when", ()))
    return _TOKEN_LIMIT + 2 * predicates if tokens else _REQUEST_LIMIT + predicates
