"""What limits and backends are told beside who calls: the caller's tier and groups, and whose cost a request is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from compiler.program.ir import (
    GROUP_HEADER,
    SUBSCRIPTION_HEADER,
    TIER_HEADER,
    USERNAME_HEADER,
    Entry,
    Model,
    Program,
)
from compiler.prove.algebra import Algebra, name_is
from compiler.prove.formula import TRUE, Formula
from compiler.prove.values import Joined, Sequence, Symbol, Text, UnsupportedError, Value

NOBODYS: Final = "nobodys-group"

_TEXTS: Final = ("tier", "organization", "cost_center")
_HEADERS: Final = (USERNAME_HEADER, GROUP_HEADER, TIER_HEADER, SUBSCRIPTION_HEADER)

# What a replay says of a fact that is not told at all; no fact is in parentheses.
UNTOLD: Final = "(not told)"


def mentioned(program: Program, model: Model) -> frozenset[str]:
    """Give the groups that some policy of a model mentions and that a string joined by commas can carry."""
    subjects = [grant.subjects for grant in model.grants] + [entry.subjects for entry in program.precedence(model)]
    return frozenset(group for one in subjects for group in one.groups if "," not in group)


def known(program: Program, model: Model) -> tuple[str, ...]:
    """Give the groups of a model, those of tier tokens, and one that nobody mentions."""
    return _and_another({*mentioned(program, model), *(tier.projected for tier in program.tiers)})


def of_tiers(program: Program) -> tuple[str, ...]:
    """Give the groups of all tiers, and one that nobody mentions."""
    return _and_another({group for tier in program.tiers for group in tier.members.groups})


def _and_another(named: AbstractSet[str]) -> tuple[str, ...]:
    unknown = next(name for name in (NOBODYS + "-" * more for more in range(len(named) + 1)) if name not in named)
    return (*sorted(named), unknown)


def organization(entry: Entry | None) -> str:
    """Give the organization that an entry is for."""
    return entry.metadata.organization or "" if entry else ""


def cost_center(entry: Entry | None) -> str:
    """Give the cost centre that an entry is for."""
    return entry.metadata.cost_center or "" if entry else ""


def misattributed(selected: Text, table: Mapping[str, str], algebra: Algebra, value: Value) -> Formula:
    """Tell where a string is not what a table has for the selected entry; no entry, and none in the table, have nothing."""
    if not isinstance(value, Text):
        return TRUE
    keys: dict[str, dict[str, Formula]] = {}
    for key, found in table.items():
        if found:
            keys.setdefault(found, {})[key] = TRUE
    wanted = {found: algebra.among(selected, which) for found, which in keys.items()}
    wanted[""] = -algebra.terms.any(wanted.values())
    return algebra.terms.any(algebra.terms.differ(algebra.among(value, {name: TRUE}), where) for name, where in wanted.items())


def astray(groups: Iterable[str], meant: Callable[[str], Formula], algebra: Algebra, value: Value) -> Formula:
    """Tell where a list of groups holds one that is not meant, or not one that is; a string is a list joined by commas."""
    parts = algebra.split(value, ",") if isinstance(value, Text | Joined) else value
    if not isinstance(parts, Sequence):
        return TRUE
    terms = algebra.terms
    held: dict[str, list[Formula]] = {group: [] for group in groups}
    for alternative in parts.alternatives:
        for item in alternative.items:
            for guard, choice in item.value.choices if isinstance(item.value, Text) else ((TRUE, Symbol()),):
                if not isinstance(choice, str):
                    raise UnsupportedError("a list of something else than groups")
                held.setdefault(choice, []).append(terms.both(item.guard, guard))
        for names in alternative.names:
            for group in dict.fromkeys((*held, *names.cases)):
                case = names.cases.get(group, names.default)
                held.setdefault(group, []).append(terms.both(name_is(terms, names.kind, group), case))
    held.pop("", None)  # what nothing joined is split into
    return terms.any(terms.differ(terms.any(guards), meant(group)) for group, guards in held.items())


def concrete(program: Program, model: Model, groups: frozenset[str], selected: str | None) -> dict[str, str]:
    """Give what is meant for one caller; of lists only what is in them matters."""
    tier = program.tier_of(groups)
    entry = next((one for one in program.precedence(model) if one.key == selected), None)
    said = in_words(groups)
    return {
        "tier": tier.name if tier else "",
        TIER_HEADER: tier.name if tier else "",
        "groups": said,
        GROUP_HEADER: said,
        "groups_str": in_words(groups & mentioned(program, model)),
        "organization": organization(entry),
        "cost_center": cost_center(entry),
    }


def in_words(groups: Iterable[str]) -> str:
    """Give groups in one spelling, whatever their order and however often each is there."""
    return ", ".join(f"`{group}`" for group in sorted(set(groups)) if group)


def told(exports: Mapping[str, object], injected: Mapping[str, object]) -> dict[str, str]:
    """Give what the manifests tell of one caller, in the same spelling."""
    found = {name: exports.get(name, UNTOLD) for name in (*_TEXTS, "groups", "groups_str")}
    if isinstance(joined := found["groups_str"], str) and "groups_str" in exports:
        found["groups_str"] = joined.split(",")
    found |= {name: injected.get(name, UNTOLD) for name in _HEADERS}
    return {name: in_words(map(str, value)) if isinstance(value, list) else str(value) for name, value in found.items()}
