"""How many small mistakes the suites would notice, and which test would notice each of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.suites.case import Case
from compiler.suites.kill_emitted import EmittedJury
from compiler.suites.kill_intent import IntentJury
from compiler.suites.mutants.emitted import emitted_mutants
from compiler.suites.mutants.intent import intent_mutants
from compiler.suites.probes import Probes
from compiler.suites.verdict import Equivalent, Killed, Stillborn, Survived, Unobservable, Verdict
from compiler.suites.world import Platform

# Mutants of one kind that are tried; beyond that every so-manieth is, spread evenly over all.
MOST = 2000

_T = TypeVar("_T")
Told = Callable[[int, int], None]


class Survivor(Struct, frozen=True):
    """A mutant that no case notices; `test` are the lines of a suite that would notice it, none where none is known.

    `place` is in the manifests when `emitted`, else in the configuration.
    """

    says: str
    place: Place
    emitted: bool
    test: tuple[str, ...]


class Mutation(Struct, frozen=True):
    """What came of the mutants; only `killed` and `survivors` count.

    `equivalent` ones were proved to mean the same; `unobservable` ones differ for requests or identities alone that no
    gateway sees, so no boundary caller is answered otherwise; `stillborn` ones do not compile. `left_out` were not tried,
    because `most` of each kind are: of the configuration, and of manifests.
    """

    killed: int
    equivalent: int
    unobservable: int
    left_out: int
    survivors: tuple[Survivor, ...]
    stillborn: int = 0
    most: int = MOST

    @property
    def share(self) -> float:
        """Give the killed part of those that mean something else, in percent; of none all are killed."""
        total = self.killed + len(self.survivors)
        return 100.0 * self.killed / total if total else 100.0


def mutation(cases: Sequence[Case], on: Platform, probes: Probes, most: int = MOST, told: Told | None = None) -> Mutation:
    """Try the mutants on cases that pass; `told` hears how many of how many have been tried.

    `on` has the manifests of every model, since what no case reaches has mutants too. Mutants of the configuration are
    tried on the meaning, which the manifests are proved to have, and those of manifests on the simulated gateway.
    """
    intents = list(intent_mutants(probes.intent))
    manifests = [mutant for file, documents in on.documents.items() for mutant in emitted_mutants(file, documents)]
    some_intents, some_manifests = spread(intents, most), spread(manifests, most)
    total = len(some_intents) + len(some_manifests)
    intent_jury, emitted_jury = IntentJury(cases, on, probes), EmittedJury(cases, on, probes)
    found: list[tuple[str, Place, bool, Verdict]] = []
    for mutant in some_intents:
        found.append((mutant.says, mutant.place, False, intent_jury.verdict(mutant)))
        if told is not None:
            told(len(found), total)
    for other in some_manifests:
        found.append((other.says, other.place, True, emitted_jury.verdict(other)))
        if told is not None:
            told(len(found), total)
    return replace(_counted(found, len(intents) + len(manifests) - total), most=most)


def _counted(found: Iterable[tuple[str, Place, bool, Verdict]], left_out: int) -> Mutation:
    killed = equivalent = unobservable = stillborn = 0
    survivors: list[Survivor] = []
    for says, place, emitted, verdict in found:
        match verdict:
            case Killed():
                killed += 1
            case Equivalent():
                equivalent += 1
            case Survived(test):
                survivors.append(Survivor(says, place, emitted, test))
            case Unobservable():
                unobservable += 1
            case Stillborn():
                stillborn += 1
    return Mutation(killed, equivalent, unobservable, left_out, tuple(survivors), stillborn)


def spread(items: Sequence[_T], most: int) -> list[_T]:
    """Give at most so many items, evenly spread over all."""
    if len(items) <= most:
        return list(items)
    return [items[index * len(items) // most] for index in range(most)]
