"""What cases have exercised: who is let in and metered by what, which limits stopped somebody, which way conditions went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.explain.question import Question
from compiler.program.decide import Decision, access_of, decide
from compiler.program.ir import Entry, Model, Program, Subjects
from compiler.program.methods import TierToken
from compiler.program.words import window
from compiler.suites.branches import taken
from compiler.suites.case import Call, Metered
from compiler.suites.probes import Probes
from compiler.suites.result import Result
from compiler.suites.world import Platform, questions

Kind = Literal["grants", "limits", "branches"]
KINDS: Final[tuple[Kind, ...]] = ("grants", "limits", "branches")
_REFUSED_BEFORE: Final = ("no-credential", "identity-header", "unknown-model", "no-access")


class Item(Struct, frozen=True):
    """One thing that a suite can exercise, and where it is written: a branch in the manifests, all else in the configuration."""

    kind: Kind
    says: str
    place: Place


class Coverage(Struct, frozen=True):
    """How many items of each kind there are and are covered, and those that are not."""

    counts: tuple[tuple[Kind, int, int], ...]
    missed: tuple[Item, ...]

    @property
    def share(self) -> float:
        """Give the covered part of all items in percent; of nothing everything is covered."""
        total = sum(count for _, _, count in self.counts)
        return 100.0 * sum(covered for _, covered, _ in self.counts) / total if total else 100.0


def coverage(results: Sequence[Result], program: Program, on: Platform, probes: Probes) -> Coverage:
    """Measure what the results have exercised; what was skipped has not been run."""
    run = [result for result in results if result.status != "skipped"]
    asked = questions(result.case for result in run)
    wanted: dict[Item, None] = dict.fromkeys([*_grants(program), *_limits(program)])
    decided = [(question, decide(on.program, question.caller, question.request)) for question in asked]
    covered = {item for question, decision in decided for item in _exercised(question, decision, program)}
    covered |= _stopped(run, program)
    branches = taken(asked, on.world)
    near = (question for model in on.program.models for question in probes.alone(model))
    possible = dict.fromkeys([*branches, *taken(near, on.world)])
    for branch in possible:
        item = Item("branches", f"`{branch.condition}` is never {'true' if branch.way else 'false'}", branch.place)
        wanted[item] = None
        if branch in branches:
            covered.add(item)
    counts = tuple((kind, *_count(kind, wanted, covered)) for kind in KINDS)
    return Coverage(counts, tuple(item for item in wanted if item not in covered))


def _count(kind: Kind, wanted: Iterable[Item], covered: set[Item]) -> tuple[int, int]:
    items = [item for item in wanted if item.kind == kind]
    return sum(item in covered for item in items), len(items)


def _grants(program: Program) -> Iterator[Item]:
    """Give each group and user that some grant, owner or tier names, for each model."""
    for model in program.models:
        for grant in model.grants:
            yield from _words(f"`{grant.name}` on `{model.id}`", grant.subjects, grant.origin)
        for tier in model.tiers:
            yield _listed(model, tier)
        for entry in model.entries:
            yield from _words(_entry(model, entry), entry.subjects, entry.origin)
    tokens = any(isinstance(method, TierToken) for method in program.platform.methods)
    for level in program.tiers:
        groups = (*level.groups, *((level.projected,) if tokens else ()))
        yield from _words(f"the tier `{level.name}`", Subjects(groups), level.origin)


def _words(what: str, subjects: Subjects, origin: Place) -> Iterator[Item]:
    for group in subjects.groups:
        yield Item("grants", f"{what} by the group `{group}`", origin)
    for user in subjects.users:
        yield Item("grants", f"{what} by the user `{user}`", origin)


def _listed(model: Model, tier: str) -> Item:
    return Item("grants", f"the tier `{tier}` on `{model.id}`", model.origin.at("tiers"))


def _entry(model: Model, entry: Entry) -> str:
    return f"the {entry.kind} `{entry.name}` meters `{model.id}`"


def _limits(program: Program) -> Iterator[Item]:
    for _, entry in _entries(program):
        for unit, rates in (("tokens", entry.budget.tokens), ("requests", entry.budget.requests)):
            yield from (_limit(entry.origin, unit, rate.limit, rate.seconds) for rate in rates)


def _entries(program: Program) -> Iterator[tuple[Model | None, Entry]]:
    yield from ((None, tier.entry) for tier in program.tiers)
    yield from ((model, entry) for model in program.models for entry in model.entries)


def _limit(origin: Place, unit: str, limit: int, seconds: int) -> Item:
    return Item("limits", f"nobody is stopped by {limit} {unit} in {window(seconds)}", origin)


def _stopped(results: Iterable[Result], program: Program) -> set[Item]:
    origins = {entry.origin for _, entry in _entries(program)}
    found = {stop for result in results if isinstance(result.case, Call | Metered) for stop in result.stops}
    return {_limit(*stop) for stop in found if stop[0] in origins}


def _exercised(question: Question, decision: Decision, program: Program) -> Iterator[Item]:
    """Give what let the caller in and what metered it."""
    model = program.model(question.model.id)
    if model is None or decision.reason in _REFUSED_BEFORE:
        return
    caller = question.caller
    tier = program.tier_of(caller.groups)
    for grant in model.grants:
        yield from _covering(f"`{grant.name}` on `{model.id}`", grant.subjects, grant.origin, question)
    if tier is not None and access_of(model, caller, tier) == model.origin.at("tiers"):
        yield _listed(model, tier.name)
    if tier is not None:
        yield from _covering(f"the tier `{tier.name}`", tier.members, tier.origin, question)
    for entry in model.entries:
        if entry.key == decision.selected:
            yield from _covering(_entry(model, entry), entry.subjects, entry.origin, question)


def _covering(what: str, subjects: Subjects, origin: Place, question: Question) -> Iterator[Item]:
    caller = question.caller
    groups = tuple(group for group in subjects.groups if group in caller.groups)
    users = tuple(user for user in subjects.users if user == caller.userid)
    yield from _words(what, Subjects(groups, users), origin)
