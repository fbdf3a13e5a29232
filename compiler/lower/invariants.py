"""Lower the invariants of an Intent: claims about the Program, not part of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.intent.intent import Intent, Item
from compiler.intent.model import InvariantSpec
from compiler.intent.parse import qualify
from compiler.intent.references import EVERY_MODEL, user_aliases
from compiler.intent.scalars import window_seconds
from compiler.program.invariant import Invariant
from compiler.program.ir import Program, Rate, Subjects


def invariants(intent: Intent, program: Program) -> tuple[Invariant, ...]:
    """Give the invariants by name; every reference must have been checked before."""
    lowering = _Lowering(intent, program)
    return tuple(lowering.invariant(item) for _, item in sorted(intent.invariants.items()))


class _Lowering:
    def __init__(self, intent: Intent, program: Program) -> None:
        self._namespace = intent.platform.spec.model_namespace
        self._users: Mapping[str, str] = user_aliases(intent)
        self._tiers = {tier.name: tier.members.groups for tier in program.tiers}

    def invariant(self, item: Item[InvariantSpec]) -> Invariant:
        spec = item.spec
        callers = spec.callers
        every = EVERY_MODEL in spec.models
        return Invariant(
            name=item.name,
            callers=self._subjects(callers.groups, callers.tiers, callers.users),
            but=self._subjects(callers.not_groups, callers.not_tiers, callers.not_users),
            models=(EVERY_MODEL,) if every else tuple(qualify(name, self._namespace) for name in spec.models),
            never_access=spec.never is not None,
            at_most=Rate(spec.at_most.limit, window_seconds(spec.at_most.window)) if spec.at_most else None,
            origin=item.place,
        )

    def _subjects(self, groups: Iterable[str], tiers: Iterable[str], users: Iterable[str]) -> Subjects:
        """Give groups and users; a tier stands for all its groups, the one of its ServiceAccounts among them."""
        named = {*groups, *(group for tier in tiers for group in self._tiers[tier])}
        return Subjects(tuple(sorted(named)), tuple(sorted({self._users[user] for user in users})))
