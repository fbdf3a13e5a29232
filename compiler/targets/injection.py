"""What an accepted request carries on: facts for the limits, and headers for the backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from compiler.cel.tree import Str
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
_HEADERS: Final = {
    USERNAME_HEADER: Header(_HEADER_PRIORITY, _USERID),
    # As JSON text: a list in a plain header is printed the Go way (Authorino, response plain).
    GROUP_HEADER: Header(_HEADER_PRIORITY, Selector("auth.identity.groups.@tostr")),
    TIER_HEADER: Header(_HEADER_PRIORITY, _TIER),
}


def success(selected: Selection, mentioned: Mentioned) -> Success:
    """Export the facts under `auth.identity`, always all of them, and inject the identity headers in lower case.

    A header of mixed case would be added beside the client's own instead of replacing it (wasm-shim, Headers::set).
    """
    key = Expression(selected.key)
    properties = {
        identity.USERID_NAME: _USERID,
        identity.GROUPS_NAME: _GROUPS,
        identity.GROUPS_STR_NAME: Expression(mentioned.joined),
        identity.TIER_NAME: _TIER,
        identity.SELECTED_NAME: key,
        identity.ORGANIZATION_NAME: Expression(selection.attribute(selected.key, _organizations(selected.entries))),
        identity.COST_CENTER_NAME: Expression(selection.attribute(selected.key, _cost_centers(selected.entries))),
    }
    return Success(
        filters={"identity": Filter(_FILTER_PRIORITY, Properties(properties))},
        headers={**_HEADERS, SUBSCRIPTION_HEADER: Header(_HEADER_PRIORITY, key)},
    )


def named() -> Success:
    """Export and inject who calls, where nothing is metered: the other facts are there for whatever limit asks, and empty."""
    nothing = Expression(Str(""))
    empty = (identity.GROUPS_STR_NAME, identity.TIER_NAME, identity.SELECTED_NAME)
    properties = {
        identity.USERID_NAME: _USERID,
        identity.GROUPS_NAME: _GROUPS,
        **dict.fromkeys((*empty, identity.ORGANIZATION_NAME, identity.COST_CENTER_NAME), nothing),
    }
    return Success(
        filters={"identity": Filter(_FILTER_PRIORITY, Properties(properties))},
        headers={name: _HEADERS[name] for name in (USERNAME_HEADER, GROUP_HEADER)},
    )


def _organizations(entries: Sequence[Entry]) -> dict[str, str]:
    return {entry.key: entry.metadata.organization for entry in entries if entry.metadata.organization is not None}


def _cost_centers(entries: Sequence[Entry]) -> dict[str, str]:
    return {entry.key: entry.metadata.cost_center for entry in entries if entry.metadata.cost_center is not None}
