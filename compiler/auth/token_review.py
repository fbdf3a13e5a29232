"""`tokenReview`: tokens of the cluster's own users; userid and groups are what the API server says."""

from __future__ import annotations

from compiler.auth import token
from compiler.auth.memory import remembered
from compiler.expressions.identity import Facts
from compiler.kube.authpolicy import Authentication, KubernetesTokenReview
from compiler.program.methods import TokenReview


def authentication(method: TokenReview, priority: int) -> Authentication:
    """Give the rule that checks the token; without audiences Authorino would take the request's host for one."""
    return remembered(Authentication(priority, KubernetesTokenReview(method.audiences)), method.cache)


def facts(method: TokenReview, projected: frozenset[str]) -> Facts:
    """Give what the method tells of a caller."""
    return Facts(method, projected, token.USERNAME, token.GROUPS, token.GROUPS)
