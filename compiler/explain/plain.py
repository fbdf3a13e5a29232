"""An explanation as plain data: the keys that scripts rely on, and next to them the steps and what would flip them."""

from __future__ import annotations

from compiler.diagnostics.model import Place
from compiler.explain.edits import decided
from compiler.explain.emitted import Reading
from compiler.explain.explanation import Explanation
from compiler.explain.expressions import Section, Shown
from compiler.explain.position import Positions
from compiler.program.decide import Decision

Data = dict[str, object]


def plain(of: Explanation, emitted: Reading, positions: Positions, sections: tuple[Section, ...] = ()) -> Data:
    """Give the answer.

    `status`, `reason`, `selected`, `limits`, `because` and `emitted` are the contract; `question`, `steps`, `flip` and,
    where it was asked for, `expressions` come in addition.
    """
    decision = of.decision
    data: Data = {
        **_answer(decision),
        "limits": [
            {"unit": one.unit, "limit": one.limit, "seconds": one.seconds, "per": list(one.per)} for one in decision.limits
        ],
        "because": [_place(place, positions) for place in decision.because],
        "emitted": {"status": emitted.status, "selected": emitted.selected},
        "question": _question(of),
        "steps": [
            {
                "step": step.name,
                "refuses": step.refuses,
                "says": step.says,
                "places": [{**_place(place, positions), "text": positions.of(place).quoted} for place in step.places],
            }
            for step in of.steps
        ],
        "flip": _flip(of, positions),
    }
    return data | ({"expressions": [_section(section) for section in sections]} if sections else {})


def _answer(decision: Decision) -> Data:
    return {"status": decision.status, "reason": decision.reason, "selected": decision.selected}


def _question(of: Explanation) -> Data:
    asked = of.question
    return {
        "model": asked.model.id,
        "method": asked.caller.method,
        "user": asked.caller.userid if asked.named else None,
        "groups": list(asked.brought),
        "path": asked.request.path,
        "headers": dict(asked.request.headers),
        "notes": list(asked.notes),
    }


def _flip(of: Explanation, positions: Positions) -> Data:
    lines = [{"change": edit.says, **_place(edit.place, positions), **_answer(decided(of.question, edit))} for edit in of.edits]
    return {
        "caller": [{"change": one.says, **_answer(one.decision)} for one in of.changes],
        "callerLeftOut": of.left_out,
        "config": lines[0] if of.edit is not None else None,
        "configAny": lines,
    }


def _place(place: Place, positions: Positions) -> Data:
    found = positions.of(place)
    return {"file": found.file, "line": found.line, "column": found.column}


def _section(section: Section) -> Data:
    return {"title": section.title, "says": section.says, "shown": [_shown(one) for one in section.shown]}


def _shown(one: Shown) -> Data:
    return {"name": one.name, "expression": one.expression, "value": one.value, "parts": [_shown(part) for part in one.parts]}
