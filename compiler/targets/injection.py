"""What an accepted request carries on: facts for the limits, and headers for the backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from compiler.cel.tree import Expr
from compiler.expressions import identity, selection
from compiler.expressions.groups import Mentioned
from compiler.expressions.selection import Selection
from compiler.kube.authpolicy import Expression, Filter, Header, Properties, Selector, Success
from compiler.program.ir import GROUP_HEADER, SUBSCRIPTION_HEADER, TIER_HEADER, USERNAME_HEADER, Entry

# One filter, and before the headers: an item that fails cancels the others of its priority (evaluateResponseConfigs),
# and limits that miss `auth.identity` do not limit.
_FILTER_PRIORITY = 0
_HEADER_PRIORITY = 1

_USERID: Final = Expression(identity.USERID)
_GROUPS: Final = Expression(identity.GROUPS)
_TIER: Final = Expression(identity.TIER)
_NOTHING: Final = Expression(selection.NOTHING)
_HEADERS: Final = {
    USERNAME_HEADER: Header(_HEADER_PRIORITY, _USERID),
    # As JSON text: a list in a plain header is printed the Go way (Authorino, response plain).
    GROUP_HEADER: Header(_HEADER_PRIORITY, Selector("auth.identity.groups.@tostr")),
    TIER_HEADER: Header(_HEADER_PRIORITY, _TIER),
}

# Nearly all models find the selected entry at one place: what says so is one and the same object, and spelt once.
_PLACES: Final = 1 << 4


def success(selected: Selection, mentioned: Mentioned) -> Success:
    """Export the facts under `auth.identity`, always all of them, and inject the identity headers in lower case.

    A header of mixed case would be added beside the client's own instead of replacing it (wasm-shim, Headers::set).
    """
    key = _carried(selected.key)
    properties = {
        identity.USERID_NAME: _USERID,
        identity.GROUPS_NAME: _GROUPS,
        identity.GROUPS_STR_NAME: Expression(mentioned.joined),
        identity.TIER_NAME: _TIER,
        identity.SELECTED_NAME: key,
        identity.ORGANIZATION_NAME: _attribute(key, _organizations(selected.entries)),
        identity.COST_CENTER_NAME: _attribute(key, _cost_centers(selected.entries)),
    }
    return Success(
        filters={"identity": Filter(_FILTER_PRIORITY, Properties(properties))},
        headers=_headers(key),
    )


@lru_cache(maxsize=_PLACES)
def _carried(key: Expr) -> Expression:
    return Expression(key)


@lru_cache(maxsize=_PLACES)
def _headers(key: Expression) -> Mapping[str, Header]:
    return {**_HEADERS, SUBSCRIPTION_HEADER: Header(_HEADER_PRIORITY, key)}


def _attribute(key: Expression, values: dict[str, str]) -> Expression:
    return Expression(selection.attribute(key.expression, values)) if values else _NOTHING


def named() -> Success:
    """Export and inject who calls, where nothing is metered: the other facts are there for whatever limit asks, and empty."""
    empty = (identity.GROUPS_STR_NAME, identity.TIER_NAME, identity.SELECTED_NAME)
    properties = {
        identity.USERID_NAME: _USERID,
        identity.GROUPS_NAME: _GROUPS,
        **dict.fromkeys((*empty, identity.ORGANIZATION_NAME, identity.COST_CENTER_NAME), _NOTHING),
    }
    return Success(
        filters={"identity": Filter(_FILTER_PRIORITY, Properties(properties))},
        headers={name: _HEADERS[name] for name in (USERNAME_HEADER, GROUP_HEADER)},
    )


def _organizations(entries: Sequence[Entry]) -> dict[str, str]:
    return {entry.key: entry.metadata.organization for entry in entries if entry.metadata.organization is not None}


def _cost_centers(entries: Sequence[Entry]) -> dict[str, str]:
    return {entry.key: entry.metadata.cost_center for entry in entries if entry.metadata.cost_center is not None}
