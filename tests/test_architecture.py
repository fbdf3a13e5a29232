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


# What `dataclasses` has that takes dataclasses alone: of a Struct the checker would let it through, and the run end in it.
_OF_DATACLASSES = frozenset({"asdict", "astuple", "fields", "is_dataclass"})


@pytest.mark.parametrize("module", MODULES)
def test_no_struct_is_taken_for_a_dataclass(module: str) -> None:
    """A default made by the other library's `field` would be that field itself, and a walk over fields would see none."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    taken = {
        name.asname or name.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if node.module in ("dataclasses", "msgspec", "msgspec.structs")
    }
    assert not {name for name, source in taken.items() if source == "dataclasses"} & _OF_DATACLASSES
    for made in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        decorated = any("dataclass" in ast.unparse(one) for one in made.decorator_list)
        struct = any(word.arg == "frozen" for word in made.keywords)
        called = {one.func.id for one in ast.walk(made) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)}
        assert not (struct and decorated), made.name
        if "field" in called:
            assert taken["field"] == ("msgspec" if struct else "dataclasses"), made.name


def test_a_class_that_never_changes_is_a_struct_unless_it_compares_less_than_it_has() -> None:
    """A dataclass takes thirty times as long to make, and every run makes the classes that it imports."""
    frozen = [
        f"{module}: {node.name}"
        for module in MODULES
        for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and any("frozen=True" in ast.unparse(one) for one in node.decorator_list)
        if "compare=False" not in ast.unparse(node)
    ]
    assert frozen == []
