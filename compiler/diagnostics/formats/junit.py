"""The report for test dashboards: JUnit XML, one test case for each file and code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from compiler.diagnostics.formats.prose import position, prose
from compiler.diagnostics.locate import Locator
from compiler.diagnostics.look import PLAIN, Look
from compiler.diagnostics.model import Diagnostic, Severity, failed
from compiler.diagnostics.order import ordered
from compiler.diagnostics.visible import visible

_NAME: Final = "maasc"
_ALL_FINE: Final = "configuration"


def render(diagnostics: Sequence[Diagnostic], sources: Locator, look: Look = PLAIN) -> str:
    """Give one suite; errors are failures, other diagnostics the output of a test that passes.

    Without diagnostics there is one test that passes, since dashboards take a suite without tests for a broken one.
    """
    cases = _cases(ordered(diagnostics, sources))
    failures = sum(failed(case) for case in cases)
    counts = {"name": _NAME, "tests": str(max(len(cases), 1)), "failures": str(failures), "errors": "0"}
    root = Element("testsuites", counts)
    suite = SubElement(root, "testsuite", {**counts, "skipped": "0"})
    for case in cases:
        _add_case(suite, case, sources, look)
    if not cases:
        SubElement(suite, "testcase", {"classname": _NAME, "name": _ALL_FINE})
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _cases(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[Diagnostic, ...]]:
    """Gather the diagnostics of each file and code."""
    return [tuple(group) for _, group in groupby(sorted(diagnostics, key=_case_key), key=_case_key)]


def _case_key(found: Diagnostic) -> tuple[str, str]:
    return found.place.file if found.place else "", found.code


def _add_case(suite: Element, case: tuple[Diagnostic, ...], sources: Locator, look: Look) -> None:
    first = case[0]
    classname = visible(look.base + first.place.file) if first.place else _NAME
    node = SubElement(suite, "testcase", {"classname": classname, "name": visible(first.code)})
    errors = [found for found in case if found.severity is Severity.ERROR]
    others = [found for found in case if found.severity is not Severity.ERROR]
    if errors:
        attributes = {"message": visible(errors[0].headline), "type": visible(first.code)}
        SubElement(node, "failure", attributes).text = _listed(errors, sources, look)
    if others:
        SubElement(node, "system-out").text = _listed(others, sources, look)


def _listed(diagnostics: list[Diagnostic], sources: Locator, look: Look) -> str:
    return "\n\n".join(_entry(found, sources, look) for found in diagnostics)


def _entry(found: Diagnostic, sources: Locator, look: Look) -> str:
    where = f"{position(found.place, sources, look)}: " if found.place else ""
    return f"{where}{found.severity.value}[{visible(found.code)}]: {prose(found, sources, look)}"
