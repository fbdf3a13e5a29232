"""Tries mutants of the configuration on the cases, by what it means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from compiler import pipeline
from compiler.checks.run import check_intent, check_program
from compiler.diagnostics.model import failed
from compiler.explain.question import Question
from compiler.lower.lower import lower
from compiler.program.decide import Caller, Decision, decide
from compiler.program.ir import Program
from compiler.suites.case import Call, Case, Metered
from compiler.suites.judge import wrongs
from compiler.suites.meter import meant
from compiler.suites.mutants.intent import IntentMutant
from compiler.suites.probes import Probes
from compiler.suites.proof import compared
from compiler.suites.rows import from_example, from_question
from compiler.suites.verdict import Equivalent, Killed, Stillborn, Survived, Verdict
from compiler.suites.world import Platform, read_back


@dataclass
class IntentJury:
    """Judges mutants; the case that killed last is asked first, since neighbours die of the same."""

    cases: Sequence[Case]
    on: Platform
    probes: Probes
    _order: list[Call | Metered] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._order = [case for case in self.cases if isinstance(case, Call)]
        self._order += [case for case in self.cases if isinstance(case, Metered)]

    def verdict(self, mutant: IntentMutant) -> Verdict:
        """Tell what becomes of a mutant."""
        if failed(check_intent(mutant.intent)):
            return Stillborn()
        program = lower(mutant.intent)
        if failed(check_program(program)):
            return Stillborn()
        changed = _changed(self.probes.program, program)
        for case in self._order:
            if not _models(case).isdisjoint(changed) and _fails(case, program):
                self._order.remove(case)
                self._order.insert(0, case)
                return Killed()
        return self._alive(program, changed)

    def _alive(self, program: Program, changed: frozenset[str]) -> Verdict:
        """Look for a caller who is treated otherwise: among the boundary callers, then by proof."""
        before = self.probes.program
        for model in before.models:
            for question in self._asked(program, model.id) if model.id in changed else ():
                decision = _decided(before, question)
                if _told(decision) != _told(_decided(program, question)):
                    return Survived(from_question(question, decision))
        return self._proved(program, changed)

    def _asked(self, program: Program, model: str) -> Iterator[Question]:
        """Give the callers at the boundaries of what was meant, and of what the mutant means."""
        for of in (self.probes, replace(self.probes, program=program)):
            found = of.program.model(model)
            if found is not None:
                yield from of.of(found)

    def _proved(self, program: Program, changed: frozenset[str]) -> Verdict:
        """Prove that the manifests as they are mean what the mutant says as well.

        What neither a boundary caller nor the proof can settle counts as alive.
        """
        before = self.probes.program
        manifests = pipeline.back(replace(before, models=tuple(model for model in before.models if model.id in changed)))
        small = replace(program, models=tuple(model for model in program.models if model.id in changed))
        world, _ = read_back(small, manifests.bundle.texts, ())
        if world is None:
            return Stillborn()
        proved, found = compared(small, world)
        if proved:
            return Equivalent()
        return Survived(from_example(found.example, before, self.probes.intent.users) if found is not None else ())


def _changed(before: Program, after: Program) -> frozenset[str]:
    """Give the models of which something may be meant otherwise."""
    if (before.platform, before.tiers) != (after.platform, after.tiers):
        return frozenset(model.id for model in before.models)
    others = {model.id: model for model in after.models}
    return frozenset(model.id for model in before.models if others.get(model.id) != model)


def _models(case: Call | Metered) -> frozenset[str]:
    turns = (case.question,) if isinstance(case, Call) else case.turns
    return frozenset(question.model.id for question in turns)


def _fails(case: Call | Metered, program: Program) -> bool:
    if isinstance(case, Call):
        return any(wrongs(case.expected, _decided(program, case.question)))
    turns = tuple(replace(turn, caller=_under(program, turn)) for turn in case.turns)
    counts = meant(replace(case, turns=turns), program)
    return (counts.ok, counts.limited, counts.others) != (case.ok, case.limited, ())


def _decided(program: Program, question: Question) -> Decision:
    return decide(program, _under(program, question), question.request)


def _under(program: Program, question: Question) -> Caller:
    """Give the caller as the methods of a program see it."""
    known = {method.name for method in program.platform.methods}
    return question.caller if question.caller.method in known else Caller(None)


def _told(decision: Decision) -> tuple[object, ...]:
    return decision.status, decision.selected, decision.limits
