"""A caller and a request for each change, answered by the reference meaning on both sides before anybody is told."""

from __future__ import annotations

from msgspec import Struct

from compiler.diff.regions import Region, Regions
from compiler.diff.result import Answered, Witness
from compiler.program.decide import Decision
from compiler.program.ir import SUBSCRIPTION_HEADER, Model, Program
from compiler.program.methods import Method
from compiler.prove.credentials import carried
from compiler.prove.leaf import UndecidedError
from compiler.prove.replay import decision_of
from compiler.prove.result import Example

_SOMEBODY = "somebody"


class Asked(Struct, frozen=True):
    """What a witness asks of one side: the model as it is there, and the method that accepts the caller there."""

    program: Program
    model: Model | None
    method: Method | None

    def decision(self, example: Example) -> Decision:
        """Answer the example; a token that no method accepts, or a model that is not there, is no question of groups."""
        if self.method is None:
            return Decision(401, "no-credential", because=(self.program.platform.origin.at("authentication"),))
        if self.model is None:
            return Decision(403, "unknown-model")
        return decision_of(self.program, self.method, example)


def somebody(regions: Regions, region: Region) -> tuple[str, tuple[str, ...]]:
    """Give the name and the groups of a caller of a set, with a name that nobody else is likely to have if any will do.

    Raises:
        UndecidedError: nobody is in the set.
    """
    found = regions.somebody(region)
    if found is None:
        raise UndecidedError("a set of callers has nobody in it")
    name, groups = found
    plain = name or _SOMEBODY
    return (plain if regions.has(region, plain, groups) else name or ""), groups


# The entries that meter a caller before and after; None where the caller is refused.
Entries = tuple[str | None, str | None]


def witness(
    regions: Regions, region: Region, asked: str | None, sides: tuple[Asked, Asked], expected: Entries | None
) -> tuple[Witness, tuple[Decision, Decision]]:
    """Give a caller of a set with the answers on both sides, which must be by the `expected` entries, if any.

    Raises:
        UndecidedError: the reference meaning says otherwise than the formulas.
    """
    user, groups = somebody(regions, region)
    headers = ((SUBSCRIPTION_HEADER, asked),) if asked is not None else ()
    found: list[Decision] = []
    for side, entry in zip(sides, expected or (None, None), strict=True):
        target = f"{side.model.prefix}/v1/chat/completions" if side.model else "/"
        model = side.model.id if side.model else ""
        method = side.method.name if side.method else ""
        plain = Example(model, method, user, groups, user=True, headers=headers, target=target)
        decision = side.decision(plain if side.method is None else carried(side.method, plain, asked))
        if expected and (decision.selected if decision.status in (200, 429) else None) != entry:
            raise UndecidedError(f"the formulas say `{entry}`, and the reference meaning says `{decision.selected}`")
        found.append(decision)
    model = next(side.model.id for side in sides if side.model is not None)
    answers = [_answered(side, decision) for side, decision in zip(sides, found, strict=True)]
    return Witness(model, user, groups, headers, answers[0], answers[1]), (found[0], found[1])


def _answered(side: Asked, decision: Decision) -> Answered:
    return Answered(side.method.name if side.method else None, decision.status, decision.selected)
