"""What the tests of suites share."""

from __future__ import annotations

from pathlib import Path

import pytest
from suites_bench import Bench, bench


@pytest.fixture
def small(tmp_path: Path) -> Bench:
    """Give the small platform."""
    return bench(tmp_path)
