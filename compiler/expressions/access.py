"""Who may reach a model at all, as conditions of the AuthPolicy."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.cel.build import any_of, has_header, is_in, let, negate, strings
from compiler.cel.tree import Compare, Expr, Ident, Index, ListLit, Macro, MapLit, Str, Ternary
from compiler.expressions.identity import GROUPS, TIER, USERID
from compiler.program.ir import IDENTITY_HEADERS, Model, Tier


def may_call(model: Model) -> Expr:
    """Tell whether the caller has a grant on the model or a tier that the model lists; `false` where nobody may."""
    groups = sorted({group for grant in model.grants for group in grant.subjects.groups})
    users = sorted({user for grant in model.grants for user in grant.subjects.users})
    ways: list[Expr] = []
    if groups:
        ways.append(Macro("exists", GROUPS, "g", Compare("in", Ident("g"), strings(groups))))
    if users:
        ways.append(is_in(USERID, users))
    if model.tiers:
        ways.append(is_in(TIER, model.tiers))
    return any_of(ways)


def brings_no(name: str) -> Expr:
    """Tell whether the request comes without a header that only the gateway may set."""
    return negate(has_header(name))


def identity_headers() -> tuple[Expr, ...]:
    """Give the conditions that refuse a request which brings an identity of its own."""
    return tuple(brings_no(name) for name in IDENTITY_HEADERS)


def projected_groups(tiers: Sequence[Tier]) -> Expr:
    """Give the one group that Kubernetes RBAC is asked about: that of the ServiceAccounts of the caller's tier.

    Asking with the caller's own groups would let a caller of a higher tier pass on a lower tier's binding.
    """
    if not tiers:
        return ListLit(())
    table = MapLit(tuple((tier.name, Str(tier.projected)) for tier in sorted(tiers, key=lambda tier: tier.name)))
    group = Index(Ident("m"), TIER)
    return let(table, "m", Ternary(Compare("in", TIER, Ident("m")), ListLit((group,)), ListLit(())))
