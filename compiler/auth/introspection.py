"""`introspection`: keys that a service is asked about; its answer tells whose a key is, its team and its models.

Authorino refuses a key whose answer is not there or not `active` (identity/oauth2.go). Names that Kubernetes keeps to itself
do not count: the service speaks for teams, not for the cluster.
"""

from __future__ import annotations

from collections.abc import Sequence

from compiler.auth.memory import remembered
from compiler.auth.reading import IDENTITY, all_unreserved, field, unreserved
from compiler.cel.build import let
from compiler.cel.tree import Compare, Expr, Ident, Index, ListLit, MapLit, Str, Ternary
from compiler.expressions.identity import Facts
from compiler.kube.authpolicy import Authentication, AuthorizationHeader, Credentials, OAuth2Introspection, Reference
from compiler.program.ir import Entry
from compiler.program.methods import Introspection


def authentication(method: Introspection, priority: int) -> Authentication:
    """Give the rule that asks the service."""
    asking = Authentication(
        priority,
        oauth2_introspection=OAuth2Introspection(method.endpoint, Reference(method.secret)),
        credentials=Credentials(AuthorizationHeader(method.prefix)),
    )
    return remembered(asking, method.cache)


def facts(method: Introspection, projected: frozenset[str]) -> Facts:
    """Give what the method tells of a caller."""
    groups = field(IDENTITY, method.groups, ListLit(()))
    return Facts(
        method=method,
        projected=projected,
        userid=unreserved(field(IDENTITY, method.user, Str(""))),
        groups=all_unreserved(groups),
        carried=groups,
        bound=lambda entries: _bound(method, entries),
        models=field(IDENTITY, method.models, ListLit(())),
    )


def _bound(method: Introspection, entries: Sequence[Entry]) -> Expr:
    """Give the entry of the team that the answer names."""
    keys = tuple((entry.name, Str(entry.key)) for entry in sorted(entries, key=lambda one: one.name) if entry.kind == "team")
    if not keys:
        return Str("")
    team = field(IDENTITY, method.team, Str(""))
    found = Ternary(Compare("in", Ident("t"), Ident("m")), Index(Ident("m"), Ident("t")), Str(""))
    return let(team, "t", let(MapLit(keys), "m", found))
