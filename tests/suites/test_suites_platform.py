"""The suites of our own platform, and how much they notice."""

from __future__ import annotations

from pathlib import Path

from compiler import pipeline
from compiler.engines.registry import installed
from compiler.intent.parse import parse
from compiler.suites.coverage import coverage
from compiler.suites.load import files_of, load
from compiler.suites.mutation import mutation
from compiler.suites.probes import Probes
from compiler.suites.resolve import resolve
from compiler.suites.run import run
from compiler.suites.world import platform, questions

CONFIG = Path(__file__).parents[2] / "config"
# Mutants of each kind that are tried here, spread over all; `maasc test --mutate=95` tries up to 2,000.
SAMPLE = 40


def test_our_own_suites_pass_and_notice() -> None:
    """All cases pass, everything is covered, and at most one mutant in twenty lives."""
    front = pipeline.front(CONFIG)
    intent, _ = parse(front.sources.documents)
    assert front.program is not None
    assert intent is not None
    loaded = load(files_of([CONFIG / "tests"])[0])
    assert loaded.diagnostics == ()
    resolved = resolve(loaded.suites, front.program, intent)
    assert resolved.diagnostics == ()
    on, _ = platform(front.program, questions(resolved.cases), installed())
    assert on is not None
    results = tuple(run(resolved.cases, on, "2026-01-01"))
    assert [result.case.name for result in results if result.status != "passed"] == []

    probes = Probes(front.program, intent)
    assert coverage(results, front.program, on, probes).missed == ()
    found = mutation(resolved.cases, on, probes, SAMPLE)
    assert [survivor.says for survivor in found.survivors] == []
    assert found.killed > SAMPLE
