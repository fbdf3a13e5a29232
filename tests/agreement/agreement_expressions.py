"""Every CEL text of a platform's manifests, with the place at run time where it is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from compiler import pipeline
from compiler.diagnostics.model import failed
from compiler.program.ir import Program
from compiler.render.layout import render
from compiler.targets.emit import emit

_ROOT: Final = Path(__file__).parent.parent.parent
_CASES: Final = _ROOT / "tests" / "cases"

PLATFORMS: Final = ("config", *sorted(found.name for found in _CASES.iterdir() if found.is_dir()))

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """The CEL texts of the policies of one target.

    `overrides` by method and property see the identity as the method gives it; `inside` are those that see it with the
    overrides: authorization, access reviews, injected headers, and `exports` by property. `limits` see only what is
    exported. A target without exports lets nobody through.
    """

    name: str
    overrides: Mapping[str, Mapping[str, str]]
    inside: tuple[str, ...]
    exports: Mapping[str, str]
    headers: Mapping[str, str]
    limits: tuple[str, ...]


@cache
def program(platform: str) -> Program:
    """Give the Program of a case, or of the repository's own configuration."""
    folder = _ROOT / "config" if platform == "config" else _CASES / platform / "config"
    front = pipeline.front(folder)
    assert not failed(front.diagnostics), front.diagnostics
    assert front.program is not None
    return front.program


@cache
def documents(platform: str) -> tuple[Manifest, ...]:
    """Give the emitted manifests, as somebody else's YAML reader reads them."""
    texts = render(emit(program(platform))).texts
    return tuple(document for text in texts.values() for document in yaml.safe_load_all(text))


@cache
def targets(platform: str) -> tuple[Target, ...]:
    """Give every target of a policy."""
    found: dict[tuple[str, str, str], dict[str, Manifest]] = {}
    for document in documents(platform):
        reference = document.get("spec", {}).get("targetRef")
        if reference is not None:
            key = reference["kind"], document["metadata"]["namespace"], reference["name"]
            found.setdefault(key, {})[document["kind"]] = document["spec"]
    return tuple(_target("/".join(key), policies) for key, policies in found.items())


def _target(name: str, policies: Mapping[str, Manifest]) -> Target:
    rules = policies["AuthPolicy"]["rules"]
    success = rules["response"].get("success", {"filters": {}, "headers": {}})
    exports = {
        key: value["expression"] for found in success["filters"].values() for key, value in found["json"]["properties"].items()
    }
    headers = {key: found["plain"]["expression"] for key, found in success["headers"].items() if "expression" in found["plain"]}
    return Target(
        name=name,
        overrides={
            method: {key: value["expression"] for key, value in found.get("overrides", {}).items()}
            for method, found in rules["authentication"].items()
        },
        inside=tuple(dict.fromkeys([*_texts(rules["authorization"]), *headers.values(), *exports.values()])),
        exports=exports,
        headers=headers,
        limits=tuple(dict.fromkeys(text for kind in policies if kind != "AuthPolicy" for text in _texts(policies[kind]))),
    )


def _texts(value: object) -> Iterator[str]:
    """Give every text that stands where manifests have CEL."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("expression", "predicate") and isinstance(item, str):
                yield item
            else:
                yield from _texts(item)


def everywhere(platform: str) -> frozenset[str]:
    """Give every CEL text of the manifests, wherever it stands."""
    return frozenset(text for document in documents(platform) for text in _texts(document))
