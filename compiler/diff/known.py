"""The names that either side of a comparison knows, so that what a user types can be held against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from compiler.diff.side import Side
from compiler.intent.references import user_aliases
from compiler.program.ir import EVERYBODY
from compiler.program.mentioned import mentioned
from compiler.program.methods import Method, TokenReview


class Known(Struct, frozen=True):
    """Models, entries that meter, groups and tiers by name; `users` gives the name that an e-mail address or a subject is of.

    `everybody` are the groups that people have who bring a token of the cluster.
    """

    models: frozenset[str]
    entries: frozenset[str]
    groups: frozenset[str]
    users: Mapping[str, str]
    everybody: frozenset[str] = frozenset()


def known(sides: Iterable[Side]) -> Known:
    """Give what is declared or mentioned on any side; where two sides differ, the later one says whose address it is."""
    models: set[str] = set()
    entries: set[str] = set()
    groups: set[str] = set()
    users: dict[str, str] = {}
    methods: list[Method] = []
    for side in sides:
        methods += side.program.platform.methods
        for model in side.program.models:
            models |= {model.id, model.name}
            entries |= {entry.key for entry in side.program.precedence(model)}
        in_groups, named = mentioned((side.program,))
        groups |= in_groups
        users |= {name: name for name in named}
        if side.intent is not None:
            groups |= side.intent.groups.keys()
            users |= user_aliases(side.intent)
    everybody = {EVERYBODY} if any(isinstance(one, TokenReview) for one in methods) else set()
    return Known(frozenset(models), frozenset(entries), frozenset(groups), users, frozenset(everybody))
