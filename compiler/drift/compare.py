"""Compares the objects of a cluster with those of `out/`, and tells what that means where the configuration is at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from compiler.diagnostics.count import counted
from compiler.diff.result import Row
from compiler.diff.side import ObjectKey, Side
from compiler.drift.bearers import bearers
from compiler.drift.dump import Key, Live
from compiler.drift.force import idle
from compiler.drift.grants import Grant, as_ours, grants, role_of
from compiler.drift.meaning import Tell, meaning, silent
from compiler.drift.normal import readable
from compiler.drift.objects import compared
from compiler.drift.result import Drift, Fate, ObjectDrift, Unknown, telling
from compiler.drift.roads import roads
from compiler.drift.routes import beside
from compiler.drift.written import Written, target_of
from compiler.gateway.read import KINDS
from compiler.program.ir import Program
from compiler.prove.leaf import UndecidedError
from compiler.source.document import Sources

_GRANTED: Final = "whoever it names may call models that our Roles give to others: a door beside ours"
# Where objects that are in no file of `out/` are put, unless they are about a model or the Gateway.
_ELSEWHERE: Final = "extra/objects.yaml"


def drift(
    written: Written,
    live: Sequence[Live],
    program: Program | None,
    unmeant: str | None,
    tell: Tell = silent,
) -> Drift:
    """Compare; without a Program, `unmeant` says why nothing is said of the meaning.

    `tell` is told now and then of how many models the meaning is compared.
    """
    granted = grants(written, live)
    besides = tuple(beside(written, live, program))
    doors = {one.binding.key: _GRANTED for one in granted.found} | {one.route.key: one.why for one in besides}
    objects, same = compared(written, live, doors)
    remarks = (*_remarks(live, objects), *granted.remarks)
    if program is None or not objects:
        return Drift(objects, unmeant=unmeant if objects else None, same=same, remarks=remarks)
    ours = _side(program, _documents(program, written.objects, written, {}))
    documents = _documents(program, _concerned(written, live, objects), written, _files(written))
    there = _side(program, documents | _opened(program, documents, granted.found))
    rows, unknown = meaning(ours, there, roads(program, besides, live), tell)
    try:
        rows += _bearers(bearers(written, live, ours), rows, unknown)
    except UndecidedError as error:
        remarks = (*remarks, f"what this means for whoever brings an API key is not known: {error}")
    differing = {one.key[1:] for one in objects}
    known = bool(rows) or bool(differing - _unread(unknown, ours, there))
    read = {one.key for side in (ours, there) for model in program.models for one in side.relevant(model) if telling(one.key)}
    return Drift(objects, rows, unknown, same=same, remarks=remarks, known=known, judged=differing <= read)


def _bearers(found: Sequence[Row], rows: Sequence[Row], unknown: Sequence[Unknown]) -> tuple[Row, ...]:
    """Leave out what is said of models whose policies are not as they are written: it may not be so."""
    otherwise = {model for row in rows for model in row.models} | {one.model for one in unknown}
    return tuple(row for row in found if otherwise.isdisjoint(row.models))


def _unread(unknown: Sequence[Unknown], *sides: Side) -> set[ObjectKey]:
    """Give the objects that decide about models of which it is not known what that means."""
    return {one.key for known in unknown for side in sides for one in side.relevant(side.models[known.model])}


def _opened(
    program: Program, documents: Mapping[str, tuple[Mapping[str, object], ...]], found: Sequence[Grant]
) -> dict[str, tuple[Mapping[str, object], ...]]:
    """Give the files of the models that grants of others are about, with what these say of the model."""
    opened: dict[str, tuple[Mapping[str, object], ...]] = {}
    for model in program.models:
        concerned = [(number, one) for number, one in enumerate(found) if one.covers(model.namespace, model.served_as)]
        if concerned:
            file = f"models/{model.id}.yaml"
            said = (as_ours(one, model, number) for number, one in concerned)
            opened[file] = (*documents.get(file, ()), *(document for pair in said for document in pair))
    return opened


def _side(program: Program, documents: Mapping[str, tuple[Mapping[str, object], ...]]) -> Side:
    return Side("", "", program, Sources(), documents)


def _concerned(written: Written, live: Sequence[Live], objects: Sequence[ObjectDrift]) -> list[Live]:
    """Give the live objects that may matter to a request for one of our models, and are in force."""
    besides = {one.key for one in objects if one.fate is Fate.EXTRA}
    concerned = (one for one in live if one.key in written.by_key or one.key in besides)
    return [one for one in concerned if one.key[1] in KINDS and not idle(one)]


def _files(written: Written) -> Mapping[Key, str]:
    """Give the file of each object, and of what policies are for: whatever else is for the same matters to the same models."""
    found = {one.key: one.place.file for one in written.objects}
    for one in written.objects:
        target = target_of(one)
        if target is not None:
            found.setdefault(target, one.place.file)
    return found


def _documents(
    program: Program, objects: Sequence[Live], written: Written, files: Mapping[Key, str]
) -> dict[str, tuple[Mapping[str, object], ...]]:
    found: dict[str, list[Mapping[str, object]]] = {}
    gateway = program.platform.gateway
    ours = ("gateway.networking.k8s.io", "Gateway", gateway.namespace, gateway.name)
    for one in objects:
        if one.key in written.by_key:
            file = written.by_key[one.key].place.file
        else:
            target = target_of(one)
            file = "gateway/extra.yaml" if target == ours else files.get(target or role_of(one), _ELSEWHERE)
        found.setdefault(file, []).append(readable(one.data))
    return {file: tuple(content) for file, content in sorted(found.items())}


def _remarks(live: Sequence[Live], objects: Sequence[ObjectDrift]) -> Iterator[str]:
    """Say what makes one doubt that everything was dumped."""
    there = Counter(one.key[1] for one in live)
    missing = Counter(one.key[1] for one in objects if one.fate is Fate.MISSING)
    for kind in sorted(missing):
        if not there[kind]:
            yield f"the dump holds no {kind} at all: {counted(missing[kind], 'is', 'are')} missing, unless nobody asked for them"
