"""The script that builds the engine programs says what it cannot build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "engines" / "build.py"


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--require"], 1)])
def test_an_absent_toolchain_is_named(arguments: list[str], code: int) -> None:
    ran = subprocess.run([sys.executable, SCRIPT, *arguments], env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert ran.stdout.splitlines() == [
        "absent: go; not built: cel-go",
        "absent: cargo; not built: cel-rust-0.12, cel-rust-0.14, cel-rust-latest",
    ]
