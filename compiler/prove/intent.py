"""The reference meaning over all callers at once, from the Program alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Entry, Method, Model, Program, Subjects, TierToken
from compiler.prove import world
from compiler.prove.formula import FALSE, Formula
from compiler.prove.world import World, header_value


@dataclass(frozen=True)
class Meaning:
    """What a model answers to callers of one method.

    `open` tells where a request is neither refused for its headers nor for want of access; `selected` tells for each
    entry where it meters the request, whether or not the request is open; `tiers` who has which.
    """

    open: Formula
    entries: tuple[Entry, ...]
    selected: Mapping[str, Formula]
    allowed: Formula
    tiers: Mapping[str, Formula]


class Intent:
    """The meaning of one Program."""

    def __init__(self, program: Program, of: World) -> None:
        self._program = program
        self._world = of
        self._terms = of.terms
        self._tiers: dict[str, dict[str, Formula]] = {}
        self._no_identity = self._terms.all(-of.has_header(name) for name in IDENTITY_HEADERS)

    def meaning(self, model: Model, method: Method) -> Meaning:
        """Give what the model answers to callers whom a method accepts."""
        terms = self._terms
        tiers = self.tiers(method)
        grants = [self.covers(grant.subjects, method) for grant in model.grants]
        access = terms.any([*grants, *(tiers[name] for name in model.tiers)])
        entries = self._program.precedence(model)
        candidates = {
            entry.key: tiers[entry.name] if entry.kind == "tier" else self.covers(entry.subjects, method) for entry in entries
        }
        asked = header_value(SUBSCRIPTION_HEADER)
        anything = terms.switch(asked, {None: terms.any(candidates.values()), **candidates}, FALSE)
        within = terms.both(self._no_identity, access)
        return Meaning(within, entries, self._selected(candidates), terms.both(within, anything), tiers)

    def covers(self, subjects: Subjects, method: Method) -> Formula:
        """Tell which callers of a method are among the subjects."""
        groups = [self.member(group, method) for group in subjects.groups]
        return self._terms.any([*groups, *(self.user(user) for user in subjects.users)])

    def user(self, name: str) -> Formula:
        """Tell which callers have a userid; without a name it is empty."""
        return self._terms.fact(world.username(name)) if name else -self._terms.fact(world.USERNAME)

    def member(self, group: str, method: Method) -> Formula:
        """Tell which callers of a method are in a group: a tier token speaks of no groups but the tiers' own."""
        if isinstance(method, TierToken) and all(group != tier.projected for tier in self._program.tiers):
            return FALSE
        return self._terms.fact(world.group(group))

    def tiers(self, method: Method) -> Mapping[str, Formula]:
        """Tell for each tier which callers of a method have it: the highest that any of their groups matches."""
        found = self._tiers.get(method.name)
        if found is None:
            found = {}
            higher = FALSE
            for tier in self._program.tiers:
                own = self.covers(tier.members, method)
                found[tier.name] = self._terms.both(own, -higher)
                higher = self._terms.either(higher, own)
            self._tiers[method.name] = found
        return found

    def _selected(self, candidates: Mapping[str, Formula]) -> dict[str, Formula]:
        """Tell where each entry is selected: asked for, or the first candidate of a request that asks for none."""
        terms = self._terms
        asked = header_value(SUBSCRIPTION_HEADER)
        found: dict[str, Formula] = {}
        better = FALSE
        for key, candidate in candidates.items():
            first = terms.both(candidate, -better)
            found[key] = terms.switch(asked, {None: first, key: candidate}, FALSE)
            better = terms.either(better, candidate)
        return found
