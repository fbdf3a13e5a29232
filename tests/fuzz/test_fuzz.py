"""What reads other people's texts never raises, hangs or runs out of memory; a long run is made by hand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz_texts import edited, seeds


@pytest.mark.parametrize("name", ["loader", "intent", "expression", "manifests"])
def test_texts_that_are_nearly_right_end_in_data_or_findings(name: str) -> None:
    """A few of them; the script counts how often it ran the reader."""
    words = (sys.executable, str(Path(__file__).with_name("fuzz.py")), "--examples", "60", "--only", name)
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    counted = re.fullmatch(rf"{name}: (\d+) executions, none failed\n", ran.stdout)
    assert counted is not None
    assert int(counted[1]) >= 60


def test_edits_change_a_text() -> None:
    assert edited("abc", [("insert", 1, 1, "x")]) == "axbc"
    assert edited("abc", [("drop", 1, 1, "x")]) == "ac"
    assert edited("abc", [("double", 1, 1, "x")]) == "abbc"
    assert edited("abc", [("swap", 1, 1, "x")]) == "axc"


def test_there_is_something_to_begin_with() -> None:
    for pattern in ("config/*.yaml", "tests/errors/*/config/*.yaml", "out/models/*/*.yaml"):
        assert len(seeds(pattern)) > 1
