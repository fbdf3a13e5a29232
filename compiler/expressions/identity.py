"""Where each fact about the caller stands: in the identity as it came, and after our overrides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from compiler.cel.build import path
from compiler.cel.tree import Expr
from compiler.program.ir import Entry
from compiler.program.methods import Method, vouches_for_group, vouches_for_user


class Facts(Struct, frozen=True):
    """What an authentication method tells of a caller, over the identity as it came.

    `userid` is a string, `groups` a list of strings; both have a value whatever the identity looks like. A table of groups
    that the method may tell of may be asked for `carried`, which are the groups as they came; `projected` are the tiers' own
    groups. Where credentials are bound, `bound` gives the key of the one entry among some that the credential is bound to, or
    `""`, and `models` is the list of those that it opens. `tier` is the key of the entry of the caller's tier, or `""`, where
    the groups are bound to a name; None on a platform without tiers.
    """

    method: Method
    projected: frozenset[str]
    userid: Expr
    groups: Expr
    carried: Expr
    bound: Callable[[Sequence[Entry]], Expr] | None = None
    models: Expr | None = None
    tier: Expr | None = None

    def may_have(self, group: str) -> bool:
        """Tell whether a caller of this method could be in the group."""
        return vouches_for_group(self.method, group, self.projected)

    def may_be(self, user: str) -> bool:
        """Tell whether a caller of this method could be the user."""
        return vouches_for_user(self.method, user)


# After the overrides of the AuthPolicy, and exported to the limits under the same names.
USERID: Final = path("auth", "identity", "userid")
GROUPS: Final = path("auth", "identity", "groups")
GROUPS_STR: Final = path("auth", "identity", "groups_str")
TIER: Final = path("auth", "identity", "tier")
SELECTED: Final = path("auth", "identity", "selected_subscription")
METHOD: Final = path("auth", "identity", "method")
BINDS: Final = path("auth", "identity", "binds")
BOUND: Final = path("auth", "identity", "bound")
URL_PATH: Final = path("request", "url_path")

USERID_NAME: Final = "userid"
GROUPS_NAME: Final = "groups"
GROUPS_STR_NAME: Final = "groups_str"
TIER_NAME: Final = "tier"
SELECTED_NAME: Final = "selected_subscription"
METHOD_NAME: Final = "method"
BINDS_NAME: Final = "binds"
BOUND_NAME: Final = "bound"
ORGANIZATION_NAME: Final = "organization"
COST_CENTER_NAME: Final = "cost_center"
