"""Tries mutants of the manifests on the cases, by the simulated gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import failed
from compiler.explain.emitted import World, put
from compiler.explain.question import Question
from compiler.program.decide import Decision, decide
from compiler.program.ir import Attach, Program
from compiler.prove.result import Counterexample
from compiler.render import yaml
from compiler.suites.agreement import agrees
from compiler.suites.case import Call, Case, Metered
from compiler.suites.meter import Counts, emitted, meant
from compiler.suites.mutants.emitted import EmittedMutant
from compiler.suites.plain_engine import PlainEngine
from compiler.suites.probes import Probes, alternating, strange
from compiler.suites.proof import compared
from compiler.suites.remembering import Remembering
from compiler.suites.rows import from_question, from_turns
from compiler.suites.verdict import Equivalent, Killed, Stillborn, Survived, Unobservable, Verdict
from compiler.suites.world import Platform, questions, read_back

_MODELS = "models/"


class _Asked(Struct, frozen=True):
    """A call with the answer that is meant."""

    case: Call
    meant: Decision


class _Counted(Struct, frozen=True):
    """Calls over time with the counts that are meant."""

    case: Metered
    meant: Counts


@dataclass
class EmittedJury:
    """Judges mutants; the case that killed last is asked first, since neighbours die of the same."""

    cases: Sequence[Case]
    on: Platform
    probes: Probes
    _order: list[_Asked | _Counted] = field(default_factory=list)
    _engine: Remembering = field(default_factory=lambda: Remembering(PlainEngine()))

    def __post_init__(self) -> None:
        program = self.on.program
        for case in self.cases:
            if isinstance(case, Call):
                self._order.append(_Asked(case, decide(program, case.question.caller, case.question.request)))
        self._order += [_Counted(case, meant(case, program)) for case in self.cases if isinstance(case, Metered)]
        self._questions = questions(self.cases)

    def verdict(self, mutant: EmittedMutant) -> Verdict:
        """Tell what becomes of a mutant."""
        program, texts = self._around(mutant)
        shared = not mutant.file.startswith(_MODELS)
        strangers = tuple(strange(self.probes)) if shared else ()
        asked = [*strangers, *(question for question in self._questions if self._concerns(question, program))]
        world, found = read_back(program, texts, asked)
        if world is None or failed(found):
            return Stillborn()
        for tried in self._order:
            if self._concerns(_first(tried.case), program) and self._fails(tried, world):
                self._order.remove(tried)
                self._order.insert(0, tried)
                return Killed()
        for question in strangers:
            decision = decide(program, question.caller, question.request)
            if self._differs(question, decision, world):
                return Survived((f"unconfigured: [{question.model.id}]", *from_question(question, decision)))
        return self._alive(program, world, only_models=not shared or program.platform.attach is Attach.GATEWAY)

    def _around(self, mutant: EmittedMutant) -> tuple[Program, Mapping[str, str]]:
        """Give the program and the texts that a mutant concerns: one model and what all share, or everything."""
        text = yaml.stream(mutant.documents)
        if not mutant.file.startswith(_MODELS):
            return self.on.program, {**self.on.texts, mutant.file: text}
        ident = mutant.file.removeprefix(_MODELS).removesuffix(".yaml")
        small = replace(self.on.program, models=tuple(model for model in self.on.program.models if model.id == ident))
        shared = {file: one for file, one in self.on.texts.items() if not file.startswith(_MODELS)}
        return small, {**shared, mutant.file: text}

    def _concerns(self, question: Question, program: Program) -> bool:
        everything = len(program.models) == len(self.on.program.models)
        return everything or program.model(question.model.id) is not None

    def _fails(self, tried: _Asked | _Counted, world: World) -> bool:
        if isinstance(tried, _Counted):
            return emitted(tried.case, world, self._engine) != tried.meant
        return self._differs(tried.case.question, tried.meant, world)

    def _differs(self, question: Question, decision: Decision, world: World) -> bool:
        return not agrees(question, decision, put(question, world, self._engine), self._engine.name)

    def _alive(self, program: Program, world: World, *, only_models: bool) -> Verdict:
        """Look for somebody who is treated otherwise: by proof, among the boundary callers, and by taking turns.

        The proof is about models, so of what stands behind all routes it says nothing: there `only_models` is false.
        """
        proved, found = compared(program, world)
        if proved:
            return Equivalent() if only_models else Unobservable()
        example = [_question(self.probes, found)] if found is not None else []
        for model in program.models:
            for question in (*example, *self.probes.of(model)):
                decision = decide(program, question.caller, question.request)
                if self._differs(question, decision, world):
                    return Survived(from_question(question, decision))
            for metered in alternating(self.probes, model):
                if emitted(metered, world, self._engine) != meant(metered, program):
                    return Survived(from_turns(metered))
        return Unobservable()


def _question(probes: Probes, found: Counterexample) -> Question:
    """Give the question of a counterexample, asked by a user whom a suite can name."""
    example = found.example
    model = next(model for model in probes.program.models if model.id == example.model)
    method = next(method for method in probes.program.platform.methods if method.name == example.method)
    user = example.username if example.username in probes.intent.users else None
    return probes.asks(model, method, example.groups, user, dict(example.headers), example.target)


def _first(case: Call | Metered) -> Question:
    return case.question if isinstance(case, Call) else case.turns[0]
