"""The roots of expressions: the identity as it came, as the AuthPolicy makes it, and as the limits see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from compiler.prove import world
from compiler.prove.formula import FALSE, TRUE
from compiler.prove.values import Alternative, Field, Headers, Names, Record, Sequence, Symbol, Text, Value
from compiler.prove.world import World

# The exported property on which the limits decide; its values are proved to be the selected entries' keys.
SELECTED_PROPERTY: Final = "selected_subscription"

RAW_USERNAME: Final = Text(((TRUE, Symbol()),))
RAW_GROUPS: Final = Sequence((Alternative(TRUE, (), (Names("group", {}, TRUE),), ordered=False),))
SELECTED: Final = Text(((TRUE, Symbol(world.SELECTED)),))


def raw(of: World, overrides: Mapping[str, Value]) -> Record:
    """Give `auth` in an AuthPolicy: what a TokenReview left, with the overrides on top."""
    terms = of.terms
    user = Record(
        "auth.identity.user",
        {
            "username": Field(terms.fact(world.USERNAME), RAW_USERNAME),
            "groups": Field(terms.fact(world.GROUPS), RAW_GROUPS),
        },
    )
    fields = {"user": Field(terms.fact(world.USER), user)}
    fields.update({name: Field(TRUE, value) for name, value in overrides.items()})
    return Record("auth", {"identity": Field(TRUE, Record("auth.identity", fields))})


def exported(items: Mapping[str, Mapping[str, Value]]) -> Record:
    """Give `auth` in a limit: only what the AuthPolicy exports."""
    fields = {
        item: Field(TRUE, Record(f"auth.{item}", {name: Field(TRUE, value) for name, value in values.items()}, closed=True))
        for item, values in items.items()
    }
    return Record("auth", fields, closed=True)


def request(of: World, injected: Mapping[str, Text] | None = None) -> Record:
    """Give `request`: headers, and the path with and without its query, neither of which is ever missing.

    `injected` are headers that a policy has set before the expression is looked at.
    """
    paths: dict[str, list[int]] = {}
    for target in of.targets:
        paths.setdefault(target.partition("?")[0], []).append(of.is_target(target))
    url_path = Text(tuple((of.terms.any(guards), path) for path, guards in paths.items()))
    path = Text(tuple((of.is_target(target), target) for target in of.targets))
    return Record(
        "request",
        {
            "headers": Field(TRUE if injected else of.has_headers(), Headers(injected or {})),
            "url_path": Field(TRUE if of.targets else FALSE, url_path),
            "path": Field(TRUE if of.targets else FALSE, path),
        },
    )
