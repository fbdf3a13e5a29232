"""What is too large for the cluster: an object, a route, or what Kuadrant makes of all limits of a gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.validate.filter import Filter

Document = Mapping[str, Any]

# Bytes of one request that etcd takes (its default, 1.5 MiB).
LARGEST: Final = 1_572_864

# Of one HTTPRoute, as its definition has it: rules, matches of a rule, and matches of all rules together.
MOST_RULES: Final = 16
MOST_MATCHES: Final = 64
MOST_SETS: Final = 128

# A character takes four bytes at most, and so does its spelling in JSON: neither YAML of ours nor CEL has control characters.
_CERTAINLY_SMALL: Final = LARGEST // 4


class Sizes:
    """Adds up what all files together make of the gateway, one file after the other."""

    def __init__(self) -> None:
        self.objects: list[Diagnostic] = []
        self.filter = Filter()

    def add(self, path: str, documents: Sequence[Document], text: str) -> None:
        """Take in a file."""
        if len(text) > _CERTAINLY_SMALL:
            self.objects += _objects(path, documents)
        self.filter.add(path, documents)

    def join(self, other: Sizes) -> None:
        """Take in what another one added up of other files."""
        self.objects += other.objects
        self.filter.join(other.filter)

    def found(self, most: int) -> Iterator[Diagnostic]:
        """Report objects that the API server refuses for their size, and a gateway whose limits are more than `most` bytes.

        Half of that is told as a warning: a platform should not learn of the end on the day that it reaches it.
        """
        yield from self.objects
        for (namespace, name), route in sorted(self.filter.routes.items()):
            if route.rules > MOST_RULES or route.most > MOST_MATCHES or route.sets > MOST_SETS:
                yield _too_many(f"{namespace}/{name}", route.rules, route.sets)
        size = self.filter.total
        if size > most // 2:
            yield _filter(size, most)


def size(document: Document) -> int:
    """Give the bytes of an object as the cluster stores it."""
    return len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def _objects(path: str, documents: Sequence[Document]) -> Iterator[Diagnostic]:
    for index, document in enumerate(documents):
        if (found := size(document)) > LARGEST:
            yield Diagnostic(
                "object-too-large",
                Severity.ERROR,
                f"an object of `{path}` has {_amount(found)}",
                Place(path, document=index),
                "the API server refuses the object, and Argo CD stops half-way through the sync",
                help="fewer groups and subscriptions on one model, or `bridge: selected`",
            )


def _too_many(name: str, rules: int, matches: int) -> Diagnostic:
    return Diagnostic(
        "route-too-large",
        Severity.ERROR,
        f"the route `{name}` has {rules} rules with {matches} matches",
        None,
        "the API server refuses the route, and the model is not served",
        help=f"a route takes {MOST_RULES} rules, {MOST_MATCHES} matches in a rule, and {MOST_SETS} together: divide it",
    )


def _filter(size: int, most: int) -> Diagnostic:
    headline = f"all limits together make about {_amount(size)} of configuration for the gateway's filter"
    advice = "fewer different budgets, `bridge: selected`, several gateways, or allow more: `gateway: {maxFilterBytes: ...}`"
    if size > most:
        headline += f", and {_amount(most)} are allowed"
        effect = "the API server takes 1.5 MB: the filter keeps its last configuration, and no change here has an effect"
        return Diagnostic("gateway-config-too-large", Severity.ERROR, headline, None, effect, help=advice)
    headline += f", more than half of the {_amount(most)} that are allowed"
    effect = "none yet: beyond it nothing compiles"
    return Diagnostic("gateway-config-large", Severity.WARNING, headline, None, effect, help=advice)


def _amount(size: int) -> str:
    return f"{size / 1_000_000:.2f} MB" if size >= 1_000_000 else f"{size / 1_000:.0f} kB"  # noqa: PLR2004 - the unit itself
