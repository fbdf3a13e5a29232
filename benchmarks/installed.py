"""Install this tree as users do, in an environment that holds nothing else: what develops a program also slows its start."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]


def installed(folder: Path) -> Path:
    """Give the folder of programs of a new environment below a folder, with dependencies as the lock has them."""
    sources, place, pins = folder / "sources", folder / "environment", folder / "pins.txt"
    for name in ("compiler", "schemas"):
        shutil.copytree(_ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(_ROOT / name, sources)
    lock = (_ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins.write_text("\n".join(line.removesuffix(" \\") for line in lock if not line.startswith(" ")), encoding="utf-8")
    venv.create(place, symlinks=True)
    pip = (sys.executable, "-m", "pip", "--quiet", "--python", str(place / "bin" / "python"))
    subprocess.run((*pip, "install", "--constraint", str(pins), str(sources)), check=True)  # noqa: S603 - nothing comes from outside
    return place / "bin"
