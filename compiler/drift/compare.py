"""Compares the objects of a cluster with those of `out/`, and tells what that means where the configuration is at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from compiler.diagnostics.count import counted
from compiler.diff.side import Side
from compiler.drift.dump import Key, Live
from compiler.drift.meaning import meaning
from compiler.drift.normal import readable
from compiler.drift.objects import Written, compared, extra, target_of
from compiler.drift.result import Drift, Fate, ObjectDrift
from compiler.gateway.read import KINDS
from compiler.program.ir import Program
from compiler.source.document import Sources

# Where objects that are in no file of `out/` are put, unless they are about a model or the Gateway.
_ELSEWHERE: Final = "extra/objects.yaml"


def drift(written: Written, live: Sequence[Live], program: Program | None, unmeant: str | None) -> Drift:
    """Compare; without a Program, `unmeant` says why nothing is said of the meaning."""
    objects, same = compared(written, live)
    remarks = tuple(_remarks(written, live, objects))
    if program is None or not objects:
        return Drift(objects, unmeant=unmeant if objects else None, same=same, remarks=remarks)
    ours = _side(program, _documents(program, written.objects, written, {}))
    there = _side(program, _documents(program, _concerned(written, live), written, _files(written)))
    rows, unknown = meaning(ours, there)
    return Drift(objects, rows, unknown, same=same, remarks=remarks)


def _side(program: Program, documents: Mapping[str, tuple[Mapping[str, object], ...]]) -> Side:
    return Side("", "", program, Sources(), documents)


def _concerned(written: Written, live: Sequence[Live]) -> list[Live]:
    """Give the live objects that may matter to a request for one of our models."""
    known = {one.key for one, _ in extra(written, live)}
    return [one for one in live if (one.key in written.by_key or one.key in known) and one.key[1] in KINDS]


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
            file = "gateway/extra.yaml" if target == ours else files.get(target or _role_of(one), _ELSEWHERE)
        found.setdefault(file, []).append(readable(one.data))
    return {file: tuple(content) for file, content in sorted(found.items())}


def _role_of(binding: Live) -> Key:
    reference = binding.data.get("roleRef")
    name = str(reference.get("name")) if isinstance(reference, Mapping) else ""
    return "rbac.authorization.k8s.io", "Role", binding.key[2], name


def _remarks(written: Written, live: Sequence[Live], objects: Sequence[ObjectDrift]) -> Iterator[str]:
    """Say what makes one doubt that everything was dumped, and which policies are there without being in force."""
    there = Counter(one.key[1] for one in live)
    missing = Counter(one.key[1] for one in objects if one.fate is Fate.MISSING)
    for kind in sorted(missing):
        if not there[kind]:
            yield f"the dump holds no {kind} at all: {counted(missing[kind], 'is', 'are')} missing, unless nobody asked for them"
    for one in live:
        if one.key in written.by_key and (why := _not_enforced(one)):
            yield f"{one.key[1]} {one.key[2]}/{one.key[3]} is not in force: {why}"


def _not_enforced(policy: Live) -> str | None:
    status = policy.data.get("status")
    conditions = status.get("conditions") if isinstance(status, Mapping) else None
    for one in conditions if isinstance(conditions, list) else []:
        if isinstance(one, Mapping) and one.get("type") in ("Accepted", "Enforced") and one.get("status") == "False":
            return f"{one['type']} is False, {one.get('reason', 'for no reason')}"
    return None
