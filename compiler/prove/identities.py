"""The roots of expressions: the identity as it came, as the AuthPolicy makes it, and as the limits see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from compiler.prove import world
from compiler.prove.formula import FALSE, TRUE
from compiler.prove.values import Field, Headers, Record, Symbol, Table, Text, Value
from compiler.prove.view import Fetched
from compiler.prove.world import World

# The exported property on which the limits decide; its values are proved to be the selected entries' keys.
SELECTED_PROPERTY: Final = "selected_subscription"

SELECTED: Final = Text(((TRUE, Symbol(world.SELECTED)),))


def authorized(identity: Record, overrides: Mapping[str, Value], fetched: Iterable[Fetched] = ()) -> Record:
    """Give `auth` in an AuthPolicy: what the method left, with the overrides on top, and what was fetched beside it."""
    fields = {**identity.fields, **{name: Field(TRUE, value) for name, value in overrides.items()}}
    roots = {"identity": Field(TRUE, Record(identity.name, fields))}
    if secrets := {one.name: Field(TRUE, _secret(one)) for one in fetched}:
        roots["metadata"] = Field(TRUE, Record("auth.metadata", secrets, closed=True))
    return Record("auth", roots)


def _secret(one: Fetched) -> Record:
    held = Table({key: Text(((TRUE, f"what `{key}` holds"),)) for key in one.keys})
    return Record(f"auth.metadata.{one.name}", {"data": Field(TRUE if one.keys else FALSE, held)}, closed=True)


def has_field(auth: Value, name: str) -> bool:
    """Tell whether anything is known of a field of the identity."""
    identity = auth.fields["identity"].value if isinstance(auth, Record) else None
    return isinstance(identity, Record) and name in identity.fields


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
