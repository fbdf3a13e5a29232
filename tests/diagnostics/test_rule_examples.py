"""The examples of the rule pages tell the truth: the bad one yields the code of its page, the good one compiles."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import compiler
from compiler import pipeline
from compiler.diagnostics.model import Diagnostic, Severity
from compiler.diagnostics.rule import Example, codes, rule

CODES = [code for code in codes() if rule(code).bad.files()]


def _compiled(example: Example, config: Path) -> tuple[Diagnostic, ...]:
    """Compile an example as far as it goes and give everything that is found."""
    for name, text in example.files():
        (config / name).parent.mkdir(parents=True, exist_ok=True)
        (config / name).write_text(text, encoding="utf-8")
    front = pipeline.front(config)
    if front.program is None:
        return front.diagnostics
    return front.diagnostics + pipeline.back(front.program).diagnostics


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_yields_the_code(code: str, tmp_path: Path) -> None:
    """Whoever tries the example sees the code, with the severity that the page gives, and no other error beside it."""
    page = rule(code)
    found = _compiled(page.bad, tmp_path / "config")

    assert {one.severity for one in found if one.code == code} == {page.severity}
    assert {one.code for one in found if one.severity is Severity.ERROR} <= {code}


@pytest.mark.parametrize("code", CODES)
def test_the_good_example_compiles(code: str, tmp_path: Path) -> None:
    """Whoever follows the page is rid of the code and has no error instead."""
    found = _compiled(rule(code).good, tmp_path / "config")

    assert code not in {one.code for one in found}
    assert [one.headline for one in found if one.severity is Severity.ERROR] == []


def test_most_pages_can_be_tried() -> None:
    """A page about configuration has an example that runs; what speaks of other files has none."""
    assert len(CODES) > len(codes()) // 2


# What makes a diagnostic when it is called with a code first, or with one by name.
_MAKERS = frozenset({"Diagnostic", "error", "warning", "remark", "_error", "_note", "_stop"})
_CODE = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


def _trees() -> Iterator[ast.AST]:
    for folder in compiler.__path__:
        for path in sorted(Path(folder).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def _reported() -> Iterator[str]:
    """Give the codes that the program spells where it makes a diagnostic."""
    for call in (node for tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.Call)):
        maker = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if maker in _MAKERS:
            for value in (*call.args[:1], *(word.value for word in call.keywords if word.arg == "code")):
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and _CODE.fullmatch(value.value):
                    yield value.value


def test_every_code_of_the_program_has_a_page() -> None:
    """A user who asks `maasc rule` about what is on the screen gets an answer."""
    reported = set(_reported())

    assert len(reported) > 40
    assert reported <= set(codes())


def test_no_page_outlives_its_code() -> None:
    """A page is about something that the program can still say."""
    spelt = {node.value for tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)}

    assert set(codes()) <= spelt
