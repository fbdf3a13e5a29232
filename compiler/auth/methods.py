"""All methods behind one question: which rule accepts a credential, and which facts come with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from compiler.auth import api_key, introspection, oidc, tier_token, token_review
from compiler.expressions.identity import Facts
from compiler.kube.authpolicy import Authentication, Some
from compiler.program.ir import Tier
from compiler.program.methods import ApiKey, Introspection, Method, Oidc, TierToken, TokenReview


def authentication(method: Method, priority: int) -> Authentication:
    """Give the rule that checks the credential; of two rules the one with the lower priority is tried first."""
    match method:
        case TokenReview():
            return token_review.authentication(method, priority)
        case TierToken():
            return tier_token.authentication(method, priority)
        case Oidc():
            return oidc.authentication(method, priority)
        case ApiKey():
            return api_key.authentication(method, priority)
        case Introspection():
            return introspection.authentication(method, priority)
        case _:
            assert_never(method)


def facts(method: Method, tiers: Sequence[Tier]) -> Facts:
    """Give what the method tells of a caller once the credential is accepted."""
    projected = frozenset(tier.projected for tier in tiers)
    match method:
        case TokenReview():
            return token_review.facts(method, projected)
        case TierToken():
            return tier_token.facts(method, projected)
        case Oidc():
            return oidc.facts(method, projected)
        case ApiKey():
            return api_key.facts(method, projected)
        case Introspection():
            return introspection.facts(method, projected)
        case _:
            assert_never(method)


def genuine(methods: Sequence[Method]) -> tuple[Some, ...]:
    """Give what must hold of every accepted credential besides; nothing where the evaluators check all there is."""
    return tuple(oidc.genuine(method) for method in methods if isinstance(method, Oidc))
