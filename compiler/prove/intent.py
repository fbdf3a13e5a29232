"""The reference meaning over all callers at once, from the Program alone."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Entry, Model, Program, Subjects
from compiler.program.methods import (
    ApiKey,
    Introspection,
    Method,
    Oidc,
    binds,
    bound_as,
    claims_of,
    vouches_for_group,
    vouches_for_user,
)
from compiler.prove import world
from compiler.prove.formula import FALSE, TRUE, Formula
from compiler.prove.world import World, header_value


class Meaning(Struct, frozen=True):
    """What a model answers to callers of one method.

    `open` tells where a request is neither refused for its headers nor for want of access; `selected` tells for each
    entry where it meters the request, whether or not the request is open, and `metered` where any does; `tiers` who has
    which.
    """

    open: Formula
    entries: tuple[Entry, ...]
    selected: Mapping[str, Formula]
    metered: Formula
    allowed: Formula
    tiers: Mapping[str, Formula]


class Intent:
    """The meaning of one Program."""

    def __init__(self, program: Program, of: World) -> None:
        self._program = program
        self._world = of
        self._terms = of.terms
        self._tiers: dict[str, dict[str, Formula]] = {}
        self._projected = frozenset(tier.projected for tier in program.tiers)
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
        if binds(method):
            selected = self._bound(candidates, method)
            metered = terms.any(selected.values())
        else:
            selected = self._selected(candidates)
            asked = header_value(SUBSCRIPTION_HEADER)
            metered = terms.switch(asked, {None: terms.any(candidates.values()), **candidates}, FALSE)
        within = terms.all((self._no_identity, access, self._genuine(method), self._opens(model, method)))
        return Meaning(within, entries, selected, metered, terms.both(within, metered), tiers)

    def covers(self, subjects: Subjects, method: Method) -> Formula:
        """Tell which callers of a method are among the subjects."""
        groups = [self.member(group, method) for group in subjects.groups]
        return self._terms.any([*groups, *(self._user(user, method) for user in subjects.users)])

    def named(self, method: Method) -> Formula:
        """Tell which callers of a method have a userid that counts."""
        there = self._terms.fact(world.USERNAME)
        if not isinstance(method, (Oidc, Introspection)):
            return there
        return self._terms.all((there, *(-self._terms.fact(world.username(name)) for name in self._world.reserved)))

    def named_caller(self, method: Method) -> Formula:
        """Tell which requests of a method's callers say who calls and bring no identity of their own."""
        empty = self._terms.fact(world.username(""))
        return self._terms.all((self._no_identity, self._genuine(method), self.named(method), -empty))

    def _user(self, name: str, method: Method) -> Formula:
        return self._terms.fact(world.username(name)) if vouches_for_user(method, name) else FALSE

    def member(self, group: str, method: Method) -> Formula:
        """Tell which callers of a method are in a group."""
        return self._terms.fact(world.group(group)) if vouches_for_group(method, group, self._projected) else FALSE

    def _genuine(self, method: Method) -> Formula:
        """Tell which tokens are from the issuer and for the audience that the method is about."""
        return self._terms.all(self._terms.fact(world.claim(*claim)) for claim in claims_of(method))

    def _opens(self, model: Model, method: Method) -> Formula:
        """Tell which credentials open the model."""
        if not binds(method):
            return TRUE
        return self._terms.any(self._terms.fact(world.opens(name)) for name in model.called)

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

    def _bound(self, candidates: Mapping[str, Formula], method: Method) -> dict[str, Formula]:
        """Tell where each entry is selected by credentials that are bound to one: by its key, or by the name of its team."""
        terms = self._terms
        said = world.BOUND if isinstance(method, ApiKey) else world.TEAM
        words = ((key, candidate, bound_as(method, key)) for key, candidate in candidates.items())
        return {key: FALSE if word is None else terms.switch(said, {word: candidate}, FALSE) for key, candidate, word in words}

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
