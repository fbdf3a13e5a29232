"""The page that tells what was measured, how, and how to do it again."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from measure import Taken

_HOW: Final = """\
# Results

Written by `make bench` (`python benchmarks/run.py --large` for the size L as well); nobody edits it. Every ratio is one
of medians over {pairs} pairs of whole processes, run in turn; inputs and outputs lie in memory. Before a peer is
measured, what it writes is parsed and found equal to what we write. `maasc` and the `python` of `python -c pass` are those
of an environment with a wheel of this tree and what it needs. Seconds depend on the machine, ratios much less.

Sizes: S has 20 models and 10 subscriptions (4 on each model), M 1,000 and 100 (10), L 10,000 and 1,000 (20); each model
has an HTTPRoute, an AuthPolicy and a TokenRateLimitPolicy, with expressions that no other model has
(`benchmarks/generate.py`). Jinja2 and PyYAML get objects that are already resolved (`benchmarks/peers.py`), and
`kubectl kustomize` the finished manifests; `helm template`, where it is installed, prints resolved values by `toYaml`. None
of them checks anything. `git status` looks at times and sizes; `maasc` reads every byte.

{machine}

| what | reach | found | of CPU time | ours: s, CPU s, MiB | theirs: s, CPU s, MiB |
| --- | --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Row:
    """One measurement: what was to be reached, what was found, and the medians behind it."""

    what: str
    reach: str
    found: str
    ours: Taken | None = None
    theirs: Taken | None = None
    cpu: str = ""


def page(rows: Sequence[Row], pairs: int) -> str:
    """Give the whole page."""
    machine = f"Python {platform.python_version()}, {platform.system()} on {platform.machine()}."
    lines = [
        f"| {row.what} | {row.reach} | {row.found} | {row.cpu} | {_told(row.ours)} | {_told(row.theirs)} |\n" for row in rows
    ]
    return _HOW.format(pairs=pairs, machine=machine) + "".join(lines)


def _told(taken: Taken | None) -> str:
    return f"{taken.wall:.3g}, {taken.cpu:.3g}, {taken.memory:.0f}" if taken else ""
