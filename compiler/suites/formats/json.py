"""The report for programs: stable plain objects.

`{"passed", "failed", "skipped", "cases", "coverage", "mutation", "bounds"}`. A case is `{"suite", "name", "file", "line",
"column", "status", "wrong", "because", "engines", "values", "note"}`: `wrong` are `{"what", "expected", "got"}`, `because`
are places of the configuration, `engines` are `{"engine", "answer"}` where they differ, `values` are
`{"section", "says", "name", "expression", "value"}`. `coverage` and `mutation` are null when they were not asked for; of
mutants `leftOut` were not tried, because `most` of the configuration are, and as many of the manifests.
"""

from __future__ import annotations

import json

from compiler.diagnostics.model import Place
from compiler.explain.position import Positions
from compiler.suites.coverage import Coverage
from compiler.suites.mutation import Mutation
from compiler.suites.report import Report
from compiler.suites.result import Result

Data = dict[str, object]


def render(report: Report) -> str:
    """Give one JSON object."""
    data: Data = {status: report.count(status) for status in ("passed", "failed", "skipped")}
    data["cases"] = [_case(number, result, report) for number, result in enumerate(report.results)]
    data["coverage"] = _coverage(report.coverage, report) if report.coverage is not None else None
    data["mutation"] = _mutation(report.mutation, report) if report.mutation is not None else None
    data["bounds"] = [{"name": one.name, "measured": one.measured, "least": one.least} for one in report.bounds]
    return json.dumps(data, indent=2) + "\n"


def _case(number: int, result: Result, report: Report) -> Data:
    return {
        "suite": result.case.suite,
        "name": result.case.name,
        **_place(result.case.place, report.suites),
        "status": result.status,
        "wrong": [{"what": one.what, "expected": one.expected, "got": one.got} for one in result.wrong],
        "because": [_place(place, report.config) for place in result.because],
        "engines": [{"engine": engine, "answer": told} for engine, told in result.table],
        "values": [
            {"section": section.title, "says": section.says, "name": one.name, "expression": one.expression, "value": one.value}
            for section in report.values.get(number, ())
            for one in section.shown
        ],
        "note": result.note,
    }


def _coverage(coverage: Coverage, report: Report) -> Data:
    return {
        "percent": coverage.share,
        "kinds": {kind: {"covered": covered, "total": total} for kind, covered, total in coverage.counts},
        "missed": [
            {"kind": one.kind, "says": one.says, **_place(one.place, report.out if one.kind == "branches" else report.config)}
            for one in coverage.missed
        ],
    }


def _mutation(mutation: Mutation, report: Report) -> Data:
    return {
        "percent": mutation.share,
        "killed": mutation.killed,
        "equivalent": mutation.equivalent,
        "unobservable": mutation.unobservable,
        "stillborn": mutation.stillborn,
        "leftOut": mutation.left_out,
        "most": mutation.most,
        "survivors": [
            {"says": one.says, "test": list(one.test), **_place(one.place, report.out if one.emitted else report.config)}
            for one in mutation.survivors
        ],
    }


def _place(place: Place, positions: Positions) -> Data:
    found = positions.of(place)
    return {"file": found.file, "line": found.line, "column": found.column}
