"""What a Kubernetes TokenReview leaves in the identity, read so that no missing key is an error."""

from __future__ import annotations

from typing import Final

from compiler.cel.build import path
from compiler.cel.tree import Expr, Has, ListLit, Select, Str, Ternary

_IDENTITY: Final = path("auth", "identity")


def _of_user(field: str, default: Expr) -> Expr:
    """Read `auth.identity.user.<field>`; Authorino leaves out what is empty (TokenReviewStatus has omitempty throughout)."""
    user = Select(_IDENTITY, "user")
    found = Select(user, field)
    return Ternary(Has(user), Ternary(Has(found), found, default), default)


USERNAME: Final = _of_user("username", Str(""))
GROUPS: Final = _of_user("groups", ListLit(()))
