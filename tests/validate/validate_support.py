"""Objects to validate: what the cases and the repository's own configuration emit, and ways to spoil them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from compiler import pipeline
from compiler.diagnostics.model import Diagnostic
from compiler.render.layout import Bundle, render
from compiler.targets.emit import emit
from compiler.validate.manifest import validate

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
CONFIGS = [ROOT / "config", *sorted(case / "config" for case in CASES.iterdir() if case.is_dir())]
REAL_CRDS = ROOT.parent / "shared" / "crds"
NO_REAL_CRDS = "the CustomResourceDefinitions of Kuadrant and Gateway API do not lie beside the repository (../shared/crds)"

Steps = tuple[str | int, ...]
Object = dict[str, Any]


@cache
def emitted(config: Path) -> Bundle:
    """Compile a configuration."""
    front = pipeline.front(config)
    assert front.program is not None, front.diagnostics
    return render(emit(front.program))


@cache
def samples() -> tuple[Object, ...]:
    """Give one emitted object of every kind and shape."""
    by_shape: dict[str, Object] = {}
    for config in CONFIGS:
        for contents in emitted(config).documents.values():
            for content in contents:
                by_shape.setdefault(json.dumps(_shape(content)), copy.deepcopy(dict(content)))
    return tuple(by_shape.values())


def sample(kind: str) -> Object:
    """Give a copy of an emitted object of a kind that may be changed."""
    return copy.deepcopy(next(one for one in samples() if one["kind"] == kind))


def check(*objects: Object) -> list[Diagnostic]:
    """Validate objects that stand in one file."""
    return list(validate({"some.yaml": objects}))


def codes(diagnostics: list[Diagnostic]) -> list[str]:
    """Give the codes of diagnostics."""
    return [found.code for found in diagnostics]


def places(value: object, path: Steps = ()) -> Iterator[tuple[Steps, object]]:
    """Give every value inside an object with its path; of a list only the first and the last item."""
    yield path, value
    match value:
        case dict():
            for key, item in value.items():
                yield from places(item, (*path, key))
        case list():
            for index in sorted({0, len(value) - 1} & set(range(len(value)))):
                yield from places(value[index], (*path, index))


def replaced(value: Any, path: Steps, new: object) -> Any:  # noqa: ANN401 - JSON
    """Give a copy with another value at a path."""
    if not path:
        return new
    result = copy.copy(value)
    result[path[0]] = replaced(value[path[0]], path[1:], new)
    return result


def without(value: Object, path: Steps) -> Object:
    """Give a copy without what is at a path."""
    result = copy.deepcopy(value)
    parent: Any = result
    for part in path[:-1]:
        parent = parent[part]
    del parent[path[-1]]
    return result


def _shape(value: object) -> object:
    match value:
        case {"apiVersion": str(), "kind": str(kind), **rest}:
            return [kind, _shape(rest)]
        case {"limits": dict(limits), **rest}:
            return [sorted({json.dumps(_shape(limit)) for limit in limits.values()}), _shape(rest)]
        case dict():
            return {key: _shape(item) for key, item in value.items()}
        case list():
            return sorted({json.dumps(_shape(item)) for item in value})
        case _:
            return type(value).__name__
