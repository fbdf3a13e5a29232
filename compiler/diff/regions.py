"""Sets of callers as decision diagrams over groups and users, of which a caller has at most one name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import copy

from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER
from compiler.program.methods import TEAM_PREFIX
from compiler.prove import bdd, world
from compiler.prove.bdd import ONE, ZERO, Diagram
from compiler.prove.formula import Fact, Formula
from compiler.prove.leaf import UndecidedError, facts_of
from compiler.prove.terms import Terms
from compiler.prove.world import header_value

# A set of callers: a node of the diagrams of one `Regions`.
Region = int

NOBODY: Region = ZERO
ANYBODY: Region = ONE


class Regions:
    """The sets of callers that some groups and users can tell apart; equal sets are one number."""

    def __init__(self, terms: Terms, groups: Iterable[str], users: Iterable[str]) -> None:
        self.terms = terms
        names = (*map(world.group, sorted(set(groups))), *map(world.username, sorted(set(users) - {""})))
        self.facts: tuple[Fact, ...] = (world.USER, world.USERNAME, world.GROUPS, *names)
        self.diagram = Diagram()
        self._named = {terms.fact(fact): self.diagram.fact(level) for level, fact in enumerate(self.facts)}
        self._settle((), ())
        self.callers = self._callers()

    def _settle(self, headers: Collection[str], lacking: Collection[Fact]) -> None:
        # Headers that only the gateway may set are refused before and after, whoever calls, unless that is what is asked.
        brought = {name: ANYBODY if name in headers else NOBODY for name in IDENTITY_HEADERS}
        self._nodes = self._named | {self.terms.fact(world.header(name)): node for name, node in brought.items()}
        self._nodes[self.terms.fact(world.HEADERS)] = ANYBODY if headers else NOBODY
        self._lacking = lacking
        self._done: dict[tuple[Formula, str | None], Region] = {}

    def otherwise(self, headers: Collection[str] = (), lacking: Collection[Fact] = ()) -> Regions:
        """Give the same sets for requests that are not as they should be; sets of both are the same numbers.

        They bring `headers` that only the gateway may set, or lack some of what good credentials have in common.
        """
        found = copy(self)
        found._settle(headers, lacking)  # noqa: SLF001 - of the same class
        return found

    def _callers(self) -> Region:
        """Give everybody who can be: with at most one name, and with a name or groups only as a user."""
        found = bdd.at_most_one(self.diagram, [self._nodes[self.terms.fact(one)] for one in self.facts if one.exclusive])
        for fact in reversed(self.facts):
            for other in fact.implies:
                node, implied = (self._nodes[self.terms.fact(one)] for one in (fact, other))
                found = self.both(found, self.diagram.choose(node, implied, ANYBODY))
        return found

    def of(self, formula: Formula, asked: str | None = None) -> Region:
        """Give the callers for whom a formula holds when they ask for an entry, or for none.

        They do so by the header, or where credentials are bound by the credential, which opens every model.

        Raises:
            UndecidedError: the formula speaks of something else than groups, users and that header.
        """
        found = self._done.get((formula, asked))
        if found is None:
            leaf = self.terms.at(formula, header_value(SUBSCRIPTION_HEADER), asked)
            team = asked.removeprefix(TEAM_PREFIX) if asked is not None and asked.startswith(TEAM_PREFIX) else None
            leaf = self.terms.at(self.terms.at(leaf, world.BOUND, asked), world.TEAM, team)
            self._carried(leaf)
            if self.terms.variable(leaf) is not None or not self._nodes.keys() >= set(facts_of(self.terms, leaf)):
                raise UndecidedError("it depends on more than the groups and the name of the caller, and the entry asked for")
            found = self.both(bdd.translated(self.terms, leaf, dict(self._nodes), self.diagram), self.callers)
            self._done[formula, asked] = found
        return found

    def _carried(self, leaf: Formula) -> None:
        """Settle what good credentials have in common: their tokens are meant for us, and keys open every model."""
        for formula in facts_of(self.terms, leaf) if self.terms.variable(leaf) is None else ():
            fact = self.terms.node(formula)
            if isinstance(fact, Fact) and (fact == world.MODELS or fact.kind in ("claim", "model")):
                self._nodes.setdefault(formula, NOBODY if fact in self._lacking else ANYBODY)
            elif isinstance(fact, Fact) and fact.kind == "object":
                self._nodes.setdefault(formula, NOBODY)

    def both(self, left: Region, right: Region) -> Region:
        """Give the callers in both sets."""
        return self.diagram.both(left, right)

    def but(self, left: Region, right: Region) -> Region:
        """Give the callers of one set that are not in another."""
        return self.diagram.choose(right, NOBODY, left)

    def any(self, regions: Iterable[Region]) -> Region:
        """Give the callers in any of the sets."""
        found = NOBODY
        for region in regions:
            found = self.diagram.choose(region, ANYBODY, found)
        return found

    def without(self, region: Region, facts: Collection[Fact]) -> Region:
        """Give the callers who would be in a set if none of the facts were ever so."""
        levels = {level for level, fact in enumerate(self.facts) if fact in facts}
        done: dict[Region, Region] = {NOBODY: NOBODY, ANYBODY: ANYBODY}
        waiting = [region]
        while waiting:
            node = waiting[-1]
            if node in done:
                waiting.pop()
                continue
            level, low, high = self.diagram.split(node)
            missing = [inner for inner in (low, high) if inner not in done]
            if missing:
                waiting += missing
                continue
            done[node] = done[low] if level in levels else self.diagram.choose(self.diagram.fact(level), done[high], done[low])
        return done[region]

    def somebody(self, region: Region) -> tuple[str | None, tuple[str, ...]] | None:
        """Give the name and groups of one caller of a set, as few as possible; None when nobody is in it."""
        levels = self.diagram.path(region)
        if levels is None:
            return None
        holding = [self.facts[level] for level in sorted(levels)]
        names = [fact.name for fact in holding if fact.exclusive]
        return (names[0] if names else None), tuple(fact.name for fact in holding if fact.kind == "group")

    def has(self, region: Region, user: str, groups: Collection[str]) -> bool:
        """Tell whether one caller is in a set."""
        while region not in (NOBODY, ANYBODY):
            level, low, high = self.diagram.split(region)
            region = high if _is_so(self.facts[level], user, groups) else low
        return region == ANYBODY


def _is_so(fact: Fact, user: str, groups: Collection[str]) -> bool:
    match fact.kind:
        case "group":
            return fact.name in groups
        case "username":
            return fact.name == user
        case _:
            return {world.USERNAME: bool(user), world.GROUPS: bool(groups)}.get(fact, bool(user or groups))
