"""`tierToken`: ServiceAccount tokens of the tier namespaces; the only groups they bring are the tiers' own.

Any ServiceAccount of the cluster can ask for a token of this audience. Two rules keep such a token worthless: of its
groups only those of the tier namespaces count, and its userid is the full `system:serviceaccount:<namespace>:<name>`,
because the last part alone would let a ServiceAccount called alice pass for the user alice.
"""

from __future__ import annotations

from compiler.auth import token
from compiler.auth.memory import remembered
from compiler.cel.build import is_in
from compiler.cel.tree import Ident, ListLit, Macro
from compiler.expressions.identity import Facts
from compiler.kube.authpolicy import Authentication, KubernetesTokenReview
from compiler.program.methods import TierToken


def authentication(method: TierToken, priority: int) -> Authentication:
    """Give the rule that checks the token."""
    return remembered(Authentication(priority, KubernetesTokenReview((method.audience,))), method.cache)


def facts(method: TierToken, projected: frozenset[str]) -> Facts:
    """Give what the method tells of a caller."""
    groups = Macro("filter", token.GROUPS, "g", is_in(Ident("g"), sorted(projected))) if projected else ListLit(())
    return Facts(method, projected, token.USERNAME, groups, token.GROUPS)
