"""What is too large for the cluster: an object of ours, or the one object that Kuadrant makes of all limits of a gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
_LIMITING: Final = ("TokenRateLimitPolicy", "RateLimitPolicy")


class Sizes:
    """Adds up what all files together make of the gateway, one file after the other."""

    def __init__(self) -> None:
        self._objects: list[Diagnostic] = []
        self._models = 0
        self._once = 0
        self._in_each_route = 0

    def add(self, path: str, documents: Sequence[Document], text: str) -> None:
        """Take in a file: a route counts once, however many matches it has, so that the sum is an estimate from below."""
        if len(text) > LARGEST // 4:  # no character takes more than four bytes
            self._objects += _objects(path, text)
        self._models += path.startswith("models/") and not path.endswith("kustomization.yaml")
        for document in documents:
            if document.get("kind") in _LIMITING:
                tokens = document["kind"] == "TokenRateLimitPolicy"
                size = sum(_limit(limit, tokens=tokens) for limit in document["spec"]["limits"].values())
                if document["spec"]["targetRef"]["kind"] == "Gateway":
                    self._in_each_route += size
                else:
                    self._once += size

    def join(self, other: Sizes) -> None:
        """Take in what another one added up of other files."""
        self._objects += other._objects
        self._models += other._models
        self._once += other._once
        self._in_each_route += other._in_each_route

    def found(self) -> Iterator[Diagnostic]:
        """Report objects that the API server refuses for their size, and a gateway whose limits it will."""
        yield from self._objects
        size = self._models * (_ROUTE + self._in_each_route) + self._once
        if size > LARGEST:
            yield Diagnostic(
                "gateway-config-too-large",
                Severity.WARNING,
                f"all limits together make about {size / 1_000_000:.1f} MB of configuration for the gateway's filter",
                None,
                "the API server takes 1.5 MB: the filter would keep its last configuration, and no change here would have an "
                "effect",
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


def _limit(limit: Document, *, tokens: bool) -> int:
    predicates = sum(len(one["predicate"]) for one in limit.get("when", ()))
    return _TOKEN_LIMIT + 2 * predicates if tokens else _REQUEST_LIMIT + predicates
