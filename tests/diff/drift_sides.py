"""Configurations and folders of manifests against clusters, as the tests of drift compare them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from diff_corpus import Config
from drift_cluster import Object, applied, emitted

from compiler import pipeline
from compiler.diagnostics.model import Place
from compiler.diff import words
from compiler.diff.side import Side
from compiler.drift.compare import drift
from compiler.drift.dump import Live, key_of
from compiler.drift.objects import compared
from compiler.drift.result import Drift, ObjectDrift
from compiler.drift.written import Written

OUT = Path(__file__).parents[2] / "out"


def lives(objects: Sequence[Object]) -> tuple[Live, ...]:
    """Give objects with their identities."""
    return tuple(Live(key, one, Place("live.yaml")) for one in objects if (key := key_of(one)) is not None)


def differing(there: Sequence[Object], out: Path | Sequence[Object] = OUT) -> list[ObjectDrift]:
    """Compare a cluster with a folder, or with objects."""
    ours = emitted(out) if isinstance(out, Path) else out
    return list(compared(Written(lives(ours)), lives(there))[0])


def side(folder: Path, config: Config) -> Side:
    """Compile a configuration."""
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return compiled(folder)


def compiled(folder: Path) -> Side:
    """Compile a folder."""
    front = pipeline.front(folder)
    assert front.program is not None
    return Side("", "", front.program, front.sources, pipeline.back(front.program).bundle.documents)


def objects(of: Side) -> list[Live]:
    """Give the objects that a configuration compiles to."""
    found = [(file, one) for file, documents in of.documents.items() for one in documents if one["kind"] != "Kustomization"]
    return [Live(key, one, Place(file)) for file, one in found if (key := key_of(one)) is not None]


def live(of: Side) -> list[Object]:
    """Give the cluster that a configuration was applied to."""
    return [applied(one.data, number) for number, one in enumerate(objects(of))]


def drifted(written: Side, cluster: Sequence[Object]) -> Drift:
    """Compare."""
    return drift(Written(tuple(objects(written))), lives(cluster), written.program, None)


def said(found: Drift) -> list[tuple[str, str, str]]:
    """Give what is told of callers: the changes, the models, and what the cluster does."""
    return [(words.titles(row), words.models(row), row.after) for row in found.rows]
