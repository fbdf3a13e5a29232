"""The section on growth is what the script writes: counted, and so the same on every machine."""

from __future__ import annotations

import runpy
from pathlib import Path

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


def test_the_page_shows_what_is_emitted_today() -> None:
    script = runpy.run_path(str(BENCHMARKS / "growth.py"))
    page = (BENCHMARKS / "RESULTS.md").read_text(encoding="utf-8")
    for count in (1, 10, 100):
        row = f"| {' | '.join(f'{cell:,}' for cell in script['_row'](count))} |"
        assert row in page
