"""A comparison for programs: one JSON object.

`{"verdict", "changed", "rows", "steps", "objects", "inert", "outside", "checkedStates", "rosterSize", "gates"}`. A row is
`{"changes", "models", "callers", "before", "after", "also", "because", "witness", "people"}`; `models` is empty where the whole
platform is meant. `also` is `{"asking", "first", "before", "after", "witness"}` of requests of the same callers that name other
entries. `callers` is `{"words", "kinds", "asking", "first", "methods"}`, where `kinds` is null when it is too long to
be told and each kind is `{"groups", "users", "notGroups", "notUsers"}`: a caller is in one group of each list of `groups`.
`outside` is null without a scope, `people` without a roster. Of each gate that was asked for `gates` has
`{"gate", "tripped", "rows", "steps", "objects"}`.
"""

from __future__ import annotations

import json

from compiler.diff import words
from compiler.diff.result import Callers, Cause, Diff, Row, Step, Witness
from compiler.diff.verdict import verdict

Plain = dict[str, object]


def render(diff: Diff) -> str:
    """Give the whole object, spelt in ASCII."""
    found = {
        "verdict": verdict(diff),
        "changed": not diff.nothing,
        "rows": [row(one) for one in diff.rows],
        "steps": [_step(step) for step in diff.steps],
        "objects": [{"file": one.file, "kind": one.kind, "name": one.name, "change": one.fate} for one in diff.objects],
        "inert": [_cause(one) for one in diff.inert],
        "outside": None if diff.outside is None else list(diff.outside),
        "checkedStates": diff.checked,
        "rosterSize": diff.roster,
        "gates": [
            {"gate": one.gate, "tripped": one.tripped, "rows": one.rows, "steps": one.steps, "objects": one.objects}
            for one in diff.gates
        ],
    }
    return json.dumps(found, indent=2) + "\n"


def row(found: Row) -> Plain:
    """Give one change."""
    return {
        "changes": [change.value for change in found.changes],
        "models": list(found.models),
        "callers": _callers(found.callers),
        "before": found.before,
        "after": found.after,
        "also": [
            {
                "asking": one.asking,
                "first": one.first,
                "before": one.before,
                "after": one.after,
                "witness": None if one.witness is None else _witness(one.witness),
            }
            for one in found.also
        ],
        "because": [_cause(one) for one in found.causes],
        "witness": None if found.witness is None else _witness(found.witness),
        "people": None if found.people is None else list(found.people),
    }


def _callers(found: Callers) -> Plain:
    kinds = None
    if found.kinds is not None:
        kinds = [
            {
                "groups": [list(group) for group in one.groups],
                "users": list(one.users),
                "notGroups": list(one.but),
                "notUsers": list(one.not_users),
            }
            for one in found.kinds
        ]
    asked = {"asking": found.asking, "first": found.first}
    return {"words": words.callers(found), "kinds": kinds, **asked, "methods": list(found.methods)}


def _cause(found: Cause) -> Plain:
    return {"side": found.side, "file": found.file, "line": found.line or None, "what": found.what}


def _witness(found: Witness) -> Plain:
    return {
        "model": found.model,
        "user": found.user,
        "groups": list(found.groups),
        "headers": dict(found.headers),
        **{
            side: {"method": one.method, "status": one.status, "selected": one.selected}
            for side, one in (("before", found.before), ("after", found.after))
        },
    }


def _step(step: Step) -> Plain:
    return {
        "safety": step.safety.value,
        "models": list(step.models),
        "callers": _callers(step.callers),
        "applied": list(step.applied),
        "missing": list(step.missing),
        "says": step.says,
        "witness": step.person or None,
    }
