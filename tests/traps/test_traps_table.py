"""The page of traps: complete, and true in every test, code and sentence that it names."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from page_tables import CAPABILITIES, CODE, LATER, REFERENCE, ROOT, rows

from compiler.diagnostics.rule import codes

PAGE = ROOT / "compiler" / "checks" / "README.md"
TRAPS = [f"T-{number:02d}" for number in range(1, 70)]
DEFECTS = [f"B-{number:02d}" for number in range(1, 61)]
ROWS = rows(PAGE)

by_construction = [(row[0], cell) for row in ROWS if row[2] == "by construction" for cell in row[3].split(", ")]
diagnosed = [(row[0], row[3]) for row in ROWS if row[2] == "diagnostic"]
told = [(row[0], row[3]) for row in ROWS if row[2] == "out of reach"]


@cache
def _functions(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def _named(cell: str) -> str:
    """Give the one name in a cell; there is nothing else in it."""
    (name,) = CODE.findall(cell)
    assert cell == f"`{name}`"
    return str(name)


def test_every_trap_and_every_defect_has_one_row() -> None:
    """In the order of their numbers, each with something to say."""
    assert [row[0] for row in ROWS] == TRAPS + DEFECTS
    assert all(len(row) == 4 and row[1] for row in ROWS)


def test_a_row_is_closed_in_one_of_the_ways() -> None:
    """By construction, by a diagnostic, by words, or by something that is still to come."""
    later = {row[0]: match[1] for row in ROWS if (match := LATER.fullmatch(row[2]))}
    assert set(later.values()) <= CAPABILITIES
    assert {row[2] for row in ROWS if row[0] not in later} == {"by construction", "diagnostic", "out of reach"}


def test_the_reference_has_no_other_traps() -> None:
    """The numbers are those of the reference, wherever that is at hand."""
    runtime, seeds = REFERENCE / "kuadrant-semantics.md", REFERENCE / "seed-platform.md"
    if not (runtime.is_file() and seeds.is_file()):
        pytest.skip("the list of traps that the table answers does not lie beside the repository (../shared/reference)")
    section = runtime.read_text(encoding="utf-8").partition("\n## 8. ")[2].partition("\n## 9. ")[0]
    assert [f"T-{int(number):02d}" for number in re.findall(r"^(\d+)\. ", section, re.MULTILINE)] == TRAPS
    assert re.findall(r"^\| (B-\d+) \|", seeds.read_text(encoding="utf-8"), re.MULTILINE) == DEFECTS


@pytest.mark.parametrize(("row", "cell"), by_construction, ids=[" ".join(named) for named in by_construction])
def test_the_test_is_there(row: str, cell: str) -> None:
    """What is closed by construction names a test function that exists."""
    file, _, function = _named(cell).partition("::")
    assert file.startswith("tests/"), row
    assert function in _functions(ROOT / file)


@pytest.mark.parametrize(("row", "cell"), diagnosed, ids=[row for row, _ in diagnosed])
def test_the_code_is_explained_and_shown(row: str, cell: str) -> None:
    """What a diagnostic closes has a page, and a folder that shows what the user sees."""
    code = _named(cell)
    assert code in codes(), row
    assert (ROOT / "tests" / "errors" / code).is_dir()


@pytest.mark.parametrize(("row", "cell"), told, ids=[row for row, _ in told])
def test_the_user_is_told(row: str, cell: str) -> None:
    """What cannot be closed stands in the README in these words, wherever its lines break."""
    assert cell.endswith("."), row
    assert cell in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


def test_no_test_of_a_trap_is_left_out() -> None:
    """Every test of the traps is named by a row, so that the page stays the way to find them."""
    named = {_named(cell) for _, cell in by_construction}
    here = Path(__file__).parent
    tests = {
        f"tests/traps/{file.name}::{function}"
        for file in here.glob("test_traps_*.py")
        if file.name != Path(__file__).name
        for function in _functions(file)
        if function.startswith("test_")
    }
    assert tests <= named
