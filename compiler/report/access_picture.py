"""The graph of who reaches which model, and through what budget; what is alike is drawn once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from compiler.diagnostics.count import counted
from compiler.effective.subjects import Subject, caller, subjects
from compiler.explain.words import limited
from compiler.intent.intent import Intent
from compiler.program.decide import Caller, Request, decide, limits_of
from compiler.program.ir import Entry, Model, Program
from compiler.report.picture import Drawing, Picture, some

# Beyond this a picture is no help; Mermaid refuses more than 500 links unless it is configured to take them.
MOST_LINKS: Final = 400
MOST_MODELS: Final = 60

# A column of the drawing, and the number of a box in it.
_Box = tuple[int, int]

# What meters a kind of callers on each kind of models, None where it is refused.
_Metered = tuple[Entry | None, ...]


def access_picture(program: Program, intent: Intent) -> Picture:
    """Draw callers on the left, what meters them in the middle, models on the right."""
    drawing = Drawing("Who reaches which model, metered by what", [[], [], []])
    kinds = _alike(program)
    shown = kinds[:MOST_MODELS]
    models = [drawing.box(2, "model", some([model.id for model in kind])) for kind in shown]
    nothing: list[str] = []
    left_out = 0
    links = 0
    # By what meters and by kind of models, the callers whom it meters there.
    meters: dict[tuple[str, tuple[str, ...]], dict[int, list[_Box]]] = {}
    for metered, names in _callers(program, intent, [kind[0] for kind in shown]):
        reached = [(number, (entry.key, _budget(entry))) for number, entry in enumerate(metered) if entry is not None]
        more = len({meter for _, meter in reached}) + len(reached)
        if not reached:
            nothing += names
        elif links + more > MOST_LINKS:
            left_out += 1
        else:
            links += more
            source = drawing.box(0, "caller", some(names))
            for number, meter in reached:
                meters.setdefault(meter, {}).setdefault(number, []).append(source)
    for (key, budget), by_model in meters.items():
        _meter(drawing, (key, *budget), {models[number]: sources for number, sources in by_model.items()})
    if nothing:
        drawing.box(0, "note", ["reach none of these:", *some(nothing)])
    if left_out:
        drawing.box(0, "note", [f"and {counted(left_out, 'more kind')} of callers,", "left out here"])
    if len(kinds) > len(shown):
        drawing.box(2, "note", [f"and {counted(len(kinds) - len(shown), 'more kind')} of models,", "left out here"])
    return drawing.done()


def _meter(drawing: Drawing, lines: Sequence[str], reached: Mapping[_Box, Sequence[_Box]]) -> None:
    """Draw what meters once for all models that the same callers reach by it, and no oftener than it takes to say no more."""
    together: dict[tuple[_Box, ...], list[_Box]] = {}
    for model, sources in reached.items():
        together.setdefault(tuple(sources), []).append(model)
    for sources, models in together.items():
        middle = drawing.box(1, "meter", lines)
        drawing.links += [(source, middle) for source in sources]
        drawing.links += [(middle, model) for model in models]


def _alike(program: Program) -> list[list[Model]]:
    """Join the models that answer every caller alike."""
    found: dict[Hashable, list[Model]] = {}
    for model in program.models:
        entries = tuple((entry.key, entry.subjects, entry.budget) for entry in model.entries)
        key = (model.tiers, tuple(grant.subjects for grant in model.grants), entries)
        found.setdefault(key, []).append(model)
    return list(found.values())


def _callers(program: Program, intent: Intent, models: Sequence[Model]) -> list[tuple[_Metered, list[str]]]:
    """Join the callers who are answered alike on all the models."""
    answers = [_Answers(program, model) for model in models]
    found: dict[tuple[str | None, ...], tuple[_Metered, list[str]]] = {}
    for subject in subjects(program, intent):
        asks = caller(program, (subject,))
        metered = tuple(one.of(asks) for one in answers)
        _, names = found.setdefault(tuple(None if entry is None else entry.key for entry in metered), (metered, []))
        names.append(_name(subject))
    return list(found.values())


class _Answers:
    """What meters callers on one model, decided once for all whom the model does not name."""

    def __init__(self, program: Program, model: Model) -> None:
        # Deciding looks a model up by its name among all, so it is given only this one.
        self._program = replace(program, models=(model,))
        self._request = Request(model.id, f"{model.prefix}/v1/chat/completions")
        entries = program.precedence(model)
        members = [grant.subjects for grant in model.grants] + [entry.subjects for entry in entries]
        self._named = frozenset(name for one in members for name in (*one.groups, *one.users))
        self._entries = {entry.key: entry for entry in entries}
        self._stranger: Entry | None = self._decided(Caller("any"))

    def of(self, asks: Caller) -> Entry | None:
        if asks.userid in self._named or asks.groups & self._named:
            return self._decided(asks)
        return self._stranger

    def _decided(self, asks: Caller) -> Entry | None:
        return self._entries.get(decide(self._program, asks, self._request).selected or "")


def _name(subject: Subject) -> str:
    return subject.name if subject.kind != "user" else f"user {subject.name}"


def _budget(entry: Entry) -> tuple[str, ...]:
    limits = tuple(limited(limit) for limit in limits_of(entry))
    return limits if entry.budget.tokens else ("unlimited tokens", *limits)
