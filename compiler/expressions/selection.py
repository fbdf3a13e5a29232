"""Which entry meters a caller: computed once, in the AuthPolicy, in a shape that grows with the entries and not their square.

The shape is one map from group to the entries it may use, asked for the caller's groups. A chain of conditions would end
at 95 arms in the gateway's filter, and mutual exclusions grow with the square (reference of the engines, section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.cel.build import equals, first_or, has_header, header, is_in, let, strings
from compiler.cel.printer import quote
from compiler.cel.tree import Compare, Concat, Expr, Ident, Index, Int, ListLit, Macro, MapLit, Str, Ternary
from compiler.expressions.identity import BINDS, BINDS_NAME, BOUND, BOUND_NAME, SELECTED, SELECTED_NAME, Facts
from compiler.expressions.parts import fields, names, slices
from compiler.program.ir import SUBSCRIPTION_HEADER, Entry, Tier

NOTHING = Str("")

_STEM: Final = "candidates"
# Who owns an entry: a kind, and a name of that kind.
_Owner = tuple[str, str]
_GROUP: Final = "group"
_USER: Final = "user"
# Characters of a selection apart from its names: guards, loops, and the expression that finds the groups.
_FRAME: Final = 2_000

# The caller's groups, bound once: the expression that finds them is long and stands for every engine's missing keys.
_GROUPS = Ident("groups")
_ASKED = Ident("asked")
# The caller's candidates, as lists of lists.
_CANDIDATES: Final = Ident("c")
# Says that a credential is bound; what it is bound to may be nothing at all.
_BINDS: Final = "yes"


def with_tier(facts: Facts, tiers: Sequence[Tier]) -> Facts:
    """Give the facts with the key of the entry of the caller's tier; `tiers` are by level, highest first."""
    return replace(facts, tier=_tier(facts, tiers, lambda tier: tier.entry.key)) if tiers else facts


def tier(facts: Facts, tiers: Sequence[Tier]) -> Expr:
    """Give the name of the caller's one tier, the highest that any of its groups has, or `""`."""
    return let(facts.carried, _GROUPS.name, _tier(facts, tiers, lambda tier: tier.name)) if tiers else NOTHING


def _tier(facts: Facts, tiers: Sequence[Tier], label: Callable[[Tier], str]) -> Expr:
    highest: dict[str, str] = {}
    for level in tiers:
        for group in filter(facts.may_have, level.members.groups):
            highest.setdefault(group, label(level))
    found = _lookup(highest, _GROUPS)
    order = strings([label(level) for level in tiers])
    return let(found, "c", first_or(_among(order, "t", Ident("c")), NOTHING))


