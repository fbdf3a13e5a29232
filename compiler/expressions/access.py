"""Who may reach a model at all, as conditions of the AuthPolicy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct

from compiler.cel.build import any_of, has_header, is_in, let, negate, strings
from compiler.cel.printer import quote
from compiler.cel.tree import Bool, Compare, Expr, Ident, Index, ListLit, Macro, MapLit, Str, Ternary
from compiler.expressions.identity import GROUPS, TIER, USERID, Facts
from compiler.expressions.parts import fields, names, slices
from compiler.program.ir import IDENTITY_HEADERS, Model, Tier

_STEM: Final = "granted"
# Characters of the condition apart from the groups: users, tiers, and the expression that finds the groups.
_FRAME: Final = 2_000


class Access(Struct, frozen=True, dict=True):
    """Who may call one model: callers with a grant on it, or of a tier that it lists."""

    model: Model

    def overrides(self, facts: Facts) -> dict[str, Expr]:
        """Give what the identity is to carry: nothing, unless the groups with a grant are more than one text can hold."""
        if len(self._slices) == 1:
            return {}
        return {
            name: _in_any(facts.groups, filter(facts.may_have, groups))
            for name, groups in zip(names(_STEM, len(self._slices)), self._slices, strict=True)
        }

    @property
    def allowed(self) -> Expr:
        """Tell whether the caller may; `false` where nobody may."""
        users = sorted({user for grant in self.model.grants for user in grant.subjects.users})
        ways = list(fields(_STEM, len(self._slices))) if len(self._slices) > 1 else [_in_any(GROUPS, self._slices[0])]
        ways += [is_in(USERID, users), is_in(TIER, self.model.tiers)]
        return any_of(ways)

    @cached_property
    def _slices(self) -> tuple[frozenset[str], ...]:
        groups = sorted({group for grant in self.model.grants for group in grant.subjects.groups})
        return slices({group: len(quote(group)) + 2 for group in groups}, _FRAME)


def _in_any(held: Expr, groups: Iterable[str]) -> Expr:
    wanted = sorted(groups)
    return Macro("exists", held, "g", Compare("in", Ident("g"), strings(wanted))) if wanted else Bool(value=False)


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
