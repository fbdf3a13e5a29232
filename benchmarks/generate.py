"""Write a configuration of a size: `python benchmarks/generate.py S|M|L FOLDER`; the same bytes every time.

Every model has a route of ours, ten or twenty subscriptions drawn at random, and groups of its own, so that no two
models have the same expressions; every group is used, so that there is nothing to report.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PLATFORM: Final = """\
platform:
  kuadrant: "1.5"
  gateway:
    namespace: openshift-ingress
    name: maas-default-gateway
    hostname: maas.apps.example.com
    lowercasesHost: true
    # No gateway holds the sizes M and L, which measure the compiler: their models would be shared by several.
    maxFilterBytes: 1000000000
  authentication:
    - {name: openshift, kind: tokenReview, audiences: ["https://kubernetes.default.svc"]}
    - {name: tier-tokens, kind: tierToken}
groups:
  system:authenticated: {builtin: true}
tiers:
  free: {level: 0, groups: [system:authenticated], tokens: [{limit: 100, window: 1m}]}
  premium: {level: 1, groups: [group-00000, group-00001], tokens: [{limit: 50000, window: 1m}]}
"""
_A_NAMESPACE: Final = 250
_A_FILE: Final = 50
# Groups that own a subscription.
_OWNERS: Final = 2


@dataclass(frozen=True)
class Size:
    """How much there is of everything; `each` is the number of subscriptions on one model."""

    models: int
    subscriptions: int
    each: int
    groups: int


SIZES: Final = {"S": Size(20, 10, 4, 30), "M": Size(1_000, 100, 10, 2_000), "L": Size(10_000, 1_000, 20, 50_000)}


def generate(size: Size, folder: Path) -> None:
    """Write the files of a configuration below a folder."""
    draw = random.Random(1)  # noqa: S311 - the same numbers every time are what is wanted
    models = [f"team-{index // _A_NAMESPACE:03}/model-{index:05}" for index in range(size.models)]
    groups = [f"group-{index:05}" for index in range(size.groups)]
    covers: dict[int, list[str]] = {index: [] for index in range(size.subscriptions)}
    for model in models:
        for subscription in draw.sample(range(size.subscriptions), size.each):
            covers[subscription].append(model)
    _write(folder / "platform.yaml", _PLATFORM)
    _write(folder / "groups.yaml", "groups:\n" + _lines(f"{group}: {{description: A department}}" for group in groups))
    rest = groups[_OWNERS * size.subscriptions :]
    for start in range(0, size.models, _A_FILE):
        lines = (_model(models[index], index) for index in range(start, min(start + _A_FILE, size.models)))
        own = (_own(index, models, rest) for index in range(start, min(start + _A_FILE, size.models)))
        _write(folder / "models" / f"{start:05}.yaml", "models:\n" + _lines(lines) + "access:\n" + _lines(filter(None, own)))
    for index, covered in covers.items():
        owners = groups[_OWNERS * index : _OWNERS * (index + 1)]
        _write(folder / "subscriptions" / f"{index:04}.yaml", "".join(_subscription(index, owners, covered, draw)))


def _model(name: str, index: int) -> str:
    tiers = "free, premium" if index % 10 == 0 else "premium"
    return f"{name}: {{backend: {{kind: Service, name: {name.partition('/')[2]}, port: 8000}}, tiers: [{tiers}]}}"


def _own(index: int, models: list[str], rest: list[str]) -> str:
    share = rest[index * len(rest) // len(models) : (index + 1) * len(rest) // len(models)]
    return f"own-{index:05}: {{groups: [{', '.join(share)}], models: [{models[index]}]}}" if share else ""


def _subscription(index: int, owners: list[str], covered: list[str], draw: random.Random) -> Iterator[str]:
    subjects = f"groups: [{', '.join(owners)}]"
    yield f"access:\n  access-{index:04}:\n    {subjects}\n    models:\n"
    yield from (f"      - {model}\n" for model in covered)
    yield f"subscriptions:\n  subscription-{index:04}:\n    owner: {{{subjects}}}\n    priority: {index}\n    models:\n"
    for model in covered:
        yield f"      {model}: {{tokens: [{{limit: {draw.randrange(1, 100) * 1000}, window: 1h}}]}}\n"


def _lines(entries: Iterable[str]) -> str:
    return "".join(f"  {entry}\n" for entry in entries)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    generate(SIZES[sys.argv[1]], Path(sys.argv[2]))
