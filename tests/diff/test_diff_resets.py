"""Counters are said to be reset exactly for those whom the simulated gateway then counts elsewhere."""

from __future__ import annotations

import pytest
from diff_bench import asked, covers, side
from diff_corpus import BASE, CORPUS, Edit, edited

from compiler.diff.compare import Comparison
from compiler.diff.result import Change
from compiler.diff.side import Side
from compiler.engines.registry import installed
from compiler.gateway.answer import answer
from compiler.gateway.cluster import Cluster
from compiler.gateway.identities import Identities, Token
from compiler.gateway.limitador import CounterId
from compiler.gateway.read import read
from compiler.gateway.release import find_release
from compiler.gateway.requests import HttpRequest
from compiler.prove.from_gateway import externals
from compiler.render import yaml

ENGINE = installed()[-1]
UNLIMITED = 10**12
CALLERS = (("alice", ()), ("bob", ("paid",)), ("nobody", ("free",)), ("nobody", ("gold", "lab")), ("nobody", ("lab", "paid")))


def cluster(of: Side) -> Cluster:
    text = yaml.stream([one.data for one in of.objects.values()])
    return read({"objects": text}, externals=externals(of.program))[0]


def counted(of: Side, there: Cluster, model: str, user: str, groups: tuple[str, ...]) -> dict[str, set[CounterId]]:
    """Give the counters that a request adds to, by unit."""
    found = of.program.model(model)
    path = f"{found.prefix}/v1/chat/completions" if found else "/"
    request = HttpRequest("POST", of.program.platform.gateway.hostname, path, (("authorization", "Bearer example"),))
    token = Token(("https://kubernetes.default.svc",), user, groups, "1")
    release = find_release(".".join(str(part) for part in of.program.platform.kuadrant if part is not None))
    got = answer(there, release, ENGINE, Identities(tokens={"example": token}), request)
    if got.status != 200:
        return {}
    units: dict[str, set[CounterId]] = {}
    for matched in got.limits:
        if 0 < matched.limit < UNLIMITED:
            units.setdefault(matched.unit, set()).add(matched.counted.counter)
    return units


EDITS = [pytest.param(edit, id=name) for name, edit, _ in CORPUS if "audience" not in name and "order" not in name]


@pytest.mark.parametrize("edit", EDITS)
def test_exactly_those_are_told_whose_count_is_another(edit: Edit) -> None:
    base, head = side({"a.yaml": BASE}), side({"a.yaml": edited(edit)})
    rows = [row for row in Comparison(base, head).run().rows if Change.RESET in row.changes and row.callers.kinds]
    clusters = cluster(base), cluster(head)
    for model in sorted({one.id for one in base.program.models} & {one.id for one in head.program.models}):
        for user, groups in CALLERS:
            old, new = (counted(of, there, model, user, groups) for of, there in zip((base, head), clusters, strict=True))
            reset = any(
                old.get(unit, set()) - new.get(unit, set()) and new.get(unit, set()) - old.get(unit, set()) for unit in old
            )
            told = [
                row
                for row in rows
                if model in row.models
                and (row.callers.asking is None or row.callers.first)
                and "openshift" in (*row.callers.methods, *(["openshift"] if not row.callers.methods else []))
                and covers(row, user, frozenset(groups))
                and _has(base, model, user, groups, row.before)
            ]
            assert bool(told) == reset, (model, user, groups, old, new, told)


def _has(of: Side, model: str, user: str, groups: tuple[str, ...], words: str) -> bool:
    return str(asked(of.program, of.program.platform.methods[0], model, (user, frozenset(groups)), None)) == words
