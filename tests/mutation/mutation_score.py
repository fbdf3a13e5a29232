"""What becomes of the mutants of an operator when they are proved, and what is claimed of those that live on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from mutation_equivalence import excuse, models_of
from mutation_expressions import REWRITES, rewritten
from mutation_keys import OPERATORS as ON_KEYS
from mutation_limits import OPERATORS as ON_LIMITS
from mutation_manifests import PLATFORMS, Mutant, Platform, mutated, platform
from mutation_policies import OPERATORS as ON_POLICIES
from mutation_replay import Question, Replay, questions, replayed
from mutation_surroundings import OPERATORS as ON_SURROUNDINGS

from compiler.diagnostics.model import Severity
from compiler.engines.base import Engine
from compiler.prove.verify import verify

Operator = Callable[[Platform], Iterator[Mutant]]

OPERATORS: Final[dict[str, Operator]] = {
    **{name: rewritten(rewrite) for name, rewrite in REWRITES.items()},
    **ON_POLICIES,
    **ON_LIMITS,
    **ON_SURROUNDINGS,
    **ON_KEYS,
}


@dataclass
class Score:
    """Mutants of one operator by what became of them.

    `undecided` and `equivalent` are kept with their reasons; `alive` are those that were proved and that nothing excuses.
    """

    refuted: int = 0
    unreadable: int = 0
    undecided: list[str] = field(default_factory=list)
    equivalent: list[str] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)

    @property
    def mutants(self) -> int:
        """Count all mutants."""
        return self.killed + len(self.equivalent) + len(self.alive)

    @property
    def killed(self) -> int:
        """Count the mutants that no proof holds for."""
        return self.refuted + self.unreadable + len(self.undecided)


@dataclass
class Bench:
    """The engines that the proof asks, and what is known of the unchanged manifests."""

    engines: Sequence[Engine]
    _known: dict[tuple[str, tuple[Question, ...]], Replay] = field(default_factory=dict)

    def scored(self, name: str, most: int) -> Score:
        """Prove the mutants that an operator makes of each platform, at most so many of each."""
        score = Score()
        for of in map(platform, PLATFORMS):
            for mutant in chosen(list(OPERATORS[name](of)), most):
                self._judge(name, of, mutant, score)
        return score

    def _judge(self, name: str, of: Platform, mutant: Mutant, score: Score) -> None:
        verdict = verify(of.program, of.invariants, mutated(of, mutant), lambda: self.engines)
        errors = [found for found in verdict.diagnostics if found.severity is Severity.ERROR]
        if verdict.holds:
            why = excuse(name, of, mutant)
            told = None if why is None else self.told(of, mutant)
            (score.alive if why is None or told else score.equivalent).append(f"{of.name}: {mutant}: {told or why}")
        elif any(found.code == "refuted" for found in errors):
            score.refuted += 1
        elif all(found.code == "undecided" for found in errors):
            score.undecided.append(errors[0].headline)
        else:
            score.unreadable += 1

    def told(self, of: Platform, mutant: Mutant) -> str | None:
        """Give a question that is answered otherwise than before, if one is."""
        asked = tuple(questions(of, models_of(of, mutant)[:2]))
        engine = self.engines[0]
        before = self._known.get((of.name, asked))
        if before is None:
            before = self._known[of.name, asked] = replayed(of, of.texts, asked, engine)
        after = replayed(of, mutated(of, mutant), asked, engine)
        differing = (str(question) for question, one, other in zip(asked, before, after, strict=True) if one != other)
        return next(differing, None)


def chosen(mutants: Sequence[Mutant], most: int) -> list[Mutant]:
    """Choose at most so many, evenly over all."""
    if len(mutants) <= most:
        return list(mutants)
    return [mutants[(2 * index + 1) * len(mutants) // (2 * most)] for index in range(most)]
