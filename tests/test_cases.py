"""Each folder of `cases/` is a platform: its configuration, the manifests it compiles to, and decisions it must make."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler import pipeline
from compiler.diagnostics.model import failed
from compiler.program.decide import Caller, Request, decide
from compiler.program.ir import Program

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(entry.name for entry in CASES.iterdir() if entry.is_dir())


def _program(case: str) -> Program:
    front = pipeline.front(CASES / case / "config")
    assert not failed(front.diagnostics), front.diagnostics
    assert front.program is not None
    return front.program


def _texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", FOLDERS)
def test_it_compiles_to_the_reviewed_manifests(case: str, golden: bool) -> None:  # noqa: FBT001 - a fixture
    """The manifests are byte for byte those that were reviewed."""
    result = pipeline.back(_program(case))
    assert not failed(result.diagnostics), result.diagnostics
    out = CASES / case / "out"
    if golden:
        shutil.rmtree(out, ignore_errors=True)
        for path, text in result.bundle.texts.items():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_text(text, encoding="utf-8")
    assert dict(result.bundle.texts) == _texts(out)


def _decisions() -> list[Any]:
    return [
        pytest.param(case, row, id=f"{case}: {row['what']}")
        for case in FOLDERS
        for row in yaml.safe_load((CASES / case / "decisions.yaml").read_text())
    ]


@pytest.mark.parametrize(("case", "row"), _decisions())
def test_it_decides_as_written(case: str, row: dict[str, Any]) -> None:
    """The reference meaning answers what a person wrote down for the case."""
    caller = Caller(
        method=row.get("method"),
        userid=row.get("user", ""),
        groups=frozenset(row.get("groups", ())),
        bound=row.get("bound"),
        models=frozenset(row["models"]) if "models" in row else None,
        genuine=row.get("genuine", True),
    )
    request = Request(row["model"], row.get("path", f"/{row['model']}/v1/chat/completions"), row.get("headers", {}))
    decision = decide(_program(case), caller, request)
    got: dict[str, Any] = {"status": decision.status, "reason": decision.reason}
    if decision.selected is not None:
        got["selected"] = decision.selected
    if decision.limits:
        got["limits"] = [f"{limit.limit} {limit.unit} in {limit.seconds}s per {limit.per[0]}" for limit in decision.limits]
    assert got == row["expect"]
