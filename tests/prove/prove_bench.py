"""What the tests of the prover share: programs, their manifests as plain data, and formulas asked about one caller."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from plain_views import Manifests, views

from compiler import pipeline
from compiler.cel.parse import parse
from compiler.diagnostics.model import failed
from compiler.program.ir import LISTING_SUFFIX, Program
from compiler.prove import world
from compiler.prove.formula import FALSE, TRUE, Conjunction, Fact, Formula, Variable
from compiler.prove.prove import prove
from compiler.prove.result import Example, ProofReport, Refuted
from compiler.prove.terms import Terms
from compiler.render.layout import render
from compiler.targets.emit import emit

CASES: Final = Path(__file__).parent.parent / "cases"
CONFIGS: Final = (*sorted(found.name for found in CASES.iterdir() if found.is_dir()), "config")

# The suffix alone would let `/llm/model/anything/v1/models` pass for the listing of a model.
BY_SUFFIX: Final = f'!(request.url_path.endsWith("{LISTING_SUFFIX}"))'


@cache
def program(name: str) -> Program:
    """Give the Program of a case, or of the repository's own configuration."""
    folder = CASES.parent.parent / "config" if name == "config" else CASES / name / "config"
    front = pipeline.front(folder)
    assert not failed(front.diagnostics), front.diagnostics
    assert front.program is not None
    return front.program


@cache
def _texts(name: str) -> tuple[tuple[str, str], ...]:
    return tuple(render(emit(program(name))).texts.items())


def manifests(name: str) -> Manifests:
    """Give the emitted manifests of a case by file, to be changed at will."""
    return {file: list(yaml.safe_load_all(text)) for file, text in _texts(name) if "kustomization" not in file}


def text_manifests(name: str, old: str = "", new: str = "") -> Manifests:
    """Give the manifests with one text for another wherever a string holds it; it must be somewhere."""
    found = manifests(name)
    changed, count = _replaced(found, old, new)
    assert count or not old, f"`{old}` is nowhere"
    result: Manifests = changed
    return result


def _replaced(value: Any, old: str, new: str) -> tuple[Any, int]:  # noqa: ANN401 - plain data, or any field of a node
    if isinstance(value, str):
        return (value.replace(old, new), value.count(old)) if old else (value, 0)
    if isinstance(value, list):
        items = [_replaced(item, old, new) for item in value]
        return [item for item, _ in items], sum(count for _, count in items)
    if isinstance(value, dict):
        entries = {key: _replaced(item, old, new) for key, item in value.items()}
        return {key: item for key, (item, _) in entries.items()}, sum(count for _, count in entries.values())
    return value, 0


def proof(name: str, found: Manifests | None = None, *, thorough: bool = False) -> ProofReport:
    """Prove a case against manifests, by default its own."""
    of = program(name)
    return prove(of, views(of, found or manifests(name)), parse, thorough=thorough)


def refuted(report: ProofReport) -> list[Refuted]:
    """Give what was refuted."""
    return [result for result in report.results if isinstance(result, Refuted)]


def is_so(fact: Fact, example: Example) -> bool:
    """Tell whether a fact is so for a caller and a request."""
    headers = dict(example.headers)
    others = [name for name in headers if name != "x-maas-subscription"]
    match fact.kind, fact.name:
        case "identity", "user":
            return example.user or example.username is not None or bool(example.groups)
        case "identity", "username":
            return example.username is not None
        case "identity", "groups":
            return bool(example.groups)
        case "username", name:
            return example.username == name
        case "group", name:
            return name in example.groups
        case "part", name:
            return any("," in group and name in group.split(",") for group in example.groups)
        case "header", name:
            return name in headers
        case "headers", _:
            return bool(others)
        case "identity", "models":
            return example.models is not None
        case "model", name:
            return name in (example.models or ())
        case "object", name:
            return name in example.objects
        case "claim", _:
            return world.compared(fact) in example.claims
    raise AssertionError(fact)


def value_of(variable: Variable, example: Example, selected: str | None = None) -> str | None:
    """Give the value of a variable for a caller and a request."""
    if variable == world.TARGET:
        return example.target
    if variable == world.SELECTED:
        return selected
    if variable in (world.BOUND, world.TEAM):
        return example.bound
    return dict(example.headers).get(variable.name)


def holds(terms: Terms, formula: Formula, example: Example, selected: str | None = None) -> bool:
    """Evaluate a formula for one caller and one request."""
    while (variable := terms.variable(formula)) is not None:
        formula = terms.at(formula, variable, value_of(variable, example, selected))
    facts = {terms.fact(fact): is_so(fact, example) for fact in terms.facts()}
    return evaluate(terms, formula, facts)


def evaluate(terms: Terms, formula: Formula, facts: Mapping[Formula, bool]) -> bool:
    """Evaluate a formula without variables."""
    if formula in (TRUE, FALSE):
        return formula == TRUE
    node = terms.node(formula)
    if isinstance(node, Fact):
        found = facts[abs(formula)]
    else:
        assert isinstance(node, Conjunction)
        found = all(evaluate(terms, part, facts) for part in (*node.literals, *node.clauses))
    return found == (formula > 0)
