"""Drift for programs: one JSON object.

`{"verdict", "drift", "rows", "unknown", "unmeant", "objects", "same", "remarks"}`. Rows are those of `maasc diff --format json`:
`before` is what `out/` gives, `after` what the cluster does. `unknown` are `{"model", "why"}`; `unmeant` is null or says why
nothing is said of the meaning. An object is `{"fate", "apiGroup", "kind", "namespace", "name", "file", "effect", "fields"}`, its
fate `missing`, `idle`, `changed` or `extra`, its fields `{"path", "written", "live", "secret"}`: values are JSON as text, null
where there is none or where it may be a secret.
"""

from __future__ import annotations

import json

from compiler.diff.formats.plain import row
from compiler.drift.result import Drift, ObjectDrift

Plain = dict[str, object]


def render(drift: Drift) -> str:
    """Give the whole object, spelt in ASCII."""
    found = {
        "verdict": drift.verdict,
        "drift": not drift.nothing,
        "rows": [row(one) for one in drift.rows],
        "unknown": [{"model": one.model, "why": one.why} for one in drift.unknown],
        "unmeant": drift.unmeant,
        "objects": [_object(one) for one in drift.objects],
        "same": drift.same,
        "remarks": list(drift.remarks),
    }
    return json.dumps(found, indent=2) + "\n"


def _object(one: ObjectDrift) -> Plain:
    group, kind, namespace, name = one.key
    fields = [{"path": field.path, "written": field.written, "live": field.live, "secret": field.secret} for field in one.fields]
    identity = {"apiGroup": group, "kind": kind, "namespace": namespace, "name": name}
    return {"fate": one.fate.word, **identity, "file": one.place.file, "effect": one.effect, "fields": fields}
