"""What limits and backends are told beside who calls: the caller's tier and groups, and whose cost a request is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from compiler.program.ir import (
    GROUP_HEADER,
    SUBSCRIPTION_HEADER,
    TIER_HEADER,
    USERNAME_HEADER,
    Entry,
    Method,
    Model,
    Program,
)
from compiler.prove.algebra import Algebra, text
from compiler.prove.formula import TRUE, Formula
from compiler.prove.intent import Intent, Meaning
from compiler.prove.values import Joined, Sequence, Text, Value

_NOBODYS: Final = "nobodys-group"

_TEXTS: Final = ("tier", "organization", "cost_center")
_HEADERS: Final = (USERNAME_HEADER, GROUP_HEADER, TIER_HEADER, SUBSCRIPTION_HEADER)

# What a replay says of a fact that is not told at all; no fact is in parentheses.
UNTOLD: Final = "(not told)"


def mentioned(program: Program, model: Model) -> frozenset[str]:
    """Give the groups that some policy of a model mentions and that a string joined by commas can carry."""
    subjects = [grant.subjects for grant in model.grants] + [entry.subjects for entry in program.precedence(model)]
    return frozenset(group for one in subjects for group in one.groups if "," not in group)


def members(program: Program, model: Model, intent: Intent, method: Method) -> dict[str, Formula]:
    """Tell for the groups of a model, for those of tier tokens, and for one that nobody mentions, who is in them."""
    known = {*mentioned(program, model), *(tier.projected for tier in program.tiers)}
    unknown = next(name for name in (_NOBODYS + "-" * more for more in range(len(known) + 1)) if name not in known)
    return {group: intent.member(group, method) for group in (*sorted(known), unknown)}


def texts(meaning: Meaning, algebra: Algebra) -> Mapping[str, Text]:
    """Give the strings that are exported, as they are meant."""
    entries = meaning.entries
    return {
        "tier": _one_of([(name, where) for name, where in meaning.tiers.items()], algebra),
        "organization": _one_of([(organization(entry), meaning.selected[entry.key]) for entry in entries], algebra),
        "cost_center": _one_of([(cost_center(entry), meaning.selected[entry.key]) for entry in entries], algebra),
    }


def organization(entry: Entry | None) -> str:
    """Give the organization that an entry is for."""
    return entry.metadata.organization or "" if entry else ""


def cost_center(entry: Entry | None) -> str:
    """Give the cost centre that an entry is for."""
    return entry.metadata.cost_center or "" if entry else ""


def _one_of(values: list[tuple[str, Formula]], algebra: Algebra) -> Text:
    found: dict[str, list[Formula]] = {}
    for value, where in values:
        found.setdefault(value, []).append(where)
    empty = [*found.pop("", []), -algebra.terms.any(where for _, where in values)]
    given = [(algebra.terms.any(guards), value) for value, guards in found.items()]
    return Text((*given, (algebra.terms.any(empty), "")))


def astray(meant: Mapping[str, Formula], algebra: Algebra, value: Value) -> Formula:
    """Tell where a list of groups holds one that is not meant, or not one that is; a string is a list joined by commas."""
    parts = algebra.split(value, ",") if isinstance(value, Text | Joined) else value
    if not isinstance(parts, Sequence):
        return TRUE
    return algebra.terms.any(algebra.terms.differ(algebra.holds(parts, text(group)), where) for group, where in meant.items())


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
