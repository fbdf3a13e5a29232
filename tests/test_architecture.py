"""The shape of the code: every module says what it is for, and stays small enough to be read in one sitting."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "compiler").rglob("*.py"))
MOST_LINES = 300


@pytest.mark.parametrize("module", MODULES)
def test_a_module_opens_with_one_sentence_and_is_short(module: str) -> None:
    text = (ROOT / module).read_text(encoding="utf-8")
    sentence = ast.get_docstring(ast.parse(text)) or ""
    first = sentence.split("\n\n")[0]
    assert first.endswith("."), "a module says what it is for"
    assert len(text.splitlines()) <= MOST_LINES, "ask what the module is two of"


def test_checks_are_one_rule_a_file() -> None:
    """A check is found by being there; one that defines no rule would never run."""
    machinery = {"__init__", "run", "report"}
    for path in (ROOT / "compiler" / "checks").glob("*.py"):
        if path.stem in machinery:
            continue
        names = {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}
        assert names & {"on_intent", "on_program"}, path.name
