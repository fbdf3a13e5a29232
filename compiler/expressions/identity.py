"""Where each fact about the caller stands: in the identity as it came, and after our overrides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from compiler.cel.build import path
from compiler.cel.tree import Expr


@dataclass(frozen=True)
class Facts:
    """What an authentication method tells of a caller, over the identity as it came.

    `userid` is a string, `groups` a list of strings; both have a value whatever the identity looks like. `possible` are
    the only groups the method can tell of, or None where it could be any; a table of possible groups may be asked for
    `carried`, which are the groups as they came.
    """

    userid: Expr
    groups: Expr
    carried: Expr
    possible: frozenset[str] | None = None

    def may_have(self, group: str) -> bool:
        """Tell whether a caller of this method could be in the group."""
        return self.possible is None or group in self.possible


# After the overrides of the AuthPolicy, and exported to the limits under the same names.
USERID: Final = path("auth", "identity", "userid")
GROUPS: Final = path("auth", "identity", "groups")
GROUPS_STR: Final = path("auth", "identity", "groups_str")
TIER: Final = path("auth", "identity", "tier")
SELECTED: Final = path("auth", "identity", "selected_subscription")
URL_PATH: Final = path("request", "url_path")

USERID_NAME: Final = "userid"
GROUPS_NAME: Final = "groups"
GROUPS_STR_NAME: Final = "groups_str"
TIER_NAME: Final = "tier"
SELECTED_NAME: Final = "selected_subscription"
ORGANIZATION_NAME: Final = "organization"
COST_CENTER_NAME: Final = "cost_center"
