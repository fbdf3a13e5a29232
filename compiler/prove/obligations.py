"""What has to hold for a model and a method: claims, each with the formula of where it would be broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.program.ir import GROUP_HEADER, SUBSCRIPTION_HEADER, TIER_HEADER, USERNAME_HEADER, Entry, Model, Per, Rate
from compiler.prove import attribution, identities, world
from compiler.prove.algebra import Algebra
from compiler.prove.attribution import astray, misattributed
from compiler.prove.emitted import ENTRY_COUNTER, OTHER_COUNTER, USER_COUNTER, Emitted, Metering
from compiler.prove.formula import FALSE, TRUE, Formula
from compiler.prove.intent import Meaning
from compiler.prove.replay import BEYOND_REACH
from compiler.prove.result import Property
from compiler.prove.values import Symbol, Text, UnsupportedError, Value
from compiler.prove.view import Unit
from compiler.prove.world import World

_UNITS: Final[tuple[Unit, ...]] = ("tokens", "requests")


class Claim(Struct, frozen=True):
    """Something that must be nowhere: `broken` is the formula of where it is. `place` is in the manifests.

    `later` tells that it is about limits which see the injected headers, `sharing` that it is about two entries that
    count as one, `unguarded` that it is about a caller whom authorization refuses, `opened` that who is let in is wrong
    already, whatever meters.
    """

    property: Property
    broken: Formula
    place: Place | None
    says: str
    later: bool = False
    sharing: bool = False
    unguarded: bool = False
    opened: bool = False


class Case(Struct, frozen=True):
    """One model and one method: what is meant, and what is emitted. `place` is where the policies of the model begin.

    `member` tells who is in a group, `named` who has a userid that counts, `groups` are those that anything could tell from
    others, and `carried` those that the exported string speaks of.
    """

    world: World
    model: Model
    meaning: Meaning
    emitted: Emitted
    groups: tuple[str, ...]
    carried: frozenset[str]
    member: Callable[[str], Formula]
    named: Formula
    place: Place

    def within(self, entry: Entry) -> Formula:
        """Tell which requests get through and are meant to be metered by an entry."""
        return self.world.terms.both(self.meaning.open, self.meaning.selected[entry.key])

    def carries(self, group: str) -> Formula:
        """Tell who is in a group of which the exported string speaks."""
        return self.member(group) if group in self.carried else FALSE

    @property
    def userid(self) -> Text:
        """Give the userid as it is meant: the raw user name, or nothing."""
        return Text(((self.named, Symbol()), (-self.named, "")))


def faults(case: Case) -> Iterator[Claim]:
    """No expression ends in an error."""
    for fault in case.emitted.faults:
        yield Claim("no-errors", fault.where, fault.source.place, f"the expression `{fault.source.text}` ends in an error")


def access(case: Case) -> Iterator[Claim]:
    """Exactly those are let through who are meant to be."""
    broken = case.world.terms.differ(case.emitted.allowed, case.meaning.allowed)
    yield Claim("access", broken, case.place, "another caller gets in, or one who should is refused")


def selection(case: Case) -> Iterator[Claim]:
    """The exported entry is the one that is meant."""
    terms = case.world.terms
    exported = _exported(case, identities.SELECTED_PROPERTY)
    for entry in case.meaning.entries:
        found = Algebra(terms).among(exported, {entry.key: TRUE})
        broken = terms.differ(found, case.meaning.selected[entry.key])
        broken = FALSE if broken == FALSE else terms.both(case.meaning.allowed, broken)
        yield Claim("selection", broken, case.place, f"`{entry.key}` is selected where it should not be, or not where it should")


def _exported(case: Case, name: str) -> Text:
    value = case.emitted.exported(name)
    if not isinstance(value, Text):
        raise UnsupportedError(f"a policy that does not export `auth.identity.{name}` as a string")
    return value


def identity(case: Case) -> Iterator[Claim]:
    """Counters and backends are told who calls: all exported facts and injected headers are there and are what is meant."""
    algebra = Algebra(case.world.terms)
    selected = _exported(case, identities.SELECTED_PROPERTY)
    tiers = [(where, name) for name, where in case.meaning.tiers.items()]
    tier = Text((*tiers, (-algebra.terms.any(where for where, _ in tiers), "")))
    organizations = {entry.key: attribution.organization(entry) for entry in case.meaning.entries}
    cost_centers = {entry.key: attribution.cost_center(entry) for entry in case.meaning.entries}
    exported, injected = case.emitted.exported, case.emitted.injected.get
    yield _told(case, "userid", exported("userid"), partial(_another, case.userid, algebra))
    yield _told(case, USERNAME_HEADER, injected(USERNAME_HEADER), partial(_another, case.userid, algebra))
    yield _told(case, SUBSCRIPTION_HEADER, injected(SUBSCRIPTION_HEADER), partial(_another, selected, algebra))
    yield _told(case, TIER_HEADER, injected(TIER_HEADER), partial(_another, tier, algebra))
    yield _told(case, "tier", exported("tier"), partial(_another, tier, algebra))
    yield _told(case, "organization", exported("organization"), partial(misattributed, selected, organizations, algebra))
    yield _told(case, "cost_center", exported("cost_center"), partial(misattributed, selected, cost_centers, algebra))
    yield _told(case, "groups", exported("groups"), partial(astray, case.groups, case.member, algebra))
    yield _told(case, GROUP_HEADER, injected(GROUP_HEADER), partial(astray, case.groups, case.member, algebra))
    yield _told(case, "groups_str", exported("groups_str"), partial(astray, case.groups, case.carries, algebra))


def _told(case: Case, name: str, value: Value | None, wrong: Callable[[Value], Formula]) -> Claim:
    if value is None:
        return Claim("identity", case.meaning.allowed, case.place, f"`{name}` is not told")
    where = wrong(value)
    broken = FALSE if where == FALSE else case.world.terms.both(case.meaning.allowed, where)
    return Claim("identity", broken, case.place, f"`{name}` is not the caller's")


def _another(wanted: Text, algebra: Algebra, value: Value) -> Formula:
    if not isinstance(value, Text):
        return TRUE
    return FALSE if value == wanted else -algebra.equal(value, wanted)


def budgets(case: Case) -> Iterator[Claim]:
    """Exactly the limits hold that the selected entry means, and a model listing is free.

    Where an entry is selected the variable that the limits see is its key, which `selection` claims.
    """
    yield from _budgets(case, case.emitted.limits)
    if case.emitted.later:
        yield from (replace(claim, later=True) for claim in _budgets(case, case.emitted.later))


def _budgets(case: Case, limits: tuple[Metering, ...]) -> Iterator[Claim]:
    for found in limits:
        if OTHER_COUNTER in found.counts:
            raise UnsupportedError(f"the counters of the limit `{found.limit.name}`")
    for target, here in _by_target(case, limits):
        listing = target.partition("?")[0] == case.model.listing_path
        for entry in case.meaning.entries:
            holding = _holding(case, entry, here)
            for unit in _UNITS:
                for claim in _metered(entry, unit, holding, case, listing=listing):
                    broken = claim.broken
                    if broken != FALSE:
                        broken = case.world.terms.all((broken, case.within(entry), case.world.is_target(target)))
                    yield replace(claim, broken=broken)
        if not listing:
            yield _last_resort(case, target, here)
    yield from _sharing(case, limits)


def _last_resort(case: Case, target: str, limits: list[tuple[Metering, Formula]]) -> Claim:
    """Whoever is metered by nothing is denied by a limit, should authorization not have refused them."""
    terms = case.world.terms
    denying = [
        terms.at(matches, world.SELECTED, "")
        for found, matches in limits
        if found.limit.unit == "tokens" and any(limit == 0 and seconds > 0 for limit, seconds in found.limit.rates)
    ]
    broken = terms.all((-case.meaning.metered, -terms.any(denying)))
    broken = FALSE if broken == FALSE else terms.both(broken, case.world.is_target(target))
    return Claim("budgets", broken, case.place, "no limit denies a caller whom nothing meters", unguarded=True)


def _by_target(case: Case, limits: tuple[Metering, ...]) -> Iterator[tuple[str, list[tuple[Metering, Formula]]]]:
    """Give one path for each way in which the limits treat paths, with where each limit matches there."""
    seen: set[tuple[bool, tuple[Formula, ...]]] = set()
    for target in case.world.targets:
        listing = target.partition("?")[0] == case.model.listing_path
        matches = tuple(case.world.terms.at(found.matches, world.TARGET, target) for found in limits)
        if (listing, matches) not in seen:
            seen.add((listing, matches))
            yield target, list(zip(limits, matches, strict=True))


def _holding(case: Case, entry: Entry, limits: list[tuple[Metering, Formula]]) -> list[tuple[Metering, Formula]]:
    """Give the limits that can match where an entry is selected."""
    at = case.world.terms.at
    selected = ((found, at(matches, world.SELECTED, entry.key)) for found, matches in limits)
    return [(found, matches) for found, matches in selected if matches != FALSE]


def _metered(entry: Entry, unit: Unit, limits: list[tuple[Metering, Formula]], case: Case, *, listing: bool) -> Iterator[Claim]:
    """Exactly one limit that fits holds for a request that the entry meters, and none for a listing."""
    terms = case.world.terms
    rates = entry.budget.tokens if unit == "tokens" else entry.budget.requests
    limits = [(found, matches) for found, matches in limits if found.limit.unit == unit]
    fitting = [(found, matches) for found, matches in limits if not listing and fits(found, rates, entry.budget.per)]
    for found, matches in limits:
        if matches != FALSE and (found, matches) not in fitting:
            wrong = "counts the listing of models" if listing else "has other rates or counters than it is to have"
            says = f"the limit `{found.limit.name}`, which holds for `{entry.key}`, {wrong}"
            yield Claim("budgets", matches, found.limit.place, says)
    if not listing and (rates or unit == "tokens"):
        broken = terms.all(-matches for _, matches in fitting)
        says = f"no limit on {unit} that is meant for `{entry.key}` holds"
        yield Claim("budgets", broken, fitting[0][0].limit.place if fitting else case.place, says)
    for index, (found, matches) in enumerate(fitting):
        for other, others in fitting[:index]:
            names = f"`{other.limit.name}` and `{found.limit.name}`"
            says = f"the limits {names} hold at once for `{entry.key}`"
            yield Claim("budgets", terms.both(matches, others), found.limit.place, says)


def fits(metering: Metering, rates: tuple[Rate, ...], per: Per) -> bool:
    """Tell whether a limit is what rates and sharing mean.

    Limitador cannot keep two rates of one window apart, and counts nothing in a window of no whole second.
    """
    windows = [seconds for _, seconds in metering.limit.rates]
    if not windows or 0 in windows or len(set(windows)) < len(windows):
        return False
    emitted = {(limit, seconds) for limit, seconds in metering.limit.rates if limit < BEYOND_REACH}
    return emitted == {(rate.limit, rate.seconds) for rate in rates} and (USER_COUNTER in metering.counts) == (per is Per.USER)


def _sharing(case: Case, limits: tuple[Metering, ...]) -> Iterator[Claim]:
    """Entries never share a count: a limit for several of them counts each apart."""
    terms = case.world.terms
    for found in limits:
        amounts = [limit for limit, _ in found.limit.rates if limit < BEYOND_REACH]
        if ENTRY_COUNTER in found.counts or not amounts or 0 in amounts:
            continue  # nobody can see who shares the count of a limit that denies everything or nothing
        first = None
        for entry in case.meaning.entries:
            matches = terms.at(found.matches, world.SELECTED, entry.key)
            holds = terms.both(case.within(entry), matches) if matches != FALSE else FALSE
            if holds != FALSE and first is None:
                first = entry.key
            elif holds != FALSE:
                says = f"`{first}` and `{entry.key}` share the counter of `{found.limit.name}`"
                yield Claim("budgets", holds, found.limit.place, says, sharing=True)
