"""The report for test dashboards: JUnit XML, one suite a file and one test a case."""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from compiler.diagnostics.visible import visible
from compiler.suites.formats.words import failure
from compiler.suites.report import Report
from compiler.suites.result import Result

_NAME = "maasc test"


def render(report: Report) -> str:
    """Give the document; what was measured is a suite of its own, with a test for each bound."""
    root = Element("testsuites", {"name": _NAME})
    numbered = list(enumerate(report.results))
    for suite, group in groupby(numbered, key=lambda pair: pair[1].case.suite):
        _suite(root, suite, list(group), report)
    if report.bounds:
        failures = sum(not bound.reached for bound in report.bounds)
        counts = {"name": _NAME, "tests": str(len(report.bounds)), "failures": str(failures), "errors": "0", "skipped": "0"}
        node = SubElement(root, "testsuite", counts)
        for bound in report.bounds:
            case = SubElement(node, "testcase", {"classname": _NAME, "name": bound.name})
            if not bound.reached:
                SubElement(case, "failure", {"message": str(bound), "type": bound.name})
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, name: str, group: list[tuple[int, Result]], report: Report) -> None:
    counts = {status: sum(result.status == status for _, result in group) for status in ("failed", "skipped")}
    attributes = {"name": visible(name), "tests": str(len(group)), "failures": str(counts["failed"]), "errors": "0"}
    node = SubElement(root, "testsuite", {**attributes, "skipped": str(counts["skipped"])})
    for number, result in group:
        case = SubElement(node, "testcase", {"classname": visible(name), "name": visible(result.case.name)})
        if result.status == "skipped":
            SubElement(case, "skipped", {"message": visible(result.note)})
        elif result.status == "failed":
            where = report.suites.of(result.case.place)
            lines = [f"{where}", *failure(number, result, report)]
            first = result.wrong[0]
            message = f"{first.what}: expected {first.expected}, got {first.got}"
            attributes = {"message": visible(message), "type": visible(first.what)}
            SubElement(case, "failure", attributes).text = "\n".join(visible(line) for line in lines)
