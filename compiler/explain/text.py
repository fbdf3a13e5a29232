"""An explanation for people: the answer, each step with the line that decided it, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.diagnostics.count import counted
from compiler.diagnostics.visible import visible
from compiler.explain.edits import decided
from compiler.explain.emitted import Reading
from compiler.explain.explanation import Explanation
from compiler.explain.expressions import Section, Shown
from compiler.explain.position import Position, Positions
from compiler.explain.words import limited, listed
from compiler.program.decide import Decision

_WIDTH = len("identity headers")
# Places of one step that are told; a model may have hundreds of entries.
_MOST_PLACES = 6
# Lines of the configuration, each of which would do, that are told.
_MOST_EDITS = 4
_TRIED = "a group less or more, another of the caller's entries, a line about access, owners, members, grants or a 0"
# Characters of an expression that are told; tables of groups may be megabytes long.
_MOST_TEXT = 400


def render(of: Explanation, emitted: tuple[Reading, ...], positions: Positions) -> str:
    """Give the text, which ends with a line break; `emitted` are the answers of all engines."""
    lines = [_headline(of), *(f"note: {note}" for note in of.question.notes), ""]
    for step in of.steps:
        mark = "no" if step.refuses else "ok"
        lines.append(f"  {mark}  {step.name:{_WIDTH}}  {step.says}")
        told = dict.fromkeys(positions.of(place) for place in step.places)
        lines += list(_places(list(told)))
    lines += ["", *_flips(of, positions), "", *_emitted(emitted)]
    return "".join(f"{visible(line)}\n" for line in lines)


def brief(of: Explanation) -> str:
    """Give the answer alone, as one line."""
    return f"{visible(_headline(of))}\n"


def expressions(sections: tuple[Section, ...], positions: Positions) -> str:
    """Give the emitted expressions with their values, after a blank line; `positions` are those of the manifests."""
    lines: list[str] = []
    for section in sections:
        lines += ["", f"{section.title}: {section.says}"]
        for one in section.shown:
            lines += list(_shown(one, positions, 1))
    return "".join(f"{visible(line)}\n" for line in lines)


def _headline(of: Explanation) -> str:
    asked = of.question
    if asked.method is None:
        who = "a caller without a credential"
    else:
        user = f"user `{asked.caller.userid}`" if asked.named else "a user"
        who = f"{user} in {listed(asked.brought)}" if asked.brought else f"{user} in no group"
    return f"{answered(of.decision)}: {who} asks `{asked.model.id}` for {asked.request.path}"


def answered(decision: Decision) -> str:
    """Say an answer in a few words."""
    costs = "at no cost to" if decision.reason == "listing" else "metered by"
    by = f", {costs} `{decision.selected}`" if decision.selected is not None else ""
    told = f" ({', '.join(limited(limit) for limit in decision.limits)})" if decision.limits else ""
    return f"{decision.status} {decision.reason}{by}{told}"


def _places(told: list[Position]) -> Iterator[str]:
    for position in told[:_MOST_PLACES]:
        yield f"{' ' * (_WIDTH + 8)}{position}  {position.quoted}".rstrip()
    if len(told) > _MOST_PLACES:
        yield f"{' ' * (_WIDTH + 8)}and {len(told) - _MOST_PLACES} more"


def _flips(of: Explanation, positions: Positions) -> Iterator[str]:
    if not of.changes and not of.edits:
        # Only what was tried is spoken of: somebody may always know of another way.
        yield f"nothing that was tried would {_turned(of.decision)}: {_TRIED}"
        return
    yield f"what would {_turned(of.decision)}:"
    if not of.changes:
        yield "  of the request, nothing that was tried: one group more or less, or another of the caller's own entries asked for"
    for change in of.changes:
        yield f"  {change.says}: {answered(change.decision)}"
    if of.left_out:
        yield f"  and {counted(of.left_out, 'more single change')}"
    if not of.edits:
        yield "  no single line of the configuration that was tried"
    if len(of.edits) > 1:
        yield "  in the configuration, any one of:"
    for edit in of.edits[:_MOST_EDITS]:
        position = positions.of(edit.place)
        start = "  in the configuration," if of.edit else "   "
        yield f"{start} {edit.says}: {answered(decided(of.question, edit))}"
        yield f"    {position}  {position.quoted}".rstrip()
    if len(of.edits) > _MOST_EDITS:
        yield f"    and {len(of.edits) - _MOST_EDITS} more"


def _turned(decision: Decision) -> str:
    return {200: "refuse it", 401: "give another answer"}.get(decision.status, "let it through")


def _emitted(found: tuple[Reading, ...]) -> Iterator[str]:
    if len({str(one) for one in found}) == 1:
        yield f"the emitted manifests answer {found[0]}, on {', '.join(one.engine for one in found)}"
        return
    for one in found:
        yield f"the emitted manifests answer {one}, on {one.engine}"


def _shown(one: Shown, positions: Positions, level: int) -> Iterator[str]:
    name = f"{one.name} = " if one.name else ""
    where = f"  [{positions.of(one.place)}]" if one.place is not None else ""
    yield f"{'  ' * level}{name}{one.value}{where}"
    yield f"{'  ' * level}    {_cut(one.expression)}"
    for part in one.parts:
        yield from _shown(part, positions, level + 2)


def _cut(expression: str) -> str:
    return expression if len(expression) <= _MOST_TEXT else f"{expression[:_MOST_TEXT]}... ({len(expression)} characters)"
