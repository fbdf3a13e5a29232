"""Emitted manifests as plain data, and changes of them that leave the original alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from compiler import pipeline
from compiler.cel.tree import Expr
from compiler.diagnostics.model import failed
from compiler.program.invariant import Invariant
from compiler.program.ir import Model, Program
from compiler.render import yaml as spelled
from compiler.render.layout import render
from compiler.targets.emit import emit

_ROOT: Final = Path(__file__).parent.parent.parent
_CASES: Final = _ROOT / "tests" / "cases"

PLATFORMS: Final = (*sorted(found.name for found in _CASES.iterdir() if found.is_dir()), "config")

Manifest = dict[str, Any]
Manifests = dict[str, list[Manifest]]

# A file, the index of a document in it, and the way from there to a value.
Where = tuple[str | int, ...]


class _Gone:
    """What a value is changed to when it is taken away."""


GONE: Final = _Gone()


@dataclass(frozen=True)
class Change:
    """A value that takes the place of another, or is added where there was none; `GONE` takes it away."""

    where: Where
    value: object


@dataclass(frozen=True)
class Rewrite:
    """One node of an expression, those around it from the outermost, and what takes its place."""

    node: Expr
    around: tuple[Expr, ...]
    other: Expr


@dataclass(frozen=True)
class Mutant:
    """Manifests that somebody changed; `rewrite` is the change within an expression, if it is one."""

    changes: tuple[Change, ...]
    rewrite: Rewrite | None = None

    def __str__(self) -> str:
        told = ("/".join(map(str, one.where)) + (" gone" if one.value is GONE else f" = {one.value}") for one in self.changes)
        return "; ".join(told)


@dataclass(frozen=True)
class Platform:
    """A configuration and what it compiles to."""

    name: str
    program: Program
    invariants: tuple[Invariant, ...]
    texts: Mapping[str, str]
    manifests: Manifests

    def documents(self, *kinds: str) -> Iterator[tuple[Where, Manifest]]:
        """Give the documents of some kinds, with where they are."""
        for file, documents in self.manifests.items():
            for index, document in enumerate(documents):
                if not kinds or document["kind"] in kinds:
                    yield (file, index), document

    def model(self, file: str) -> Model | None:
        """Give the model that a file is for."""
        return next((one for one in self.program.models if file == f"models/{one.namespace}/{one.name}.yaml"), None)

    def dead(self, file: str) -> bool:
        """Tell whether a file is for a model that nobody may call."""
        model = self.model(file)
        return model is not None and not model.grants and not model.tiers


@cache
def platform(name: str) -> Platform:
    """Compile a case, or the repository's own configuration."""
    front = pipeline.front(_ROOT / "config" if name == "config" else _CASES / name / "config")
    assert not failed(front.diagnostics), front.diagnostics
    assert front.program is not None
    texts = render(emit(front.program)).texts
    manifests: Manifests = {file: list(yaml.safe_load_all(text)) for file, text in texts.items()}
    return Platform(name, front.program, front.invariants, texts, manifests)


def mutated(of: Platform, mutant: Mutant) -> dict[str, str]:
    """Give the texts of all files after the changes, in order; a file without documents is gone."""
    found: Any = of.manifests
    for change in mutant.changes:
        found = _changed(found, change.where, change.value)
    texts = dict(of.texts)
    for file in {str(change.where[0]) for change in mutant.changes}:
        if found[file]:
            texts[file] = spelled.stream(found[file])
        else:
            del texts[file]
    return texts


def _changed(data: Any, where: Where, value: object) -> Any:  # noqa: ANN401 - plain data
    """Give a copy of data with one value changed; what is not on the way is shared."""
    if not where:
        return value
    key: Any = where[0]
    if isinstance(data, list):
        new = _changed(data[key] if key < len(data) else None, where[1:], value)
        return [*data[:key], *([] if new is GONE else [new]), *data[key + 1 :]]
    new = _changed(data.get(key), where[1:], value)
    kept = {name: new if name == key else item for name, item in data.items() if name != key or new is not GONE}
    return kept if key in data or new is GONE else {**kept, key: new}


def inside(value: Any, where: Where = ()) -> Iterator[tuple[Where, Any]]:  # noqa: ANN401 - plain data
    """Give every value within a value, itself too, with the way to it."""
    yield where, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield from inside(item, (*where, key))
