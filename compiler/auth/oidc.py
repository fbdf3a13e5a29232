"""`oidc`: tokens that an identity provider such as Keycloak signs; names that Kubernetes keeps to itself do not count.

Authorino verifies the signature and the age of a token, and neither its issuer nor its audience (identity/jwt.go,
tokenVerifierConfig skips both checks): a token that the realm made for any other client would do. So a rule compares both.
"""

from __future__ import annotations

from typing import Final

from compiler.auth.reading import IDENTITY, all_unreserved, field, unreserved
from compiler.cel.build import negate
from compiler.cel.tree import Compare, ListLit, Str
from compiler.expressions.identity import METHOD, Facts
from compiler.kube.authpolicy import Authentication, Comparison, Every, Jwt, Predicate, Some
from compiler.program.methods import Oidc

# Seconds after which the issuer is asked anew where its keys are.
_REFRESHED: Final = 300


def authentication(method: Oidc, priority: int) -> Authentication:
    """Give the rule that verifies the token."""
    return Authentication(priority, jwt=Jwt(method.issuer, _REFRESHED))


def facts(method: Oidc, projected: frozenset[str]) -> Facts:
    """Give what the method tells of a caller; a claim of another type than it should have is an error, and refuses the token."""
    groups = field(IDENTITY, method.groups, ListLit(()))
    userid = unreserved(field(IDENTITY, method.username, Str("")))
    return Facts(method, projected, userid, all_unreserved(groups), groups)


def genuine(method: Oidc) -> Some:
    """Ask that a token of the method is from its issuer and for its audience.

    By selectors, because `aud` is a string or a list and CEL cannot tell which without an error; both must be there, since
    a selector that finds nothing equals nothing that is not empty.
    """
    issuer = Comparison("auth.identity.iss", "eq", method.issuer)
    audience = Comparison("auth.identity.aud", "incl", method.audience)
    return Some((Predicate(negate(Compare("==", METHOD, Str(method.name)))), Every((issuer, audience))))
