"""Everything there is to say about one request, gathered in one value."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from compiler.explain.editing import Edit
from compiler.explain.edits import flipping
from compiler.explain.flip import Change, changes
from compiler.explain.question import Question
from compiler.explain.steps import Step, steps
from compiler.program.decide import Decision, decide

# Changes that are told; more of them help nobody.
_MOST: Final = 6


class Explanation(Struct, frozen=True):
    """An answer and why; `left_out` counts single changes that also flip it and are not among `changes`.

    `edits` are the lines of the configuration that flip it and touch the fewest.
    """

    question: Question
    decision: Decision
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    left_out: int
    edits: tuple[Edit, ...]

    @property
    def edit(self) -> Edit | None:
        """Give the one obvious line; of several that are as good none is."""
        return self.edits[0] if len(self.edits) == 1 else None


def explain(of: Question) -> Explanation:
    """Explain what the configuration means for a question."""
    decision = decide(of.program, of.caller, of.request)
    found = changes(of, decision)
    told = found[:_MOST]
    return Explanation(of, decision, steps(of), told, len(found) - len(told), flipping(of, decision))
