"""Which entry meters a caller: computed once, in the AuthPolicy, in a shape that grows with the entries and not their square.

The shape is one map from group to the entries it may use, asked for the caller's groups. A chain of conditions would end
at 95 arms in the gateway's filter, and mutual exclusions grow with the square (reference of the engines, section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from compiler.cel.build import first_or, has_header, header, let, strings
from compiler.cel.tree import Compare, Concat, Expr, Ident, Index, Int, ListLit, Macro, MapLit, Str, Ternary
from compiler.expressions.identity import Facts
from compiler.program.ir import SUBSCRIPTION_HEADER, Entry, Tier

NOTHING = Str("")


# The caller's groups, bound once: the expression that finds them is long and stands for every engine's missing keys.
_GROUPS = Ident("groups")


def tier(facts: Facts, tiers: Sequence[Tier], label: Callable[[Tier], str]) -> Expr:
    """Give the label of the caller's one tier, the highest that any of its groups has, or `""`.

    `tiers` are by level, highest first.
    """
    return let(facts.carried, _GROUPS.name, _tier(facts, tiers, label)) if tiers else NOTHING


def _tier(facts: Facts, tiers: Sequence[Tier], label: Callable[[Tier], str]) -> Expr:
    highest: dict[str, str] = {}
    for level in tiers:
        for group in filter(facts.may_have, level.members.groups):
            highest.setdefault(group, label(level))
    found = _lookup(highest, _GROUPS)
    order = strings([label(level) for level in tiers])
    return let(found, "c", first_or(_among(order, "t", Ident("c")), NOTHING))


def selected(facts: Facts, entries: Sequence[Entry], tiers: Sequence[Tier]) -> Expr:
    """Give the key of the entry that meters the caller, or `""` when there is none.

    `entries` are the subscriptions and teams of one model, the winner of any subset first. A request that names an
    entry in the header gets that one if the caller may use it, and nothing otherwise.
    """
    candidates = _candidates(facts, entries, tiers)
    if not candidates:
        return NOTHING
    order = strings([*(entry.key for entry in entries), *(level.entry.key for level in tiers)])
    lists, named = Ident("c"), header(SUBSCRIPTION_HEADER)
    asked = Ternary(Macro("exists", lists, "l", Compare("in", named, Ident("l"))), named, NOTHING)
    firsts = Macro("map", lists, "l", Index(Ident("l"), Int(0)))
    best = let(firsts, "b", first_or(_among(order, "s", Ident("b")), NOTHING))
    chosen = let(Concat(candidates), "c", Ternary(has_header(SUBSCRIPTION_HEADER), asked, best))
    return let(facts.carried, _GROUPS.name, chosen)


def _candidates(facts: Facts, entries: Sequence[Entry], tiers: Sequence[Tier]) -> tuple[Expr, ...]:
    """Give the caller's candidates as a list of lists, each with its best entry first and none empty."""
    by_group: dict[str, list[str]] = {}
    by_user: dict[str, list[str]] = {}
    for entry in entries:
        for group in filter(facts.may_have, entry.subjects.groups):
            by_group.setdefault(group, []).append(entry.key)
        for user in entry.subjects.users:
            by_user.setdefault(user, []).append(entry.key)
    parts: list[Expr] = []
    if by_group:
        parts.append(_lookup(by_group, _GROUPS))
    if by_user:
        parts.append(_lookup(by_user, ListLit((facts.userid,))))
    if tiers:
        parts.append(ListLit((ListLit((_tier(facts, tiers, lambda level: level.entry.key),)),)))
    return tuple(parts)


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
