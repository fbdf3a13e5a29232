"""Lower the invariants of an Intent: claims about the Program, not part of it."""

from __future__ import annotations

from compiler.intent.intent import Intent, Item
from compiler.intent.model import InvariantSpec
from compiler.intent.parse import qualify
from compiler.intent.references import EVERY_MODEL, user_aliases
from compiler.intent.scalars import window_seconds
from compiler.program.invariant import Invariant
from compiler.program.ir import Rate


def invariants(intent: Intent) -> tuple[Invariant, ...]:
    """Give the invariants by name; every reference must have been checked before."""
    return tuple(_invariant(item, intent) for _, item in sorted(intent.invariants.items()))


def _invariant(item: Item[InvariantSpec], intent: Intent) -> Invariant:
    spec = item.spec
    namespace = intent.platform.spec.model_namespace
    users = user_aliases(intent)
    every = EVERY_MODEL in spec.models
    return Invariant(
        name=item.name,
        groups=tuple(spec.callers.groups),
        not_groups=tuple(spec.callers.not_groups),
        users=tuple(users[user] for user in spec.callers.users),
        models=(EVERY_MODEL,) if every else tuple(qualify(name, namespace) for name in spec.models),
        never_access=spec.never is not None,
        at_most=Rate(spec.at_most.limit, window_seconds(spec.at_most.window)) if spec.at_most else None,
        origin=item.place,
    )
