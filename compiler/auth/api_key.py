"""`apiKey`: keys in Secrets of the cluster; the annotations of the Secret tell whose the key is and what it is bound to.

Authorino gives the whole Secret as the identity, the key included, so nothing of it is passed on but these annotations.
"""

from __future__ import annotations

from collections.abc import Callable

from compiler.auth.reading import IDENTITY, field
from compiler.cel.tree import Compare, Expr, Ident, ListLit, Macro, Method, Str
from compiler.expressions.identity import Facts
from compiler.kube.authpolicy import ApiKey as InSecrets
from compiler.kube.authpolicy import Authentication, AuthorizationHeader, Credentials, LabelSelector
from compiler.program.keys import BOUND_ANNOTATION, GROUPS_ANNOTATION, MODELS_ANNOTATION, SEPARATOR, USER_ANNOTATION
from compiler.program.methods import ApiKey


def authentication(method: ApiKey, priority: int) -> Authentication:
    """Give the rule that finds the key."""
    credentials = Credentials(AuthorizationHeader(method.prefix))
    return Authentication(priority, api_key=InSecrets(LabelSelector(dict(method.labels))), credentials=credentials)


def facts(method: ApiKey, projected: frozenset[str]) -> Facts:
    """Give what the method tells of a caller."""
    groups = _annotation(GROUPS_ANNOTATION, ListLit(()), _names)
    return Facts(
        method=method,
        projected=projected,
        userid=_annotation(USER_ANNOTATION, Str("")),
        groups=groups,
        carried=groups,
        bound=lambda _: _annotation(BOUND_ANNOTATION, Str("")),
        models=_annotation(MODELS_ANNOTATION, ListLit(()), _names),
    )


def _annotation(name: str, default: Expr, then: Callable[[Expr], Expr] = lambda found: found) -> Expr:
    return field(IDENTITY, ("metadata", "annotations", name), default, then)


def _names(joined: Expr) -> Expr:
    """Take names apart; nothing is one empty name to `split`."""
    return Macro("filter", Method(joined, "split", (Str(SEPARATOR),)), "n", Compare("!=", Ident("n"), Str("")))