class Selection(Struct, frozen=True, dict=True):
    """Which entry meters a caller on one target.

    `entries` are its subscriptions and teams, the winner of any subset first. A request that names an entry in the
    header gets that one if the caller may use it, and nothing otherwise; a credential that is bound to an entry gets that
    one alike, whatever the header says, on targets that it opens. `called` are the words by which it can open this one, and
    `binding` tells whether any way in has bound credentials.
    """

    entries: tuple[Entry, ...]
    tiers: tuple[Tier, ...]
    called: tuple[str, ...] = ()
    binding: bool = False

    def overrides(self, facts: Facts) -> dict[str, Expr]:
        """Give what the identity is to carry: the selected key, or the caller's candidates where one text cannot hold them."""
        if len(self._slices) == 1:
            candidates = self._candidates(facts, self._slices[0], tiered=True)
            if not candidates:
                return {SELECTED_NAME: NOTHING}
            chosen = self._bound(facts, candidates) if facts.bound else self._chosen(candidates)
            return {SELECTED_NAME: self._opened(facts, let(facts.carried, _GROUPS.name, chosen))}
        found: dict[str, Expr] = {
            name: let(facts.carried, _GROUPS.name, Concat((*self._candidates(facts, keys, tiered=not index), ListLit(()))))
            for index, (name, keys) in enumerate(zip(names(_STEM, len(self._slices)), self._slices, strict=True))
        }
        if self.binding:
            found[BINDS_NAME] = Str(_BINDS if facts.bound else "")
            found[BOUND_NAME] = self._opened(facts, facts.bound(self._all)) if facts.bound else NOTHING
        return found

    @property
    def key(self) -> Expr:
        """Give the selected key as everything after authentication sees it; `""` when there is none."""
        if len(self._slices) == 1:
            return SELECTED
        candidates = fields(_STEM, len(self._slices))
        chosen = self._chosen(candidates)
        return Ternary(equals(BINDS, _BINDS), _if_candidate(BOUND, candidates), chosen) if self.binding else chosen

    def _chosen(self, candidates: tuple[Expr, ...]) -> Expr:
        return let(Concat(candidates), _CANDIDATES.name, self._asked_or_best)

    @cached_property
    def _asked_or_best(self) -> Expr:
        """Give the candidate that the header names, or the best one where it names none; the same for all ways in."""
        best = let(_FIRSTS, "b", first_or(_among(strings(self._order), "s", Ident("b")), NOTHING))
        return Ternary(has_header(SUBSCRIPTION_HEADER), _NAMED, best)

    def _bound(self, facts: Facts, candidates: tuple[Expr, ...]) -> Expr:
        """Give the entry that the credential is bound to, if its caller may use it."""
        bound = facts.bound(self._all) if facts.bound else NOTHING
        return let(bound, _ASKED.name, _if_candidate(_ASKED, candidates))

    def _opened(self, facts: Facts, chosen: Expr) -> Expr:
        """Give nothing where the credential does not open the target."""
        if facts.models is None:
            return chosen
        return Ternary(Macro("exists", facts.models, "m", is_in(Ident("m"), self.called)), chosen, NOTHING)

    @cached_property
    def _slices(self) -> tuple[frozenset[_Owner], ...]:
        written = {key: len(quote(key)) + 2 for key in self._order}
        tiers = sum(len(quote(group)) + written[tier.entry.key] + 2 for tier in self.tiers for group in tier.members.groups)
        costs = {
            (kind, name): len(quote(name)) + 6 + sum(map(written.__getitem__, self._owned[kind, name]))
            for kind, name in sorted(self._owned)
        }
        return slices(costs, sum(written.values()) + tiers + _FRAME)

    @cached_property
    def _order(self) -> tuple[str, ...]:
        return tuple(entry.key for entry in self._all)

    @cached_property
    def _all(self) -> tuple[Entry, ...]:
        return (*self.entries, *(tier.entry for tier in self.tiers))

    @cached_property
    def _owned(self) -> Mapping[_Owner, list[str]]:
        """Map each group and user to the keys of its entries, the best first."""
        owned: dict[_Owner, list[str]] = {}
        for entry in self.entries:
            for group in entry.subjects.groups:
                owned.setdefault((_GROUP, group), []).append(entry.key)
            for user in entry.subjects.users:
                owned.setdefault((_USER, user), []).append(entry.key)
        return owned

    def _candidates(self, facts: Facts, owners: frozenset[_Owner], *, tiered: bool) -> tuple[Expr, ...]:
        """Give the caller's candidates as lists of lists, each with its best entry first and none empty."""
        kept = [(kind, name) for kind, name in owners if (facts.may_be if kind == _USER else facts.may_have)(name)]
        by_group, by_user = (
            {name: self._owned[kind, name] for kind, name in kept if kind == wanted} for wanted in (_GROUP, _USER)
        )
        parts: list[Expr] = []
        if by_group:
            parts.append(_lookup(by_group, _GROUPS))
        if by_user:
            parts.append(_lookup(by_user, ListLit((facts.userid,))))
        if facts.tier and tiered:
            parts.append(ListLit((ListLit((facts.tier,)),)))
        return tuple(parts)


def _if_candidate(key: Expr, candidates: tuple[Expr, ...]) -> Expr:
    return let(Concat(candidates), _CANDIDATES.name, _if_held(key))


def _if_held(key: Expr) -> Expr:
    return Ternary(Macro("exists", _CANDIDATES, "l", Compare("in", key, Ident("l"))), key, NOTHING)


# The entry that the header names, and the best entry of each list.
_NAMED: Final = _if_held(header(SUBSCRIPTION_HEADER))
_FIRSTS: Final = Macro("map", _CANDIDATES, "l", Index(Ident("l"), Int(0)))


def _lookup(table: Mapping[str, str | list[str]], keys: Expr) -> Expr:
    """Look up each of the keys that the table has."""
    literal = MapLit(tuple((key, _value(value)) for key, value in sorted(table.items())))
    present = Macro("filter", keys, "g", Compare("in", Ident("g"), Ident("m")))
    return let(literal, "m", Macro("map", present, "g", Index(Ident("m"), Ident("g"))))


def _value(value: str | list[str]) -> Expr:
    return Str(value) if isinstance(value, str) else strings(value)


def _among(order: Expr, variable: str, found: Expr) -> Expr:
    return Macro("filter", order, variable, Compare("in", Ident(variable), found))


def attribute(key: Expr, values: dict[str, str]) -> Expr:
    """Give the value that belongs to the selected entry, or `""`."""
    if not values:
        return NOTHING
    literal = MapLit(tuple((name, Str(value)) for name, value in sorted(values.items())))
    return let(literal, "m", Ternary(Compare("in", key, Ident("m")), Index(Ident("m"), key), NOTHING))


def has_selection(key: Expr) -> Expr:
    """Tell whether any entry was selected."""
    return Compare("!=", key, NOTHING)
