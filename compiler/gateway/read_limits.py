"""Reads RateLimitPolicies and TokenRateLimitPolicies."""

from __future__ import annotations

import re
from typing import Final, Literal

from compiler.gateway.manifests import Meta
from compiler.gateway.policies import WHEN_KEY, Cel, Limit, Policy, Rate, Rule
from compiler.gateway.read_values import cel, predicate, target, when
from compiler.gateway.strategies import body_of
from compiler.gateway.strict import Node, bad, need
from compiler.gateway.texts import FILTER

_WINDOW: Final = re.compile(r"(?:[0-9]{1,5}(?:h|m|s|ms)){1,4}\Z", re.ASCII)
_PART: Final = re.compile(r"([0-9]{1,5})(ms|h|m|s)", re.ASCII)
_MILLISECONDS: Final = {"h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_MILLI: Final = 1_000

_POISON: Final = "Limitador refuses the whole limits file: no limit of the cluster is updated, and none is left after a restart"


def limit_policy(kind: Literal["RateLimitPolicy", "TokenRateLimitPolicy"], meta: Meta, spec: Node) -> Policy:
    """Read the spec of a policy that limits requests or tokens.

    Raises:
        BadManifestError: it is none.
    """
    body = body_of(spec, "limits", "when")
    rules: list[tuple[str, Rule]] = []
    if "when" in body.fields:
        rules.append((WHEN_KEY, when(body.fields["when"])))
    limits = [(f"limit#{name}", _limit(name, entry)) for name, entry in need(body.fields, "limits", body.node).members()]
    if not limits:
        raise bad("the policy holds no limit", body.node.place)
    return Policy(
        kind=kind,
        namespace=meta.namespace,
        name=meta.name,
        target=target(body.reference),
        strategy=body.strategy,
        rules=(*rules, *limits),
        created=meta.created,
        place=meta.place,
    )


def _limit(name: str, node: Node) -> Limit:
    fields = node.fields("rates", "when", "counters")
    return Limit(
        name=name,
        rates=tuple(_rate(item) for item in fields["rates"].items()) if "rates" in fields else (),
        when=tuple(predicate(item) for item in fields["when"].items()) if "when" in fields else (),
        counters=tuple(_counter(item) for item in fields["counters"].items()) if "counters" in fields else (),
        place=node.place,
    )


def _rate(node: Node) -> Rate:
    fields = node.fields("limit", "window")
    window = need(fields, "window", node)
    return Rate(max(need(fields, "limit", node).number(), 0), _seconds(window.text(), window), node.place)


def _seconds(text: str, node: Node) -> int:
    """Give the whole seconds of a window; the operator drops the rest."""
    if not _WINDOW.match(text):
        raise bad(f"`{text}` is no window such as `1h30m`", node.place)
    return sum(int(amount) * _MILLISECONDS[unit] for amount, unit in _PART.findall(text)) // _MILLI


def _counter(node: Node) -> Cel:
    """Read a counter; its text is put between double quotes for Limitador, so that a quote or a line break ends it."""
    text = need(node.fields("expression"), "expression", node)
    written = text.text()
    if '"' in written or "\n" in written.strip() or "\r" in written.strip():
        raise bad("a counter holds a double quote or a line break", text.place, _POISON)
    return cel(text, FILTER)
