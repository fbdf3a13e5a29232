"""All methods behind one question: which evaluator, and which facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from compiler.auth import tier_token, token_review
from compiler.expressions.identity import Facts
from compiler.kube.authpolicy import KubernetesTokenReview
from compiler.program.ir import Method, Tier, TierToken, TokenReview


def evaluator(method: Method) -> KubernetesTokenReview:
    """Give the evaluator that checks the credential."""
    match method:
        case TokenReview():
            return token_review.evaluator(method)
        case TierToken():
            return tier_token.evaluator(method)
        case _:
            assert_never(method)


def facts(method: Method, tiers: Sequence[Tier]) -> Facts:
    """Give what the method tells of a caller once the credential is accepted."""
    match method:
        case TokenReview():
            return token_review.facts()
        case TierToken():
            return tier_token.facts(tiers)
        case _:
            assert_never(method)
