"""The reports for programs: what is in them once they are read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element, fromstring

import jsonschema
import pytest
from diagnostics_examples import LISTS, PLACELESS, SOURCE_TEXTS, SOURCES, UNKNOWN_GROUP, WARNING, Texts, at, error
from hypothesis import given, settings
from msgspec.structs import replace

from compiler.diagnostics.formats import FORMATS, github, junit, sarif
from compiler.diagnostics.formats import json as json_format
from compiler.diagnostics.locate import NOTHING
from compiler.diagnostics.look import Look
from compiler.diagnostics.model import Diagnostic, Note, Severity, failed
from compiler.diagnostics.order import ordered
from compiler.diagnostics.rule import rule

CONFIG = Look(base="config/")
ALL = [UNKNOWN_GROUP, WARNING, PLACELESS]

_REGION: Final = {
    "type": "object",
    "required": ["startLine", "startColumn", "endLine", "endColumn"],
    "additionalProperties": {"type": "integer", "minimum": 1},
}
_LOCATION: Final = {
    "type": "object",
    "required": ["physicalLocation"],
    "additionalProperties": False,
    "properties": {
        "message": {"$ref": "#/$defs/message"},
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "additionalProperties": False,
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "additionalProperties": False,
                    "properties": {"uri": {"type": "string", "pattern": "^[A-Za-z0-9%._~/-]*$"}},
                },
                "region": _REGION,
            },
        },
    },
}
_TEXT: Final = {"type": "object", "required": ["text"], "additionalProperties": False, "properties": {"text": {"type": "string"}}}
# The part of SARIF 2.1.0 that is used; each object holds only properties that the standard gives it.
SARIF: Final[Mapping[str, Any]] = {
    "$defs": {"message": _TEXT},
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
        "version": {"const": "2.1.0"},
        "runs": {
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"const": "unicodeCodePoints"},
                    "tool": {
                        "required": ["driver"],
                        "additionalProperties": False,
                        "properties": {
                            "driver": {
                                "required": ["name", "rules"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"const": "maasc"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "shortDescription": {"$ref": "#/$defs/message"},
                                                "help": {
                                                    "required": ["text", "markdown"],
                                                    "additionalProperties": {"type": "string"},
                                                },
                                                "defaultConfiguration": {
                                                    "additionalProperties": False,
                                                    "properties": {"level": {"enum": ["error", "warning", "note"]}},
                                                },
                                            },
                                        },
                                    },
                                },
                            },
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["ruleId", "ruleIndex", "level", "message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["error", "warning", "note"]},
                                "message": {"$ref": "#/$defs/message"},
                                "locations": {"type": "array", "items": _LOCATION},
                                "relatedLocations": {"type": "array", "items": _LOCATION},
                            },
                        },
                    },
                },
            },
        },
    },
}


def sarif_run(report: str) -> dict[str, Any]:
    """Read a SARIF report back and give its one run."""
    log = json.loads(report)
    jsonschema.validate(log, SARIF)
    run: dict[str, Any] = log["runs"][0]
    return run


def xml(report: str) -> Element:
    """Read an XML report of our own back."""
    return fromstring(report.encode())  # noqa: S314 - our own output


def commands(report: str) -> list[tuple[str, dict[str, str], str]]:
    """Read workflow commands as the runner does: name, properties and message, unescaped."""
    return [_command(line) for line in report.split("\n")[:-1]]


def _command(line: str) -> tuple[str, dict[str, str], str]:
    assert line.startswith("::")
    head, _, message = line[2:].partition("::")
    name, _, properties = head.partition(" ")
    return (
        name,
        {key: unquote(value) for key, _, value in (one.partition("=") for one in properties.split(","))},
        unquote(message),
    )


def test_json_gives_every_field_of_every_diagnostic() -> None:
    """The shape is a contract: all keys, always, and nulls for what is not known."""
    assert json.loads(json_format.render(ALL, SOURCES, CONFIG)) == [
        {
            "code": "no-config",
            "severity": "error",
            "headline": "`config` holds no file",
            "file": None,
            "line": None,
            "column": None,
            "endLine": None,
            "endColumn": None,
            "effect": "nothing is compiled",
            "help": None,
            "notes": [],
        },
        {
            "code": "unknown-group",
            "severity": "error",
            "headline": "`fre-user` is no declared group",
            "file": "config/access.yaml",
            "line": 2,
            "column": 35,
            "endLine": 2,
            "endColumn": 43,
            "effect": "403 for everyone",
            "help": "did you mean `free-user`?",
            "notes": [
                {
                    "text": "the groups are declared here",
                    "file": "config/groups.yaml",
                    "line": 1,
                    "column": 1,
                    "endLine": 1,
                    "endColumn": 7,
                },
                {
                    "text": "names are compared exactly",
                    "file": None,
                    "line": None,
                    "column": None,
                    "endLine": None,
                    "endColumn": None,
                },
            ],
        },
        {
            "code": "empty-file",
            "severity": "warning",
            "headline": "the file holds nothing",
            "file": "config/x.yaml",
            "line": None,
            "column": None,
            "endLine": None,
            "endColumn": None,
            "effect": "no effect",
            "help": None,
            "notes": [],
        },
    ]


def test_json_keeps_the_users_text_and_is_ascii() -> None:
    """A program gets what was written; a terminal that shows the report gets no control character."""
    report = json_format.render([error(headline="\x1b\u202e\u009b`ü`\udc80")], NOTHING)

    assert json.loads(report)[0]["headline"] == "\x1b\u202e\u009b`ü`\udc80"
    assert report.isascii()
    assert "\x1b" not in report


def test_sarif_holds_the_results_with_their_regions_and_related_places() -> None:
    """A result points at the line, at the places of its notes, and at its rule."""
    run = sarif_run(sarif.render(ALL, SOURCES, CONFIG))
    placeless, group, empty = run["results"]

    assert [one["id"] for one in run["tool"]["driver"]["rules"]] == ["empty-file", "no-config", "unknown-group"]
    assert [(one["ruleId"], one["ruleIndex"], one["level"]) for one in run["results"]] == [
        ("no-config", 1, "error"),
        ("unknown-group", 2, "error"),
        ("empty-file", 0, "warning"),
    ]
    assert "locations" not in placeless
    assert group["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "config/access.yaml"},
                "region": {"startLine": 2, "startColumn": 35, "endLine": 2, "endColumn": 43},
            },
        },
    ]
    assert [one["physicalLocation"]["artifactLocation"]["uri"] for one in group["relatedLocations"]] == ["config/groups.yaml"]
    assert [one["message"]["text"] for one in group["relatedLocations"]] == ["the groups are declared here"]
    assert group["message"]["text"].split("\n") == [
        "`fre-user` is no declared group",
        "note: the groups are declared here (config/groups.yaml:1:1)",
        "note: names are compared exactly",
        "effect: 403 for everyone",
        "help: did you mean `free-user`?",
    ]
    assert "region" not in empty["locations"][0]["physicalLocation"]


def test_sarif_carries_the_rule_page_of_a_code_that_has_one() -> None:
    """A reviewer reads the rule next to the finding."""
    run = sarif_run(sarif.render([error(code="no-config"), error(code="no-page")], NOTHING))
    page = rule("no-config")

    assert run["tool"]["driver"]["rules"] == [
        {
            "id": "no-config",
            "shortDescription": {"text": page.meaning},
            "help": {"text": page.markdown, "markdown": page.markdown},
            "defaultConfiguration": {"level": "error"},
        },
        {"id": "no-page"},
    ]


def test_sarif_of_nothing_is_a_run_without_results() -> None:
    """An upload of it closes the alerts of the run before."""
    run = sarif_run(sarif.render([], SOURCES))

    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []


def test_sarif_spells_uris_and_messages_as_the_standard_asks() -> None:
    """A colon is no scheme, a brace no placeholder, a bracket no link."""
    run = sarif_run(sarif.render([error(at(1, 1, 1, 1, file="a b:ü.yaml"), "`{0}` [here](https://x)")], NOTHING))

    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b%3A%C3%BC.yaml"
    assert run["results"][0]["message"]["text"] == "`{{0}}` [here\\](https://x)"


def test_github_gives_one_command_a_diagnostic() -> None:
    """Severity, file, position and code are properties; all that is said of it is the message."""
    assert github.render(ALL, SOURCES, CONFIG) == (
        "::error title=no-config::`config` holds no file%0Aeffect: nothing is compiled\n"
        "::error file=config/access.yaml,line=2,col=35,endLine=2,endColumn=43,title=unknown-group"
        "::`fre-user` is no declared group%0Anote: the groups are declared here (config/groups.yaml:1:1)"
        "%0Anote: names are compared exactly%0Aeffect: 403 for everyone%0Ahelp: did you mean `free-user`?\n"
        "::warning file=config/x.yaml,title=empty-file::the file holds nothing%0Aeffect: no effect\n"
    )
    assert github.render([replace(WARNING, severity=Severity.INFO)], NOTHING).startswith("::notice ")


def test_github_escapes_what_would_end_a_command_or_a_property() -> None:
    """Neither a name nor a file can start a command of its own or lose its percent signs."""
    found = error(at(1, 1, 1, 2, file="a,line=9:100%\n.yaml"), "50%25 `x::y,z`\r\n::set-output name=a::b", code="a:b,c")

    assert github.render([found], NOTHING) == (
        "::error file=a%2Cline=9%3A100%25\\n.yaml,line=1,col=1,endLine=1,endColumn=2,title=a%3Ab%2Cc"
        "::50%2525 `x::y,z`\\r\\n::set-output name=a::b\n"
    )


def test_github_gets_no_columns_for_a_span_of_several_lines() -> None:
    """The runner would drop the whole annotation."""
    (command,) = commands(github.render([error(at(2, 5, 4, 1))], NOTHING))

    assert command == ("error", {"file": "a.yaml", "line": "2", "endLine": "4", "title": "some-code"}, "something is wrong")


def test_junit_has_a_case_for_each_file_and_code() -> None:
    """Errors of one file and code are one failure, and a warning is a test that passes."""
    again = replace(UNKNOWN_GROUP, headline="`x` is no declared group", notes=(), help=None)
    root = xml(junit.render([*ALL, again], SOURCES, CONFIG))
    suite = root[0]

    assert [(node.tag, node.attrib) for node in (root, suite)] == [
        ("testsuites", {"name": "maasc", "tests": "3", "failures": "2", "errors": "0"}),
        ("testsuite", {"name": "maasc", "tests": "3", "failures": "2", "errors": "0", "skipped": "0"}),
    ]
    assert [(case.attrib["classname"], case.attrib["name"], [child.tag for child in case]) for case in suite] == [
        ("maasc", "no-config", ["failure"]),
        ("config/access.yaml", "unknown-group", ["failure"]),
        ("config/x.yaml", "empty-file", ["system-out"]),
    ]
    failure = suite[1][0]
    assert failure.attrib == {"message": "`fre-user` is no declared group", "type": "unknown-group"}
    assert failure.text == (
        "config/access.yaml:2:35: error[unknown-group]: `fre-user` is no declared group\n"
        "note: the groups are declared here (config/groups.yaml:1:1)\nnote: names are compared exactly\n"
        "effect: 403 for everyone\nhelp: did you mean `free-user`?\n\n"
        "config/access.yaml:2:35: error[unknown-group]: `x` is no declared group\neffect: 403 for everyone"
    )
    assert suite[2][0].text == "config/x.yaml: warning[empty-file]: the file holds nothing\neffect: no effect"


def test_junit_of_nothing_is_one_test_that_passes() -> None:
    """Dashboards take a suite without tests for a broken one."""
    suite = xml(junit.render([], SOURCES))[0]

    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("1", "0")
    assert [(case.tag, list(case)) for case in suite] == [("testcase", [])]


def test_the_formats_are_the_documented_ones_and_cannot_be_changed() -> None:
    """The command line offers these names."""
    assert list(FORMATS) == ["text", "json", "sarif", "github", "junit"]
    with pytest.raises(TypeError):
        FORMATS["other"] = github.render  # type: ignore[index]  # the point of the test


@settings(max_examples=150, deadline=None)
@given(LISTS, SOURCE_TEXTS)
def test_every_format_can_render_whatever_a_diagnostic_holds(found: list[Diagnostic], sources: Texts) -> None:
    """No format raises; each report can be encoded, can be parsed, and holds each different diagnostic."""
    reports = {name: render(found, sources, Look(base="config/")) for name, render in FORMATS.items()}
    count = len(ordered(found, sources))

    for report in reports.values():
        report.encode()
        assert report == "" or report.endswith("\n")
        assert not any(character < " " and character != "\n" for character in report)
    assert len(json.loads(reports["json"])) == count
    assert len(sarif_run(reports["sarif"])["results"]) == count
    assert len(commands(reports["github"])) == count
    assert (xml(reports["junit"]).attrib["failures"] != "0") == failed(tuple(found))


@settings(max_examples=100, deadline=None)
@given(LISTS, SOURCE_TEXTS)
def test_no_format_depends_on_the_order_or_repetition_of_the_diagnostics(found: list[Diagnostic], sources: Texts) -> None:
    """The same findings give the same bytes."""
    for render in FORMATS.values():
        assert render([*reversed(found), *found], sources) == render(found, sources)


def test_notes_without_places_stay_in_the_message() -> None:
    """Nothing that is said is lost in the formats with one field."""
    found = replace(error(), notes=(Note("a `b`"),))

    assert commands(github.render([found], NOTHING))[0][2] == "something is wrong\nnote: a `b`"
