"""`tierToken`: ServiceAccount tokens of the tier namespaces; the only groups they bring are the tiers' own.

Any ServiceAccount of the cluster can ask for a token of this audience. Two rules keep such a token worthless: of its
groups only those of the tier namespaces count, and its userid is the full `system:serviceaccount:<namespace>:<name>`,
because the last part alone would let a ServiceAccount called alice pass for the user alice.
"""

from __future__ import annotations

from collections.abc import Sequence

from compiler.auth import token
from compiler.cel.build import is_in
from compiler.cel.tree import Ident, ListLit, Macro
from compiler.expressions.identity import Facts
from compiler.kube.authpolicy import KubernetesTokenReview
from compiler.program.ir import Tier, TierToken


def evaluator(method: TierToken) -> KubernetesTokenReview:
    """Give the evaluator of the method."""
    return KubernetesTokenReview((method.audience,))


def facts(tiers: Sequence[Tier]) -> Facts:
    """Give what the method tells of a caller."""
    projected = sorted(tier.projected for tier in tiers)
    groups = Macro("filter", token.GROUPS, "g", is_in(Ident("g"), projected)) if projected else ListLit(())
    return Facts(token.USERNAME, groups, token.GROUPS, frozenset(projected))
