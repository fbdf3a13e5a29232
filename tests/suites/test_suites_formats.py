"""The forms of the report."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from suites_bench import BASELINE, CALLERS, CONFIG, TODAY, Bench

from compiler.explain.position import Positions
from compiler.source.document import Sources
from compiler.source.load import load_text
from compiler.suites.coverage import coverage
from compiler.suites.formats import FORMATS
from compiler.suites.mutation import Mutation, Survivor
from compiler.suites.plain_engine import PlainEngine
from compiler.suites.report import Bound, Report, percent
from compiler.suites.run import run
from compiler.suites.values import values

SUITE = f"""{CALLERS}
expect:
  - {{caller: fred, model: sim, status: 200, selected: small}}
  - {{caller: fred, model: hidden, status: 200}}
  - {{caller: gail, model: sim, status: 200, selected: small}}
  - {{caller: tina, model: sim, status: 403, skip: {{reason: "100% later, maybe", until: 2027-01-01}}}}
"""


def _report(small: Bench, suite: str = SUITE, **changes: object) -> Report:
    loaded = small.loaded(suite)
    cases = small.cases(suite)
    on = small.platform(cases, (BASELINE, PlainEngine()))
    results = tuple(run(cases, on, TODAY))
    config = Sources(load_text("maas.yaml", CONFIG.encode())[0], {"maas.yaml": CONFIG})
    emitted = Sources(tuple(one for path, text in on.texts.items() for one in load_text(path, text.encode())[0]), on.texts)
    found = Report(
        results,
        values(results, on),
        Positions(loaded.sources, "."),
        Positions(config, "config"),
        Positions(emitted, "out"),
        coverage(results, small.program, on, small.probes),
    )
    return replace(found, **changes)


def test_text_shows_expected_and_got_and_the_line_that_decided(small: Bench) -> None:
    text = FORMATS["text"](_report(small))
    file = (small.folder / "0.yaml").as_posix()
    assert f"FAILED {file}:15:5  fred asks hidden for chat\n  status    expected 200, got 403 (no-access)\n" in text
    assert "  decided   config/maas.yaml:22:3  hidden: {backend: {kind: LLMInferenceService}}\n" in text
    assert '  values    userid = "fred", groups = ["free-user"], tier = "", selected_subscription = ""\n' in text
    assert "  value     authorization `model-access`: false is false\n" in text
    assert "  selected  expected small, got gold\n" in text
    assert "limit of tokens `tokens-500-per-1m-and-900-per-1h` (500 in 60s, 900 in 3600s) applies" in text
    assert f"skipped {file}:17:5  tina asks sim for chat: 100% later, maybe\n" in text
    assert text.endswith("1 passed, 2 failed, 1 skipped\n")


def test_text_tells_what_is_not_covered(small: Bench) -> None:
    text = FORMATS["text"](_report(small))
    assert "coverage " in text
    assert "  not covered: config/maas.yaml:32:12  nobody is stopped by 900 tokens in 1h\n" in text
    assert "  and " in text
    assert "branches " in text


def _mutation(report: Report) -> Mutation:
    place = report.results[0].because[0]
    survivors = tuple(
        Survivor(f"mistake {number}", place, emitted=False, test=("callers: {}", "expect: []")) for number in range(25)
    )
    return Mutation(killed=75, equivalent=3, unobservable=2, left_out=4, survivors=survivors, stillborn=1)


def test_text_lists_survivors_with_their_tests(small: Bench) -> None:
    report = _report(small)
    text = FORMATS["text"](
        replace(report, mutation=_mutation(report), bounds=(Bound("mutation", 75, 95), Bound("coverage", 50, 40)))
    )
    tried = "75 of 100 mutants killed, 3 equivalent, 2 that no request shows, 1 refused by the compiler, 4 not tried"
    reason = "at most 2,000 of the configuration and as many of the manifests are, spread evenly over all"
    assert f"mutation 75 %: {tried}\n  not tried: {reason}\n" in text
    assert (
        "  survived: config/maas.yaml:23:3  mistake 0\n    callers: {}\n    expect: []\n" in text
        or "mistake 0\n    callers: {}" in text
    )
    assert "  and 5 more\n" in text
    assert "mutation is 75 %, and 95 % is asked for\n" in text
    assert "coverage is 50 %" not in text


def test_json_is_complete(small: Bench) -> None:
    report = _report(small)
    data = json.loads(FORMATS["json"](replace(report, mutation=_mutation(report), bounds=(Bound("mutation", 75, 95),))))
    assert (data["passed"], data["failed"], data["skipped"]) == (1, 2, 1)
    by_name = {case["name"]: case for case in data["cases"]}
    failed = by_name["fred asks hidden for chat"]
    assert failed["wrong"] == [{"what": "status", "expected": "200", "got": "403 (no-access)"}]
    assert failed["because"] == [{"file": "config/maas.yaml", "line": 22, "column": 11}]
    assert {one["section"] for one in failed["values"]} >= {"facts of `openshift`", "authorization `model-access`"}
    assert by_name["fred asks sim for chat"]["values"] == []
    assert (failed["line"], failed["column"]) == (15, 5)
    assert data["coverage"]["kinds"].keys() == {"grants", "limits", "branches"}
    assert data["mutation"]["percent"] == 75
    assert (data["mutation"]["leftOut"], data["mutation"]["most"]) == (4, 2000)
    assert data["mutation"]["survivors"][0]["test"] == ["callers: {}", "expect: []"]
    assert data["bounds"] == [{"name": "mutation", "measured": 75, "least": 95}]
    assert json.loads(FORMATS["json"](replace(report, coverage=None)))["coverage"] is None


def test_junit_has_a_test_for_each_case_and_bound(small: Bench) -> None:
    report = _report(small)
    root = ET.fromstring(FORMATS["junit"](replace(report, bounds=(Bound("coverage", 50, 90), Bound("mutation", 99, 95)))))  # noqa: S314 - our own text
    suite, measured = root.findall("testsuite")
    assert {name: suite.get(name) for name in ("tests", "failures", "skipped")} == {"tests": "4", "failures": "2", "skipped": "1"}
    cases = {case.get("name"): case for case in suite.findall("testcase")}
    failure = cases["fred asks hidden for chat"].find("failure")
    assert failure is not None
    assert failure.get("message") == "status: expected 200, got 403 (no-access)"
    assert "decided" in (failure.text or "")
    skipped = cases["tina asks sim for chat"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "100% later, maybe"
    assert [case.find("failure") is None for case in measured.findall("testcase")] == [False, True]


def test_github_marks_the_lines_of_the_suite(small: Bench) -> None:
    report = _report(small)
    lines = FORMATS["github"](replace(report, mutation=_mutation(report), bounds=(Bound("mutation", 75, 95),))).splitlines()
    file = (small.folder / "0.yaml").as_posix()
    assert lines[0].startswith(f"::error file={file},line=15,title=fred asks hidden for chat::status    expected 200, got 403")
    assert "%0A" in lines[0]
    assert f"::notice file={file},line=17,title=tina asks sim for chat::skipped: 100%25 later, maybe" in lines
    assert any(line.startswith("::warning file=config/maas.yaml,line=") and "mutant survived" in line for line in lines)
    assert "::error title=mutation::mutation is 75 %25, and 95 %25 is asked for" in lines
    assert lines[-1] == "::notice title=maasc test::1 passed, 2 failed, 1 skipped"


@pytest.mark.parametrize(("share", "text"), [(100.0, "100 %"), (99.99, "99.9 %"), (0.0, "0 %"), (66.666, "66.6 %")])
def test_shares_are_never_rounded_up(share: float, text: str) -> None:
    assert percent(share) == text


def test_nothing_in_a_name_steers_a_terminal(small: Bench) -> None:
    """What users write is shown, and not obeyed."""
    suite = f'{CALLERS}expect: [{{name: "a\\x1b[31m", caller: fred, model: sim, status: 403}}]'
    for form, render in FORMATS.items():
        assert "\x1b" not in render(_report(small, suite)), form


def test_a_table_of_engines_is_shown(small: Bench) -> None:
    report = _report(small)
    first = replace(report.results[1], table=(("meant", "403"), ("celpy", "200")), note="a note")
    text = FORMATS["text"](replace(report, results=(report.results[0], first)))
    assert "  engine    meant  403\n  engine    celpy  200\n" in text
    assert "  note      a note\n" in text
