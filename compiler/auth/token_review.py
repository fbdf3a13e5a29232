"""`tokenReview`: tokens of the cluster's own users; userid and groups are what the API server says."""

from __future__ import annotations

from compiler.auth import token
from compiler.expressions.identity import Facts
from compiler.kube.authpolicy import KubernetesTokenReview
from compiler.program.ir import TokenReview


def evaluator(method: TokenReview) -> KubernetesTokenReview:
    """Give the evaluator of the method; without audiences Authorino would take the request's host for one."""
    return KubernetesTokenReview(method.audiences)


def facts() -> Facts:
    """Give what the method tells of a caller."""
    return Facts(token.USERNAME, token.GROUPS, token.GROUPS)
