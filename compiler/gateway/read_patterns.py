"""Reads patterns: the conditions that Authorino matches."""

from __future__ import annotations

from typing import Final

from compiler.gateway.policies import Pattern
from compiler.gateway.read_values import cel, selector
from compiler.gateway.strict import Node, need
from compiler.gateway.texts import AUTHORINO

_OPERATORS: Final = ("eq", "neq", "incl", "excl", "matches")


def patterns(node: Node) -> tuple[Pattern, ...]:
    """Read a list of patterns; an entry may be empty, which is read as it stands."""
    return tuple(_pattern(item) for item in node.items())


def named_patterns(node: Node) -> tuple[Pattern, ...]:
    """Read the patterns behind a name: these can only compare."""
    return tuple(_comparison(item, item.fields("selector", "operator", "value")) for item in node.items())


def _pattern(node: Node) -> Pattern:
    fields = node.fields("selector", "operator", "value", "predicate", "patternRef", "all", "any")
    compared = _comparison(node, fields)
    return Pattern(
        place=node.place,
        selector=compared.selector,
        operator=compared.operator,
        value=compared.value,
        predicate=cel(fields["predicate"], AUTHORINO) if "predicate" in fields else None,
        reference=need(fields, "patternRef", node).text() if "patternRef" in fields else "",
        every=patterns(fields["all"]) if "all" in fields else (),
        some=patterns(fields["any"]) if "any" in fields else (),
    )


def _comparison(node: Node, fields: dict[str, Node]) -> Pattern:
    return Pattern(
        place=node.place,
        selector=selector(fields["selector"]).path if "selector" in fields else "",
        operator=fields["operator"].one_of(*_OPERATORS) if "operator" in fields else "",
        value=fields["value"].string() if "value" in fields else "",
    )
